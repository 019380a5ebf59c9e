package io.rowlock.node.group;

import io.rowlock.broker.group.GroupSlots;
import io.rowlock.broker.group.GroupSnapshot;
import io.rowlock.broker.group.JoinProtocol;
import io.rowlock.broker.group.MemberSnapshot;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes groups whole, in one statement. A member stands at its place in its group; rows that stay as they are are not
 * touched.
 */
final class GroupRowsWrite {

    /** Each {@code unnest} has rows of one kind; what belongs to a group or member says its group's number and its place. */
    private static final String WRITE = SlotRows.OWNED + """
            , given AS MATERIALIZED (
                SELECT c.*
                FROM unnest(?::integer[], ?::smallint[], ?::text[], ?::text[], ?::text[], ?::integer[], ?::text[], ?::text[], ?::boolean[])
                    AS c (number, slot, group_id, phase, protocol_type, generation, protocol, leader, subscribes)
                JOIN owned USING (slot)
            ), subscribed AS (
                SELECT number, array_agg(topic) AS topics
                FROM unnest(?::integer[], ?::text[]) AS s (number, topic)
                GROUP BY number
            ), kept_group AS (
                INSERT INTO rowlock.consumer_group AS kept (
                    group_id, slot, phase, protocol_type, generation, protocol, leader, subscribed_topics)
                SELECT
                    group_id, slot, phase, protocol_type, generation, protocol, leader,
                    CASE WHEN subscribes THEN coalesce(topics, '{}') END
                FROM given
                LEFT JOIN subscribed USING (number)
                ORDER BY group_id
                ON CONFLICT (group_id) DO UPDATE
                SET phase = excluded.phase,
                    phase_since = CASE WHEN kept.phase = excluded.phase THEN kept.phase_since ELSE clock_timestamp() END,
                    protocol_type = excluded.protocol_type,
                    generation = excluded.generation,
                    protocol = excluded.protocol,
                    leader = excluded.leader,
                    subscribed_topics = excluded.subscribed_topics
            ), protocols AS (
                SELECT
                    number, place,
                    array_agg(name ORDER BY preference) AS names,
                    array_agg(metadata ORDER BY preference) AS metadata
                FROM unnest(?::integer[], ?::integer[], ?::text[], ?::bytea[])
                    WITH ORDINALITY AS p (number, place, name, metadata, preference)
                GROUP BY number, place
            ), members AS MATERIALIZED (
                SELECT group_id, m.*
                FROM unnest(?::integer[], ?::integer[], ?::text[], ?::text[], ?::text[], ?::text[], ?::integer[], ?::integer[], ?::bytea[], ?::text[])
                    AS m (number, place, member_id, instance_id, client_id, client_host, session_timeout_ms,
                          rebalance_timeout_ms, assignment, assigned_partitions)
                JOIN given USING (number)
            ), gone AS (
                DELETE FROM rowlock.group_member AS m
                USING given AS g
                WHERE m.group_id = g.group_id
                  AND NOT EXISTS (
                      SELECT 1 FROM members AS n WHERE n.group_id = m.group_id AND n.place = m.place
                  )
            ), kept_member AS (
                INSERT INTO rowlock.group_member AS kept (
                    group_id, place, member_id, instance_id, client_id, client_host, session_timeout_ms,
                    rebalance_timeout_ms, protocol_names, protocol_metadata, assignment, assigned_partitions)
                SELECT
                    group_id, place, member_id, instance_id, client_id, client_host, session_timeout_ms,
                    rebalance_timeout_ms, coalesce(names, '{}'), coalesce(metadata, '{}'), assignment,
                    assigned_partitions::jsonb
                FROM members
                LEFT JOIN protocols USING (number, place)
                ORDER BY group_id, place
                ON CONFLICT (group_id, place) DO UPDATE
                SET member_id = excluded.member_id,
                    instance_id = excluded.instance_id,
                    client_id = excluded.client_id,
                    client_host = excluded.client_host,
                    session_timeout_ms = excluded.session_timeout_ms,
                    rebalance_timeout_ms = excluded.rebalance_timeout_ms,
                    protocol_names = excluded.protocol_names,
                    protocol_metadata = excluded.protocol_metadata,
                    assignment = excluded.assignment,
                    assigned_partitions = excluded.assigned_partitions
                WHERE kept.* IS DISTINCT FROM excluded.*
            )
            SELECT slot FROM owned
            """;

