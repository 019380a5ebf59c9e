package io.rowlock.systemtest.differential;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiKeys;

/** One or two members that join a group, share it, and perhaps leave it, each request in its turn. */
final class GroupFlow {
    private final Chance chance;
    private final String group;
    private final Function<ApiKeys, Short> versions;
    private final List<Request> sequence;
    private final boolean isStatic;

    GroupFlow(Chance chance, String group, Function<ApiKeys, Short> versions, List<Request> sequence) {
        this.chance = chance;
        this.group = group;
        this.versions = versions;
        this.sequence = sequence;
        this.isStatic = chance.in(4);
    }

    void add() {
        join("a", false, true);
        sync("a", false);
        if (chance.in(2)) {
            second();
        }
        heartbeat("a");
        if (chance.in(4)) {
            leave("a");
        }
    }

    private void second() {
        // One that was only invited leaves Kafka with a rebalance and Rowlock without: no such one is to leave.
        boolean leaves = chance.in(2);
        join("b", true, leaves);
        heartbeat("a");
        join("a", false, false);
        sync("b", true);
        sync("a", false);
        heartbeat("b");
        if (leaves) {
            leave("b");
        }
    }

    /**
     * Twice where the version makes a member take its id first.
     *
     * @param first whether what it says of protocols must be right, as where there may be no group yet: one that Kafka refuses leaves an empty one
     *     behind, Rowlock nothing
     */
    private void join(String actor, boolean waits, boolean first) {
        short version = versions.apply(ApiKeys.JOIN_GROUP);
        Map<String, Object> body = member(actor);
        body.put("session_timeout_ms", version == 0 ? 6_000 : chance.oddly(() -> 30_000, 1, Integer.MAX_VALUE, -1));
        body.put("rebalance_timeout_ms", 1_500);
        body.put("protocol_type", first ? "consumer" : chance.oddly(() -> "consumer", "connect", ""));
        body.put(
                "protocols",
                first ? protocols() : chance.oddly(this::protocols, List.of(), List.of(protocol("bogus"))));
        body.put("reason", chance.ofOrNull("because"));
        body.remove("generation_id");
        Request request = new Request(ApiKeys.JOIN_GROUP, version, actor, "", true, body);
        sequence.add(request);
        boolean hasItsOwnId = isStatic && actor.equals("a");
        if ((version >= 4 && !hasItsOwnId) || !waits) {
            sequence.add(request);
        }
    }

    private List<Object> protocols() {
        return chance.in(3) ? List.of(protocol("roundrobin"), protocol("range")) : List.of(protocol("range"));
    }

    private Map<String, Object> protocol(String name) {
        return Map.of("name", name, "metadata", new byte[] {0, 1, (byte) chance.below(2)});
    }

    private void sync(String actor, boolean waits) {
        Map<String, Object> body = member(actor);
        body.put("protocol_type", chance.oddly(() -> "consumer", "connect"));
        body.put("protocol_name", chance.oddly(() -> "range", "bogus"));
        body.put("assignments", List.of(assignment("a"), assignment("b")));
        sequence.add(new Request(ApiKeys.SYNC_GROUP, versions.apply(ApiKeys.SYNC_GROUP), actor, "", waits, body));
    }

    private Map<String, Object> assignment(String actor) {
        return Map.of("member_id", memberId(actor), "assignment", new byte[] {9, (byte) chance.below(3)});
    }

    private void heartbeat(String actor) {
        sequence.add(
                new Request(ApiKeys.HEARTBEAT, versions.apply(ApiKeys.HEARTBEAT), actor, "", false, member(actor)));
    }

    private void leave(String actor) {
        Map<String, Object> body = member(actor);
        body.put("members", List.of(member(actor)));
        sequence.add(new Request(ApiKeys.LEAVE_GROUP, versions.apply(ApiKeys.LEAVE_GROUP), actor, "", false, body));
    }

    private Map<String, Object> member(String actor) {
        Map<String, Object> body = new HashMap<>();
        body.put("group_id", Ref.group(group));
        body.put("member_id", memberId(actor));
        body.put("generation_id", new Ref(Ref.Kind.GENERATION, group));
        body.put("group_instance_id", isStatic && actor.equals("a") ? "i-a" : null);
        return body;
    }

    private Ref memberId(String actor) {
        return new Ref(Ref.Kind.MEMBER_ID, group + "/" + actor);
    }
}
