package io.rowlock.broker.replication;

import static io.rowlock.broker.replication.FetcherSession.GATHERING_NANOS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.broker.cluster.PartitionId;
import io.rowlock.broker.partition.FetchPosition;
import io.rowlock.broker.replication.FetcherSession.Outcome;
import io.rowlock.broker.replication.FetcherSession.Turn;
import io.rowlock.log.EpochEnd;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.FetchResponse.EpochEndOffset;
import io.rowlock.protocol.message.FetchResponse.FetchableTopicResponse;
import io.rowlock.protocol.message.FetchResponse.PartitionData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FetcherSessionTest {

    private static final UUID TOPIC = new UUID(7, 7);
    private static final int SESSION = 99;
    private static final int RESPONSE_MAX = 1000;
    private static final FetcherLimits LIMITS = new FetcherLimits(
            1, Duration.ofMillis(500), 400, RESPONSE_MAX, Duration.ofSeconds(1), Duration.ofSeconds(30));

    private final FetcherSession session = new FetcherSession(LIMITS);
    private long now = 1_000_000_000;

    private static PartitionId id(int index) {
        return new PartitionId(TOPIC, index);
    }

    private static FetchPosition at(long offset) {
        return new FetchPosition(5, offset, offset == 0 ? -1 : 5, 0);
    }

    private static List<Integer> named(FetchRequest request) {
        List<Integer> indexes = new ArrayList<>();
        request.topics().forEach(topic -> topic.partitions().forEach(each -> indexes.add(each.partition())));
        return indexes;
    }

    private static List<Integer> forgotten(FetchRequest request) {
        List<Integer> indexes = new ArrayList<>();
        request.forgottenTopicsData().forEach(topic -> indexes.addAll(topic.partitions()));
        return indexes;
    }

    private static PartitionData data(int index, int bytes) {
        return new PartitionData()
                .setPartitionIndex(index)
                .setHighWatermark(3)
                .setLogStartOffset(1)
                .setRecords(
                        bytes == 0
                                ? BufferRecords.EMPTY
                                : new BufferRecords(Unpooled.buffer().writeZero(bytes)));
    }

    private static FetchResponse response(PartitionData... partitions) {
        return new FetchResponse()
                .setSessionId(SESSION)
                .setResponses(
                        List.of(new FetchableTopicResponse().setTopicId(TOPIC).setPartitions(List.of(partitions))));
    }

    private static FetchResponse failed(ErrorCode error) {
        return new FetchResponse().setErrorCode(error.code());
    }

    private FetchRequest next() {
        assertThat(session.turn(now)).isEqualTo(new Turn.Now());
        return session.next();
    }

    private List<LeaderNews> answer(PartitionData... partitions) {
        return ((Outcome.News) session.answered(response(partitions), now)).news();
    }

    private void assertWaits() {
        assertThat(session.turn(now)).isEqualTo(new Turn.Wait());
    }

    /** Follows partitions 0 up to {@code count}, and has one request wait for news. */
    private void begin(int count) {
        for (int i = 0; i < count; i++) {
            session.follow(id(i), at(0), now);
        }
        next();
        answer();
        next();
    }

    @Test
    void asksForNothingWhereNothingIsFollowed() {
        assertWaits();
    }

    @Test
    void beginsASessionAndThenWaitsForNews() {
        session.follow(id(0), at(0), now);
        session.follow(id(1), at(8), now);
        FetchRequest first = next();
        assertThat(first.sessionId()).isZero();
        assertThat(first.sessionEpoch()).isZero();
        assertThat(first.maxWaitMs()).isZero();
        assertThat(named(first)).containsExactly(0, 1);
        FetchRequest.FetchPartition asked = first.topics().get(0).partitions().get(1);
        assertThat(asked.fetchOffset()).isEqualTo(8);
        assertThat(asked.currentLeaderEpoch()).isEqualTo(5);
        assertThat(asked.lastFetchedEpoch()).isEqualTo(5);
        assertThat(asked.partitionMaxBytes()).isEqualTo(400);
        assertWaits();

        assertThat(answer(data(0, 0))).containsExactly(new LeaderNews.Progress(id(0), 3, 1));
        FetchRequest second = next();
        assertThat(second.sessionId()).isEqualTo(SESSION);
        assertThat(second.sessionEpoch()).isEqualTo(1);
        assertThat(second.maxWaitMs()).isEqualTo(500);
        assertThat(second.minBytes()).isEqualTo(1);
        assertThat(named(second)).isEmpty();
        assertWaits();
        answer();
        assertThat(next().sessionEpoch()).isEqualTo(2);
    }

    @Test
    void doesNotAcknowledgeWhatIsNotConfirmedAndGoesOnWithTheOthers() {
        begin(2);
        answer(data(0, 100));
        assertThat(session.turn(now)).isEqualTo(new Turn.At(now + GATHERING_NANOS));
        now += GATHERING_NANOS;
        assertThat(named(next())).isEmpty();
        assertWaits();

        session.settled(100);
        session.moved(id(0), at(4), now);
        FetchRequest acknowledging = next();
        assertThat(named(acknowledging)).containsExactly(0);
        assertThat(acknowledging.topics().get(0).partitions().get(0).fetchOffset())
                .isEqualTo(4);
        assertWaits();
    }

    @Test
    void waitsForNothingWhileAllThatItFollowsIsBeingWritten() {
        begin(1);
        answer(data(0, 100));
        now += GATHERING_NANOS;
        assertWaits();
        session.settled(100);
        session.moved(id(0), at(4), now);
        assertThat(named(next())).containsExactly(0);
    }

    @Test
    void gathersWhatIsConfirmedWhileOthersAreUnderWay() {
        begin(4);
        answer(data(0, 10), data(1, 10), data(2, 10));
        session.settled(10);
        session.moved(id(0), at(4), now);
        long since = now;
        now += GATHERING_NANOS - 1;
        session.settled(10);
        session.moved(id(1), at(4), now);
        assertThat(session.turn(now)).isEqualTo(new Turn.At(since + GATHERING_NANOS));
        now += 1;
        assertThat(named(next())).containsExactly(0, 1);
        session.settled(10);
        session.moved(id(2), at(4), now);
        assertThat(named(next())).as("nothing is under way any more").containsExactly(2);
        assertWaits();
    }

    @Test
    void hasNoMoreRequestsInFlightThanTwo() {
        begin(2);
        session.follow(id(2), at(0), now);
        next();
        session.follow(id(3), at(0), now);
        assertWaits();
        answer();
        assertThat(named(next())).containsExactly(3);
        assertWaits();
    }

    @Test
    void asksForNoMoreThanThereIsRoomFor() {
        begin(3);
        answer(data(0, 400), data(1, 599));
        now += GATHERING_NANOS;
        FetchRequest little = next();
        assertThat(little.maxBytes()).isEqualTo(1);
        assertThat(little.maxWaitMs()).isEqualTo(500);
        answer(data(2, 1));
        now += GATHERING_NANOS;
        session.follow(id(3), at(0), now);
        now += GATHERING_NANOS;
        FetchRequest none = next();
        assertThat(none.maxBytes()).isZero();
        assertThat(none.maxWaitMs())
                .as("without room there is nothing to wait for")
                .isZero();
        assertThat(none.minBytes()).isZero();
        answer(data(3, 0));
        assertWaits();
        session.settled(400);
        assertThat(session.turn(now + GATHERING_NANOS)).isEqualTo(new Turn.Now());
        assertThat(session.next().maxBytes()).isEqualTo(400);
    }

    @Test
    void whatWasAskedUnderAnEarlierEpochIsVoid() {
        begin(2);
        session.unfollow(id(0), now);
        session.follow(id(0), new FetchPosition(6, 0, -1, 0), now);
        ByteBuf late = Unpooled.buffer().writeZero(10);
        assertThat(answer(data(0, 0).setRecords(new BufferRecords(late)))).isEmpty();
        assertThat(late.refCnt()).isZero();
        FetchRequest again = next();
        assertThat(named(again)).containsExactly(0);
        assertThat(forgotten(again)).isEmpty();
        assertThat(answer(data(0, 10))).hasSize(1);
    }

    @Test
    void anAnswerToARequestBeforeTheOneThatNamedItTellsAtMostHowFarOthersAre() {
        begin(2);
        // Dealt with before the answer that told of it left the session: named again while an older request waits.
        session.moved(id(0), at(3), now);
        next();
        assertThat(answer(data(0, 0))).containsExactly(new LeaderNews.Progress(id(0), 3, 1));
        assertThat(answer(data(0, 10))).hasSize(1);
    }

    @Test
    void anAnswerOfAnotherPartitionIsDropped() {
        begin(1);
        ByteBuf stray = Unpooled.buffer().writeZero(10);
        assertThat(answer(data(9, 0).setRecords(new BufferRecords(stray)))).isEmpty();
        assertThat(stray.refCnt()).isZero();
    }

    @Test
    void forgetsWhatItFollowsNoMore() {
        begin(2);
        session.unfollow(id(0), now);
        assertThat(forgotten(next())).containsExactly(0);
        answer();
        answer();
        FetchRequest after = next();
        assertThat(forgotten(after)).isEmpty();
        assertThat(named(after)).isEmpty();
    }

    @Test
    void tellsWhereLogsPartAndWhatIsOutOfRangeAndWhatFailed() {
        begin(3);
        assertThat(answer(
                        data(0, 0)
                                .setDivergingEpoch(
                                        new EpochEndOffset().setEpoch(4).setEndOffset(2)),
                        data(1, 0).setErrorCode(ErrorCode.OFFSET_OUT_OF_RANGE.code()),
                        data(2, 0).setErrorCode(ErrorCode.FENCED_LEADER_EPOCH.code())))
                .containsExactly(
                        new LeaderNews.Diverged(id(0), new EpochEnd(4, 2)),
                        new LeaderNews.OutOfRange(id(1), 1),
                        new LeaderNews.Failed(id(2), ErrorCode.FENCED_LEADER_EPOCH));
        now += GATHERING_NANOS;
        assertWaits();
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"FETCH_SESSION_ID_NOT_FOUND", "INVALID_FETCH_SESSION_EPOCH", "FETCH_SESSION_TOPIC_ID_ERROR"})
    void beginsAnotherSessionWhereTheLeaderKnowsItNoMore(ErrorCode error) {
        begin(3);
        answer(data(2, 10));
        now += GATHERING_NANOS;
        next();
        assertThat(session.answered(failed(error), now)).isEqualTo(new Outcome.SessionOver());
        now += GATHERING_NANOS;
        FetchRequest full = next();
        assertThat(full.sessionEpoch()).isZero();
        assertThat(full.sessionId()).as("for the leader to end").isEqualTo(SESSION);
        assertThat(named(full)).as("all but the one that is being written").containsExactly(0, 1);
        answer();
        session.settled(10);
        session.moved(id(2), at(4), now);
        assertThat(named(next())).containsExactly(2);
    }

    @Test
    void beginsNoSessionBeforeAllAnswersOfTheLastOneAreThere() {
        begin(1);
        session.follow(id(1), at(0), now);
        next();
        session.answered(failed(ErrorCode.FETCH_SESSION_ID_NOT_FOUND), now);
        assertWaits();
        session.answered(failed(ErrorCode.FETCH_SESSION_ID_NOT_FOUND), now);
        assertThat(named(next())).containsExactly(0, 1);
    }

    @Test
    void aRefusalIsToldAndBeginsAnew() {
        begin(1);
        assertThat(session.answered(failed(ErrorCode.STALE_BROKER_EPOCH), now))
                .isEqualTo(new Outcome.Refused(ErrorCode.STALE_BROKER_EPOCH));
        assertThat(named(next())).containsExactly(0);
    }

    @Test
    void namesEverythingEachTimeWhereTheLeaderHasNoRoomForASession() {
        session.follow(id(0), at(0), now);
        next();
        session.answered(response(data(0, 0)).setSessionId(0), now);
        FetchRequest again = next();
        assertThat(again.sessionEpoch()).isZero();
        assertThat(again.maxWaitMs()).as("it would be asked in a circle").isEqualTo(500);
        assertThat(named(again)).containsExactly(0);
    }

    @Test
    void beginsAnewOnAnotherConnection() {
        begin(2);
        answer(data(1, 10));
        session.lost(now);
        now += GATHERING_NANOS;
        FetchRequest full = next();
        assertThat(full.sessionId()).isZero();
        assertThat(full.sessionEpoch()).isZero();
        assertThat(named(full)).containsExactly(0);
    }

    @Test
    void namesNoMoreAtOnceThanALeaderTakes() {
        for (int i = 0; i < FetcherSession.NAMED_MAX + 1; i++) {
            session.follow(id(i), at(0), now);
        }
        assertThat(named(next())).hasSize(FetcherSession.NAMED_MAX);
        answer();
        assertThat(named(next())).containsExactly(FetcherSession.NAMED_MAX);
    }
}
