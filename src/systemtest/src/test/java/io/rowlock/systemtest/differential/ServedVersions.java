package io.rowlock.systemtest.differential;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.ApiKeys;

/** The APIs that both brokers advertise, in the versions that both have. */
final class ServedVersions {
    private record Range(int lowest, int highest) {}

    private final TreeMap<ApiKeys, Range> ranges = new TreeMap<>();
    private final List<ApiKeys> all;

    private ServedVersions(Map<ApiKeys, Range> kafka, Map<ApiKeys, Range> rowlock) {
        kafka.forEach((api, range) -> {
            Range other = rowlock.get(api);
            if (other != null) {
                int lowest = Math.max(range.lowest(), other.lowest());
                int highest = Math.min(range.highest(), other.highest());
                ranges.put(api, new Range(Math.max(lowest, api.oldestVersion()), highest));
            }
        });
        all = List.copyOf(ranges.keySet());
    }

    static ServedVersions of(Peer kafka, Peer rowlock) {
        return new ServedVersions(ask(kafka), ask(rowlock));
    }

    private static Map<ApiKeys, Range> ask(Peer peer) {
        Request request = new Request(ApiKeys.API_VERSIONS, (short) 0, "versions", "", false, Map.of());
        Map<ApiKeys, Range> found = new TreeMap<>();
        for (Object each :
                (List<?>) Objects.requireNonNull(peer.exchange(request).get("api_keys"))) {
            Map<?, ?> row = (Map<?, ?>) each;
            found.put(
                    ApiKeys.forId(number(row, "api_key")),
                    new Range(number(row, "min_version"), number(row, "max_version")));
        }
        return found;
    }

    private static int number(Map<?, ?> row, String field) {
        return ((Number) Objects.requireNonNull(row.get(field))).intValue();
    }

    boolean has(ApiKeys api) {
        return ranges.containsKey(api);
    }

    int lowest(ApiKeys api) {
        return range(api).lowest();
    }

    int highest(ApiKeys api) {
        return range(api).highest();
    }

    ApiKeys any(Chance chance) {
        return all.get(chance.below(all.size()));
    }

    /** All that are compared. */
    List<ApiKeys> apis() {
        return all;
    }

    private Range range(ApiKeys api) {
        return Objects.requireNonNull(ranges.get(api), () -> api + " is not served by both");
    }
}
