package io.rowlock.broker.api;

import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The one declaration of which APIs this node serves, in which versions, on which kind of listener. Dispatch and the
 * answer to ApiVersions both come from it, so that no client is promised what is not there. Immutable.
 */
public final class ApiTable {
    /** What only brokers send to each other: never to be offered to clients. */
    private static final Set<ApiKey> BETWEEN_BROKERS = Set.of(
            ApiKey.WRITE_TXN_MARKERS,
            ApiKey.INITIALIZE_SHARE_GROUP_STATE,
            ApiKey.READ_SHARE_GROUP_STATE,
            ApiKey.WRITE_SHARE_GROUP_STATE,
            ApiKey.DELETE_SHARE_GROUP_STATE,
            ApiKey.READ_SHARE_GROUP_STATE_SUMMARY);

    private final Map<ListenerKind, @Nullable ServedApi[]> byId;

    private ApiTable(Map<ListenerKind, @Nullable ServedApi[]> byId) {
        this.byId = byId;
    }

    /** What a listener of that kind serves under that API id, known or not; null if nothing. */
    public @Nullable ServedApi find(ListenerKind kind, int id) {
        @Nullable ServedApi[] served = Objects.requireNonNull(byId.get(kind));
        return id >= 0 && id < served.length ? served[id] : null;
    }

    /** All that a listener of that kind serves, in order of id. */
    public List<ServedApi> served(ListenerKind kind) {
        return Arrays.stream(Objects.requireNonNull(byId.get(kind)))
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
    }

    /** Declares what is served. */
    public static final class Builder {
        private final Map<ListenerKind, TreeMap<Integer, ServedApi>> declared = new EnumMap<>(ListenerKind.class);

        public Builder() {
            for (ListenerKind kind : ListenerKind.values()) {
                declared.put(kind, new TreeMap<>());
            }
        }

        /** Serves every stable version of {@code key} on listeners of {@code kinds}. */
        public <Q extends ApiMessage, R extends ApiMessage> Builder serve(
                ApiKey key, ApiHandler<Q, R> handler, ListenerKind... kinds) {
            return serve(key, key.lowestVersion(), key.highestStableVersion(), handler, kinds);
        }

        /**
         * Serves some versions of {@code key} on listeners of {@code kinds}.
         *
         * @throws IllegalArgumentException if a version is not stable, the API is not for that kind of listener, or it is
         *     declared twice for one
         */
        @SuppressWarnings("unchecked") // the key reads nothing but the handler's request type
        public <Q extends ApiMessage, R extends ApiMessage> Builder serve(
                ApiKey key, int lowest, int highest, ApiHandler<Q, R> handler, ListenerKind... kinds) {
            ServedApi api =
                    new ServedApi(key, (short) lowest, (short) highest, (ApiHandler<ApiMessage, ApiMessage>) handler);
            for (ListenerKind kind : kinds) {
                if (kind == ListenerKind.CLIENT && !isForClients(key)) {
                    throw new IllegalArgumentException(key.apiName() + " is not for clients");
                }
                if (Objects.requireNonNull(declared.get(kind)).put((int) key.id(), api) != null) {
                    throw new IllegalArgumentException(key.apiName() + " is declared twice for " + kind);
                }
            }
            return this;
        }

        /** The table, with ApiVersions, which every listener serves, of the node with this identity. */
        public ApiTable build(String clusterId, int nodeId) {
            Map<ListenerKind, @Nullable ServedApi[]> byId = new EnumMap<>(ListenerKind.class);
            for (ListenerKind kind : ListenerKind.values()) {
                TreeMap<Integer, ServedApi> served = new TreeMap<>(Objects.requireNonNull(declared.get(kind)));
                ApiVersionsHandler versions = new ApiVersionsHandler(clusterId, nodeId, served.values());
                served.put((int) ApiKey.API_VERSIONS.id(), versions.api());
                @Nullable ServedApi[] all = new ServedApi[served.lastKey() + 1];
                served.forEach((id, api) -> all[id] = api);
                byId.put(kind, all);
            }
            return new ApiTable(byId);
        }

        private static boolean isForClients(ApiKey key) {
            return key.listeners().contains(ApiKey.Listener.BROKER) && !BETWEEN_BROKERS.contains(key);
        }
    }
}
