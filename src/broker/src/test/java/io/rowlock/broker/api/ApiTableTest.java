package io.rowlock.broker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ApiTableTest {
    private static final ApiHandler<ApiMessage, ApiMessage> NONE = (context, request, reply) -> {};

    @ParameterizedTest
    @EnumSource(
            value = ApiKey.class,
            names = {
                "WRITE_TXN_MARKERS",
                "WRITE_SHARE_GROUP_STATE",
                "ALTER_PARTITION",
                "BROKER_HEARTBEAT",
                "VOTE",
                "ASSIGN_REPLICAS_TO_DIRS"
            })
    void whatNodesSayToEachOtherIsNotForClients(ApiKey key) {
        ApiTable.Builder table = new ApiTable.Builder();
        assertThatThrownBy(() -> table.serve(key, NONE, ListenerKind.CLIENT)).hasMessageContaining("not for clients");
        ApiTable peers = table.serve(key, NONE, ListenerKind.PEER).build("cluster", 1);
        assertThat(peers.find(ListenerKind.PEER, key.id())).isNotNull();
        assertThat(peers.find(ListenerKind.CLIENT, key.id())).isNull();
    }

    @Test
    void versionsOutsideTheStableOnesAreRefused() {
        ApiTable.Builder table = new ApiTable.Builder();
        table.serve(ApiKey.FETCH, 4, 18, NONE, ListenerKind.CLIENT);
        assertThatThrownBy(() -> table.serve(ApiKey.FETCH, 3, 18, NONE, ListenerKind.PEER))
                .hasMessageContaining("3 to 18");
        assertThatThrownBy(() -> table.serve(ApiKey.FETCH, 4, 19, NONE, ListenerKind.PEER))
                .hasMessageContaining("4 to 19");
        // Version 6 can be read but is not stable (KIP-939).
        assertThatThrownBy(() -> table.serve(ApiKey.INIT_PRODUCER_ID, 0, 6, NONE, ListenerKind.PEER))
                .hasMessageContaining("0 to 6");
        assertThatThrownBy(() -> table.serve(ApiKey.FETCH, NONE, ListenerKind.CLIENT))
                .hasMessageContaining("twice");
    }

    @Test
    void everythingServedIsStableAndInOrderAndIncludesApiVersions() {
        ApiTable.Builder builder = new ApiTable.Builder();
        for (ApiKey key : ApiKey.values()) {
            if (key != ApiKey.API_VERSIONS) {
                builder.serve(key, NONE, ListenerKind.PEER);
            }
        }
        ApiTable table = builder.build("cluster", 1);
        assertThat(table.served(ListenerKind.CLIENT)).extracting(ServedApi::key).containsExactly(ApiKey.API_VERSIONS);
        assertThat(table.served(ListenerKind.PEER)).extracting(ServedApi::key).containsExactly(ApiKey.values());
        for (ServedApi api : table.served(ListenerKind.PEER)) {
            assertThat(api.highest()).isLessThanOrEqualTo(api.key().highestStableVersion());
            assertThat(api.lowest()).isGreaterThanOrEqualTo(api.key().lowestVersion());
            int advertised = api.key() == ApiKey.PRODUCE ? 0 : api.lowest();
            assertThat(api.lowestAdvertised()).isEqualTo((short) advertised);
        }
    }

    @Test
    void idsThatAreNotServedAreNotFound() {
        ApiTable table = new ApiTable.Builder().build("cluster", 1);
        for (int id : new int[] {-1, Short.MIN_VALUE, 0, 17, 19, 95, Short.MAX_VALUE}) {
            assertThat(table.find(ListenerKind.CLIENT, id)).isNull();
        }
    }
}
