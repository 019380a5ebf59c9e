package io.rowlock.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.rowlock.protocol.message.EndTxnRequest;
import io.rowlock.protocol.message.InitProducerIdRequest;
import java.util.Arrays;
import java.util.Set;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** The generated tables of APIs and errors against Kafka's. */
class TablesTest {

    @Test
    void apisAreKafkas() {
        for (ApiKey api : ApiKey.values()) {
            ApiKeys kafkas = ApiKeys.forId(api.id());
            assertThat(api.name()).isEqualTo(kafkas.name());
            assertThat(api.apiName()).isEqualTo(kafkas.name);
            assertThat(api.lowestVersion()).as(api.name()).isEqualTo(kafkas.messageType.lowestSupportedVersion());
            assertThat(api.highestStableVersion()).as(api.name()).isEqualTo(kafkas.latestVersion(false));
            assertThat(api.highestVersion()).as(api.name()).isEqualTo(kafkas.latestVersion(true));
            assertThat(api.listeners())
                    .as(api.name())
                    .extracting(Enum::name)
                    .containsExactlyInAnyOrderElementsOf(kafkas.messageType.listeners().stream()
                            .map(Enum::name)
                            .toList());
            for (short v = api.lowestVersion(); v <= api.highestVersion(); v++) {
                assertThat(api.requestHeaderVersion(v)).as(api.name()).isEqualTo(kafkas.requestHeaderVersion(v));
                assertThat(api.responseHeaderVersion(v)).as(api.name()).isEqualTo(kafkas.responseHeaderVersion(v));
            }
        }
        assertThat(ApiKey.values())
                .hasSameSizeAs(Arrays.stream(ApiMessageType.values())
                        .filter(type -> type.lowestSupportedVersion() <= type.highestSupportedVersion(true))
                        .toList());
    }

    @Test
    void unknownApisAndVersionsAreAValue() {
        assertThat(ApiKey.forId(0)).isEqualTo(ApiKey.PRODUCE);
        assertThat(ApiKey.forId(4)).as("removed in 4.0").isNull();
        assertThat(ApiKey.forId(-1)).isNull();
        assertThat(ApiKey.forId(94)).isEqualTo(ApiKey.UNREGISTER_CONTROLLER);
        assertThat(ApiKey.forId(95)).isNull();
        assertThat(ApiKey.forId(Short.MAX_VALUE)).isNull();
        assertThat(ApiKey.PRODUCE.hasVersion(2)).isFalse();
        assertThat(ApiKey.PRODUCE.hasVersion(3)).isTrue();
        assertThat(ApiKey.PRODUCE.hasVersion(13)).isTrue();
        assertThat(ApiKey.PRODUCE.hasVersion(14)).isFalse();
        assertThat(ApiKey.PRODUCE.listeners()).isEqualTo(Set.of(ApiKey.Listener.BROKER));
    }

    @Test
    void theUnstableVersionIsNotTheHighestStableOne() {
        assertThat(ApiKey.INIT_PRODUCER_ID.highestVersion()).isEqualTo(InitProducerIdRequest.HIGHEST_SUPPORTED_VERSION);
        assertThat(ApiKey.INIT_PRODUCER_ID.highestStableVersion())
                .isEqualTo((short) (InitProducerIdRequest.HIGHEST_SUPPORTED_VERSION - 1));
    }

    @Test
    void messagesAreReadByTheirKey() {
        EndTxnRequest request = new EndTxnRequest().setTransactionalId("t").setProducerId(3);
        byte[] bytes = MessageKind.write(request, (short) 3);
        assertThat(ApiKey.END_TXN.readRequest(Unpooled.wrappedBuffer(bytes), (short) 3))
                .isEqualTo(request);
        assertThat(ApiKey.END_TXN.isRequestFlexible((short) 2)).isFalse();
        assertThat(ApiKey.END_TXN.isRequestFlexible((short) 3)).isTrue();
        assertThat(ApiKey.forId(request.apiKey())).isEqualTo(ApiKey.END_TXN);
    }

    @Test
    void errorsAreKafkas() {
        assertThat(ErrorCode.values()).hasSameSizeAs(Errors.values());
        for (Errors kafkas : Errors.values()) {
            ErrorCode ours = ErrorCode.forCode(kafkas.code());
            assertThat(ours.name()).isEqualTo(kafkas.name());
            assertThat(ours.code()).isEqualTo(kafkas.code());
            assertThat(ours.defaultMessage()).isEqualTo(kafkas.message());
            assertThat(ours.isRetriable()).isEqualTo(kafkas.exception() instanceof RetriableException);
        }
        assertThat(ErrorCode.forCode(-2)).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
        assertThat(ErrorCode.forCode(Short.MAX_VALUE)).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
    }
}
