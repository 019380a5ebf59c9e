package io.rowlock.broker.api;

import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ApiVersionsRequest;
import io.rowlock.protocol.message.ApiVersionsResponse;
import io.rowlock.protocol.message.ApiVersionsResponse.ApiVersion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * ApiVersions, versions 0 to 5: what this listener serves. No features are listed, supported or finalized: without {@code
 * transaction.version} clients stay with the first protocol of transactions, without {@code group.version} with the
 * classic groups.
 */
public final class ApiVersionsHandler implements ApiHandler<ApiVersionsRequest, ApiVersionsResponse> {
    /** Since this version a client names its software (KIP-511). */
    private static final int SOFTWARE_VERSION = 3;
    /** Since this version a client says which node it believes to speak to (KIP-1242). */
    private static final int IDENTITY_VERSION = 5;

    private static final int NO_NODE = -1;
    private static final Pattern SOFTWARE = Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");

    private final String clusterId;
    private final int nodeId;
    private final List<ApiVersion> versions;

    /** For the node of that identity, which serves {@code others} and this. */
    ApiVersionsHandler(String clusterId, int nodeId, Collection<ServedApi> others) {
        this.clusterId = clusterId;
        this.nodeId = nodeId;
        List<ApiVersion> all = new ArrayList<>();
        others.forEach(api -> all.add(version(api)));
        all.add(version(api()));
        all.sort(Comparator.comparing(ApiVersion::apiKey));
        this.versions = List.copyOf(all);
    }

    /** This API as it is served. */
    @SuppressWarnings("unchecked") // the key reads nothing but this handler's request type
    ServedApi api() {
        ApiKey key = ApiKey.API_VERSIONS;
        ApiHandler<? extends ApiMessage, ? extends ApiMessage> handler = this;
        return new ServedApi(
                key, key.lowestVersion(), key.highestStableVersion(), (ApiHandler<ApiMessage, ApiMessage>) handler);
    }

    @Override
    public void handle(RequestContext context, ApiVersionsRequest request, Consumer<ApiVersionsResponse> reply) {
        ErrorCode error = check(context.apiVersion(), request);
        ApiVersionsResponse response = new ApiVersionsResponse().setErrorCode(error.code());
        reply.accept(error == ErrorCode.NONE ? response.setApiKeys(versions) : response);
    }

    private ErrorCode check(int version, ApiVersionsRequest request) {
        if (version >= IDENTITY_VERSION && (request.clusterId() == null) != (request.nodeId() == NO_NODE)) {
            return ErrorCode.INVALID_REQUEST;
        }
        if (version >= SOFTWARE_VERSION
                && !(isSoftware(request.clientSoftwareName()) && isSoftware(request.clientSoftwareVersion()))) {
            return ErrorCode.INVALID_REQUEST;
        }
        boolean elsewhere = version >= IDENTITY_VERSION
                && request.clusterId() != null
                && !(clusterId.equals(request.clusterId()) && nodeId == request.nodeId());
        return elsewhere ? ErrorCode.REBOOTSTRAP_REQUIRED : ErrorCode.NONE;
    }

    private static boolean isSoftware(String name) {
        return SOFTWARE.matcher(name).matches();
    }

    /**
     * What to answer, as version 0, to a version of ApiVersions that is not served: its served versions, so that the
     * client asks again with one of them (KIP-511).
     */
    public static ApiVersionsResponse unsupportedVersion(ServedApi apiVersions) {
        return new ApiVersionsResponse()
                .setErrorCode(ErrorCode.UNSUPPORTED_VERSION.code())
                .setApiKeys(List.of(version(apiVersions)));
    }

    private static ApiVersion version(ServedApi api) {
        return new ApiVersion()
                .setApiKey(api.key().id())
                .setMinVersion(api.lowestAdvertised())
                .setMaxVersion(api.highest());
    }
}