    private record Subscription(int group, String topic) {}

    private record Member(int group, int place, String protocolType, MemberSnapshot snapshot) {}

    private record Protocol(Member member, JoinProtocol protocol) {}

    private final List<GroupSnapshot> groups;
    private final List<Integer> numbers = new ArrayList<>();
    private final List<Subscription> subscriptions = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final List<Protocol> protocols = new ArrayList<>();

    /** @param groups none twice */
    GroupRowsWrite(List<GroupSnapshot> groups) {
        this.groups = groups;
        for (int number = 0; number < groups.size(); number++) {
            add(number, groups.get(number));
        }
    }

    private void add(int number, GroupSnapshot group) {
        numbers.add(number);
        if (group.subscribedTopics() != null) {
            for (String topic : group.subscribedTopics()) {
                subscriptions.add(new Subscription(number, topic));
            }
        }
        String type = group.protocolType() == null ? "" : group.protocolType();
        for (int place = 0; place < group.members().size(); place++) {
            Member member = new Member(number, place, type, group.members().get(place));
            members.add(member);
            for (JoinProtocol protocol : member.snapshot().protocols()) {
                protocols.add(new Protocol(member, protocol));
            }
        }
    }

    /** Returns the slots that are lost. */
    Set<Integer> run(Connection connection, Map<Integer, Long> held) throws SQLException {
        try (PreparedStatement write = connection.prepareStatement(WRITE)) {
            SlotRows.bind(write, held);
            bindGroups(connection, write);
            bindProtocols(write);
            bindMembers(write);
            return SlotRows.lost(write, held);
        }
    }

    private void bindGroups(Connection connection, PreparedStatement write) throws SQLException {
        write.setObject(3, Columns.ints(numbers, number -> number));
        write.setObject(4, Columns.shorts(groups, group -> GroupSlots.of(group.groupId())));
        write.setObject(5, Columns.texts(groups, GroupSnapshot::groupId));
        write.setObject(6, Columns.texts(groups, group -> group.phase().displayName()));
        write.setObject(7, Columns.texts(groups, GroupSnapshot::protocolType));
        write.setObject(8, Columns.ints(groups, GroupSnapshot::generation));
        write.setObject(9, Columns.texts(groups, GroupSnapshot::protocol));
        write.setObject(10, Columns.texts(groups, GroupSnapshot::leader));
        Object[] subscribes =
                groups.stream().map(group -> group.subscribedTopics() != null).toArray();
        write.setArray(11, connection.createArrayOf("bool", subscribes));
        write.setObject(12, Columns.ints(subscriptions, Subscription::group));
        write.setObject(13, Columns.texts(subscriptions, Subscription::topic));
    }

    private void bindProtocols(PreparedStatement write) throws SQLException {
        write.setObject(14, Columns.ints(protocols, one -> one.member().group()));
        write.setObject(15, Columns.ints(protocols, one -> one.member().place()));
        write.setObject(16, Columns.texts(protocols, one -> one.protocol().name()));
        write.setObject(
                17,
                protocols.stream().map(one -> one.protocol().metadata().array()).toArray(byte[][]::new));
    }

    private void bindMembers(PreparedStatement write) throws SQLException {
        List<MemberSnapshot> snapshots = members.stream().map(Member::snapshot).toList();
        write.setObject(18, Columns.ints(members, Member::group));
        write.setObject(19, Columns.ints(members, Member::place));
        write.setObject(20, Columns.texts(snapshots, MemberSnapshot::memberId));
        write.setObject(21, Columns.texts(snapshots, MemberSnapshot::instanceId));
        write.setObject(22, Columns.texts(snapshots, MemberSnapshot::clientId));
        write.setObject(23, Columns.texts(snapshots, MemberSnapshot::clientHost));
        write.setObject(24, Columns.ints(snapshots, MemberSnapshot::sessionTimeoutMs));
        write.setObject(25, Columns.ints(snapshots, MemberSnapshot::rebalanceTimeoutMs));
        write.setObject(
                26,
                snapshots.stream().map(member -> member.assignment().array()).toArray(byte[][]::new));
        write.setObject(
                27,
                Columns.texts(
                        members,
                        member -> AssignedPartitions.asJson(
                                member.protocolType(), member.snapshot().assignment())));
    }
}
