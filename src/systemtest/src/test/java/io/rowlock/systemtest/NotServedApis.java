package io.rowlock.systemtest;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/** The APIs of Kafka's brokers that this version does not serve, and so does not advertise, by the reason. */
final class NotServedApis {
    static final Map<String, List<ApiKeys>> BY_REASON = Map.ofEntries(
            entry(
                    "transactions are not in this version",
                    List.of(
                            ApiKeys.ADD_PARTITIONS_TO_TXN,
                            ApiKeys.ADD_OFFSETS_TO_TXN,
                            ApiKeys.END_TXN,
                            ApiKeys.WRITE_TXN_MARKERS,
                            ApiKeys.TXN_OFFSET_COMMIT,
                            ApiKeys.DESCRIBE_TRANSACTIONS,
                            ApiKeys.LIST_TRANSACTIONS)),
            entry(
                    "groups of the consumer protocol (KIP-848) are not in this version; those of the classic protocol are",
                    List.of(ApiKeys.CONSUMER_GROUP_HEARTBEAT, ApiKeys.CONSUMER_GROUP_DESCRIBE)),
            entry(
                    "share groups (KIP-932) are not in this version",
                    List.of(
                            ApiKeys.SHARE_GROUP_HEARTBEAT,
                            ApiKeys.SHARE_GROUP_DESCRIBE,
                            ApiKeys.SHARE_FETCH,
                            ApiKeys.SHARE_ACKNOWLEDGE,
                            ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS,
                            ApiKeys.ALTER_SHARE_GROUP_OFFSETS,
                            ApiKeys.DELETE_SHARE_GROUP_OFFSETS,
                            ApiKeys.INITIALIZE_SHARE_GROUP_STATE,
                            ApiKeys.READ_SHARE_GROUP_STATE,
                            ApiKeys.WRITE_SHARE_GROUP_STATE,
                            ApiKeys.DELETE_SHARE_GROUP_STATE,
                            ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY)),
            entry(
                    "streams groups (KIP-1071) are not in this version; Kafka Streams runs on groups of the classic protocol",
                    List.of(
                            ApiKeys.STREAMS_GROUP_HEARTBEAT,
                            ApiKeys.STREAMS_GROUP_DESCRIBE,
                            ApiKeys.STREAMS_GROUP_TOPOLOGY_DESCRIPTION_UPDATE)),
            entry(
                    "authentication and access control are not in this version",
                    List.of(
                            ApiKeys.SASL_HANDSHAKE,
                            ApiKeys.SASL_AUTHENTICATE,
                            ApiKeys.DESCRIBE_ACLS,
                            ApiKeys.CREATE_ACLS,
                            ApiKeys.DELETE_ACLS,
                            ApiKeys.CREATE_DELEGATION_TOKEN,
                            ApiKeys.RENEW_DELEGATION_TOKEN,
                            ApiKeys.EXPIRE_DELEGATION_TOKEN,
                            ApiKeys.DESCRIBE_DELEGATION_TOKEN,
                            ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                            ApiKeys.ALTER_USER_SCRAM_CREDENTIALS)),
            entry(
                    "quotas are not in this version",
                    List.of(ApiKeys.DESCRIBE_CLIENT_QUOTAS, ApiKeys.ALTER_CLIENT_QUOTAS)),
            entry(
                    "there is no quorum of controllers: metadata lives in PostgreSQL",
                    List.of(
                            ApiKeys.DESCRIBE_QUORUM,
                            ApiKeys.UPDATE_FEATURES,
                            ApiKeys.UNREGISTER_BROKER,
                            ApiKeys.UNREGISTER_CONTROLLER,
                            ApiKeys.ADD_RAFT_VOTER,
                            ApiKeys.REMOVE_RAFT_VOTER)),
            entry(
                    "clients' metrics are not collected (KIP-714), and clients that would send them see that they are not wanted",
                    List.of(ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, ApiKeys.PUSH_TELEMETRY)));

    private NotServedApis() {}
}
