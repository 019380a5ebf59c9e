package io.rowlock.broker.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A group's members, in the order in which they came, and what they have in common. */
final class Members {

    private final Map<String, Member> byId = new LinkedHashMap<>();
    private final Map<String, Member> byInstance = new HashMap<>();
    /** How many members support a protocol; none is not listed. */
    private final Map<String, Integer> supporters = new HashMap<>();

    private long bytes;
    private int protocols;
    private int joining;

    int size() {
        return byId.size();
    }

    boolean isEmpty() {
        return byId.isEmpty();
    }

    Collection<Member> all() {
        return byId.values();
    }

    @Nullable
    Member get(String memberId) {
        return byId.get(memberId);
    }

    @Nullable
    Member ofInstance(@Nullable String instanceId) {
        return instanceId == null ? null : byInstance.get(instanceId);
    }

    void add(Member member) {
        byId.put(member.id(), member);
        if (member.instanceId() != null) {
            byInstance.put(member.instanceId(), member);
        }
        count(member, 1);
    }

    void remove(Member member) {
        byId.remove(member.id());
        if (member.instanceId() != null) {
            byInstance.remove(member.instanceId());
        }
        if (member.isJoining()) {
            joining--;
        }
        count(member, -1);
    }

    /** In its predecessor's place, so that nothing changes that depends on the order. */
    void replace(Member predecessor, Member successor) {
        List<Member> all = new ArrayList<>(byId.values());
        all.replaceAll(member -> member == predecessor ? successor : member);
        remove(predecessor);
        add(successor);
        byId.clear();
        all.forEach(member -> byId.put(member.id(), member));
    }

    void update(Member member, JoinCommand command) {
        count(member, -1);
        member.update(command);
        count(member, 1);
    }

    /** Roughly what it costs to keep all of them, but for what they are assigned. */
    long bytes() {
        return bytes;
    }

    /** How many protocols they name, each counted as often as it is named. */
    int protocols() {
        return protocols;
    }

    /** How much is assigned to all of them. */
    long assignedBytes() {
        long assigned = 0;
        for (Member member : byId.values()) {
            assigned += member.assignment().length();
        }
        return assigned;
    }

    private void count(Member member, int change) {
        bytes += change * member.bytes();
        protocols += change * member.protocols().size();
        member.protocols().forEach(protocol -> supporters.merge(protocol.name(), change, Members::sumOrNothing));
    }

    private static @Nullable Integer sumOrNothing(int before, int change) {
        return before + change == 0 ? null : Integer.valueOf(before + change);
    }

    /** Whether all members support it. */
    boolean support(String protocol) {
        return supporters.getOrDefault(protocol, 0) == byId.size();
    }

    /** The protocol that most members like best among those that all support; on a tie the one that was voted for first. */
    String choose() {
        Set<String> candidates = new LinkedHashSet<>();
        supporters.keySet().stream().filter(this::support).forEach(candidates::add);
        Map<String, Integer> votes = new LinkedHashMap<>();
        byId.values().forEach(member -> votes.merge(member.vote(candidates), 1, Integer::sum));
        String chosen = "";
        int most = 0;
        for (Map.Entry<String, Integer> entry : votes.entrySet()) {
            if (entry.getValue() > most) {
                most = entry.getValue();
                chosen = entry.getKey();
            }
        }
        return chosen;
    }

    /** How many wait for the next generation. */
    int joining() {
        return joining;
    }

    boolean allJoining() {
        return joining == byId.size();
    }

    void waitForJoin(Turn turn, Member member, Consumer<JoinAnswer> waiter) {
        if (!member.isJoining()) {
            joining++;
        }
        member.waitForJoin(turn, waiter);
    }

    void answerJoin(Turn turn, Member member, JoinAnswer answer) {
        if (member.isJoining()) {
            joining--;
            member.answerJoin(turn, answer);
        }
    }

    /** The longest that any of them may take to join again. */
    int rebalanceTimeoutMs() {
        int longest = 0;
        for (Member member : byId.values()) {
            longest = Math.max(longest, member.rebalanceTimeoutMs());
        }
        return longest;
    }

    long nextDueNanos() {
        long earliest = Long.MAX_VALUE;
        for (Member member : byId.values()) {
            earliest = Math.min(earliest, member.sessionEndsNanos());
        }
        return earliest;
    }
}
