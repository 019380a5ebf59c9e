package io.rowlock.broker.group;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What every {@link GroupStore} asks of what it is given to write. */
public final class WriteRules {

    /** Of a group's id in UTF-8: what fits into an index. */
    public static final int GROUP_ID_BYTES_MAX = 2_000;

    private static final int CHAR_BYTES_MAX = 3;

    private WriteRules() {}

    /** Whether a group can have this id: not too long, and without the character NUL. */
    public static boolean isGroupId(String id) {
        return isText(id)
                && (id.length() <= GROUP_ID_BYTES_MAX / CHAR_BYTES_MAX
                        || id.getBytes(StandardCharsets.UTF_8).length <= GROUP_ID_BYTES_MAX);
    }

    /** Whether a text, other than a group's id, can be kept: without the character NUL. */
    public static boolean isText(String text) {
        return text.indexOf('\0') < 0;
    }

    /** Throws {@link IllegalArgumentException} unless these groups can be kept under the slots of {@code held}. */
    public static void checkGroups(Map<Integer, Long> held, List<GroupSnapshot> groups) {
        for (GroupSnapshot group : groups) {
            checkGroup(held, group.groupId());
            checkText(group.protocolType());
            checkText(group.protocol());
            checkText(group.leader());
            if (group.subscribedTopics() != null) {
                group.subscribedTopics().forEach(WriteRules::checkText);
            }
            group.members().forEach(WriteRules::checkMember);
        }
    }

    private static void checkMember(MemberSnapshot member) {
        checkText(member.memberId());
        checkText(member.instanceId());
        checkText(member.clientId());
        checkText(member.clientHost());
        member.protocols().forEach(protocol -> checkText(protocol.name()));
    }

    /**
     * What is left of a batch of commits when of several for the same key only the last counts. Throws {@link
     * IllegalArgumentException} unless they can be kept under the slots of {@code held}.
     */
    public static Collection<OffsetCommit> lastOfEach(Map<Integer, Long> held, List<OffsetCommit> commits) {
        Map<OffsetKey, OffsetCommit> last = new LinkedHashMap<>(commits.size() * 2);
        for (OffsetCommit commit : commits) {
            checkGroup(held, commit.key().groupId());
            checkText(commit.metadata());
            last.put(commit.key(), commit);
        }
        return last.values();
    }

    /** Throws {@link IllegalArgumentException} unless the group's slot is among {@code held} and its id can be kept. */
    public static void checkGroup(Map<Integer, Long> held, String groupId) {
        if (!isGroupId(groupId)) {
            throw new IllegalArgumentException("A group's id has at most " + GROUP_ID_BYTES_MAX
                    + " bytes, none of them NUL; this one has " + groupId.length() + " characters: '" + groupId + "'");
        }
        if (!held.containsKey(GroupSlots.of(groupId))) {
            throw new IllegalArgumentException("Slot " + GroupSlots.of(groupId) + " of group '" + groupId
                    + "' is not among those under which it is written");
        }
    }

    private static void checkText(@Nullable String text) {
        if (text != null && !isText(text)) {
            throw new IllegalArgumentException("A text with the character NUL cannot be kept: '" + text + "'");
        }
    }
}
