package io.rowlock.systemtest;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.RaftVoterEndpoint;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** One call of every method of the admin client that asks for what is not served, by the method's name. */
final class AdminRefusals {
    /** Calls a method, if need be for a partition that exists; its answers. */
    interface Call {
        Collection<? extends KafkaFuture<?>> on(Admin admin, TopicPartition at);
    }

    private static final ClientQuotaEntity CLIENT = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, "any"));
    private static final AclBinding ACL = new AclBinding(
            new ResourcePattern(ResourceType.TOPIC, "any", PatternType.LITERAL),
            new AccessControlEntry("User:any", "*", AclOperation.READ, AclPermissionType.ALLOW));

    private static final Map<String, Call> TRANSACTIONS = Map.of(
            "abortTransaction",
            (admin, at) -> List.of(admin.abortTransaction(new AbortTransactionSpec(at, 1, (short) 0, 0))
                    .all()),
            "describeTransactions",
            (admin, at) -> List.of(admin.describeTransactions(List.of("any")).description("any")),
            "fenceProducers",
            (admin, at) ->
                    admin.fenceProducers(List.of("any")).fencedProducers().values(),
            "forceTerminateTransaction",
            (admin, at) -> List.of(admin.forceTerminateTransaction("any").result()),
            "listTransactions",
            (admin, at) -> List.of(admin.listTransactions().all()));

    private static final Map<String, Call> NEWER_GROUPS = Map.of(
            "alterShareGroupOffsets",
            (admin, at) ->
                    List.of(admin.alterShareGroupOffsets("any", Map.of(at, 0L)).partitionResult(at)),
            "deleteShareGroupOffsets",
            (admin, at) ->
                    List.of(admin.deleteShareGroupOffsets("any", Set.of("any")).topicResult("any")),
            "describeShareGroups",
            (admin, at) ->
                    admin.describeShareGroups(List.of("any")).describedGroups().values(),
            "describeStreamsGroups",
            (admin, at) -> admin.describeStreamsGroups(List.of("any"))
                    .describedGroups()
                    .values(),
            "listShareGroupOffsets",
            (admin, at) -> List.of(admin.listShareGroupOffsets(Map.of("any", new ListShareGroupOffsetsSpec()))
                    .partitionsToOffsetInfo("any")));

    private static final Map<String, Call> SECURITY = Map.of(
            "alterUserScramCredentials",
            (admin, at) -> admin.alterUserScramCredentials(
                            List.of(new UserScramCredentialDeletion("any", ScramMechanism.SCRAM_SHA_256)))
                    .values()
                    .values(),
            "createAcls",
            (admin, at) -> admin.createAcls(List.of(ACL)).values().values(),
            "createDelegationToken",
            (admin, at) -> List.of(admin.createDelegationToken().delegationToken()),
            "deleteAcls",
            (admin, at) -> admin.deleteAcls(List.of(ACL.toFilter())).values().values(),
            "describeAcls",
            (admin, at) -> List.of(admin.describeAcls(AclBindingFilter.ANY).values()),
            "describeDelegationToken",
            (admin, at) -> List.of(admin.describeDelegationToken().delegationTokens()),
            "describeUserScramCredentials",
            (admin, at) -> List.of(admin.describeUserScramCredentials().all()),
            "expireDelegationToken",
            (admin, at) -> List.of(admin.expireDelegationToken(new byte[9]).expiryTimestamp()),
            "renewDelegationToken",
            (admin, at) -> List.of(admin.renewDelegationToken(new byte[9]).expiryTimestamp()));

    private static final Map<String, Call> QUOTAS = Map.of(
            "alterClientQuotas",
            (admin, at) -> admin.alterClientQuotas(List.of(new ClientQuotaAlteration(
                            CLIENT, List.of(new ClientQuotaAlteration.Op("producer_byte_rate", 1_000.0)))))
                    .values()
                    .values(),
            "describeClientQuotas",
            (admin, at) ->
                    List.of(admin.describeClientQuotas(ClientQuotaFilter.all()).entities()));

    /** There is no quorum of controllers, and no feature level to raise. */
    private static final Map<String, Call> CONTROLLERS = Map.of(
            "addRaftVoter",
            (admin, at) -> List.of(admin.addRaftVoter(
                            2, Uuid.randomUuid(), Set.of(new RaftVoterEndpoint("CONTROLLER", "127.0.0.1", 9093)))
                    .all()),
            "describeMetadataQuorum",
            (admin, at) -> List.of(admin.describeMetadataQuorum().quorumInfo()),
            "removeRaftVoter",
            (admin, at) -> List.of(admin.removeRaftVoter(2, Uuid.randomUuid()).all()),
            "unregisterBroker",
            (admin, at) -> List.of(admin.unregisterBroker(2).all()),
            "unregisterController",
            (admin, at) -> List.of(admin.unregisterController(2).all()),
            "updateFeatures",
            (admin, at) -> admin.updateFeatures(
                            Map.of("group.version", new FeatureUpdate((short) 1, FeatureUpdate.UpgradeType.UPGRADE)))
                    .values()
                    .values());

    private AdminRefusals() {}

    static Optional<Call> of(String method) {
        return List.of(TRANSACTIONS, NEWER_GROUPS, SECURITY, QUOTAS, CONTROLLERS).stream()
                .filter(calls -> calls.containsKey(method))
                .map(calls -> calls.get(method))
                .findFirst();
    }
}
