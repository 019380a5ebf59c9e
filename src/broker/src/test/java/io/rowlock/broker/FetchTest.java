package io.rowlock.broker;

import static io.rowlock.broker.BrokerClient.FETCH_VERSION;
import static io.rowlock.broker.BrokerClient.bytes;
import static io.rowlock.broker.BrokerClient.error;
import static io.rowlock.broker.BrokerClient.fetchAt;
import static io.rowlock.broker.BrokerClient.inTopic;
import static io.rowlock.broker.BrokerClient.only;
import static io.rowlock.broker.BrokerClient.toFetch;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.rowlock.broker.partition.Durability;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchRequest.ForgottenTopic;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.FetchResponse.FetchableTopicResponse;
import io.rowlock.protocol.message.FetchResponse.PartitionData;
import io.rowlock.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Fetching, byte by byte as a client sees it: sessions, long polls, limits. */
class FetchTest extends OnOneBroker {

    private static final int SESSIONS = 5;
    /** Long enough to be noticed if a poll waits for its end. */
    private static final int FOR_EVER_MS = 600_000;

    FetchTest() {
        super(Durability.ASYNC, Map.of("max.incremental.fetch.session.cache.slots", "" + SESSIONS));
    }

    private UUID topic(int partitions) throws IOException {
        return topic(partitions, Map.of("segment.bytes", "1048576"));
    }

    private static FetchRequest session(FetchResponse last, int epoch) {
        return new FetchRequest().setSessionId(last.sessionId()).setSessionEpoch(epoch);
    }

    private static List<Integer> partitions(FetchResponse response) {
        assertThat(ErrorCode.forCode(response.errorCode())).isEqualTo(ErrorCode.NONE);
        List<Integer> told = new ArrayList<>();
        for (FetchableTopicResponse topic : response.responses()) {
            topic.partitions().forEach(partition -> told.add(partition.partitionIndex()));
        }
        return told;
    }

    /** The slots of a connection that was closed a moment ago may not be free yet. */
    private FetchResponse begin(FetchRequest request) throws IOException {
        FetchResponse response;
        do {
            response = client().fetch(request.setSessionId(0).setSessionEpoch(0));
        } while (response.sessionId() == 0);
        return response;
    }

    @Test
    void aSessionTellsOnlyWhatChanged() throws IOException {
        UUID id = topic(3);
        client().append(id, 0, 10);
        FetchResponse full = begin(toFetch(inTopic(id, fetchAt(0, 0), fetchAt(1, 0), fetchAt(2, 0))));
        assertThat(partitions(full)).containsExactlyInAnyOrder(0, 1, 2);
        FetchResponse next = client().fetch(session(full, 1).setTopics(List.of(inTopic(id, fetchAt(0, 1)))));
        assertThat(partitions(next)).isEmpty();
        assertThat(next.sessionId()).isEqualTo(full.sessionId());

        client().append(id, 1, 10);
        FetchResponse changed = client().fetch(session(full, 2));
        assertThat(partitions(changed)).containsExactly(1);
        assertThat(bytes(only(changed))).isPositive();

        FetchResponse without = client().fetch(session(full, 3)
                .setForgottenTopicsData(
                        List.of(new ForgottenTopic().setTopicId(id).setPartitions(List.of(1)))));
        assertThat(partitions(without)).isEmpty();
        client().append(id, 1, 10);
        assertThat(partitions(client().fetch(session(full, 4)))).isEmpty();

        FetchResponse back = client().fetch(session(full, 5).setTopics(List.of(inTopic(id, fetchAt(1, 2)))));
        assertThat(partitions(back)).containsExactly(1);
        assertThat(only(back).highWatermark()).isEqualTo(2);
    }

    @Test
    void aSessionEndsWithItsLastPartition() throws IOException {
        UUID id = topic(2);
        FetchResponse full = begin(toFetch(inTopic(id, fetchAt(0, 0), fetchAt(1, 0))));
        FetchResponse one = client().fetch(without(session(full, 1), id, 0));
        assertThat(one.sessionId()).isEqualTo(full.sessionId());
        FetchResponse none =
                client().fetch(without(session(full, 2), id, 1).setTopics(List.of(inTopic(id, fetchAt(1, 0)))));
        assertThat(none.errorCode()).isZero();
        assertThat(none.sessionId()).isZero();
        assertThat(client().fetch(session(full, 3)).errorCode()).isEqualTo(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code());
    }

    private static FetchRequest without(FetchRequest request, UUID topic, int partition) {
        return request.setForgottenTopicsData(
                List.of(new ForgottenTopic().setTopicId(topic).setPartitions(List.of(partition))));
    }

    /** As Apache Kafka tells it: an empty list where somebody looked, and where there is no partition; null elsewhere. */
    @Test
    void abortedTransactionsAreToldAsKafkaTellsThem() throws IOException {
        UUID id = topic(1);
        FetchRequest found = toFetch(inTopic(id, fetchAt(0, 0)));
        assertThat(only(client().fetch(found)).abortedTransactions()).isNull();
        assertThat(only(client().fetch(found.setIsolationLevel((byte) 1))).abortedTransactions())
                .isEmpty();
        FetchRequest beyond = toFetch(inTopic(id, fetchAt(0, 5))).setIsolationLevel((byte) 1);
        assertThat(only(client().fetch(beyond)).abortedTransactions()).isNull();
        FetchRequest nowhere = toFetch(inTopic(id, fetchAt(7, 0)));
        assertThat(only(client().fetch(nowhere)).abortedTransactions()).isEmpty();
    }

    @Test
    void aSessionIsLeftByWrongEpochsAndEndedByItsClient() throws IOException {
        UUID id = topic(1);
        FetchResponse full = begin(toFetch(inTopic(id, fetchAt(0, 0))));
        for (int wrong : new int[] {2, Integer.MAX_VALUE}) {
            assertThat(client().fetch(session(full, wrong)).errorCode())
                    .isEqualTo(ErrorCode.INVALID_FETCH_SESSION_EPOCH.code());
        }
        assertThat(partitions(client().fetch(session(full, 1)))).isEmpty();
        assertThat(client().fetch(session(full, 1)).errorCode())
                .isEqualTo(ErrorCode.INVALID_FETCH_SESSION_EPOCH.code());
        FetchResponse named = (FetchResponse) client().ask(ApiKey.FETCH, 12, session(full, 2));
        assertThat(named.errorCode()).isEqualTo(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR.code());

        FetchResponse last = client().fetch(session(full, -1).setTopics(List.of(inTopic(id, fetchAt(0, 0)))));
        assertThat(last.sessionId()).isZero();
        assertThat(error(only(last))).isEqualTo(ErrorCode.NONE);
        assertThat(client().fetch(session(full, 2)).errorCode()).isEqualTo(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code());
    }

    @Test
    void aSessionBelongsToItsConnection() throws IOException {
        FetchResponse full = begin(toFetch(inTopic(topic(1), fetchAt(0, 0))));
        try (BrokerClient other = new BrokerClient(broker())) {
            assertThat(other.fetch(session(full, 1)).errorCode())
                    .isEqualTo(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code());
        }
        assertThat(partitions(client().fetch(session(full, 1)))).isEmpty();
    }

    @Test
    void withoutFreeSlotsThereIsNoSessionUntilAConnectionEnds() throws Exception {
        UUID id = topic(1);
        List<BrokerClient> clients = new ArrayList<>();
        FetchResponse last;
        do {
            BrokerClient each = new BrokerClient(broker());
            clients.add(each);
            last = each.fetch(toFetch(inTopic(id, fetchAt(0, 0))).setSessionEpoch(0));
        } while (last.sessionId() != 0);
        assertThat(clients).hasSizeBetween(2, SESSIONS + 1);
        assertThat(error(only(last))).isEqualTo(ErrorCode.NONE);
        for (BrokerClient each : clients) {
            each.close();
        }
        while (client().fetch(toFetch(inTopic(id, fetchAt(0, 0))).setSessionEpoch(0))
                        .sessionId()
                == 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aConnectionThatBeginsSessionAfterSessionEndsItsOwn() throws IOException {
        UUID id = topic(1);
        List<FetchResponse> begun = new ArrayList<>();
        for (int i = 0; i < 3 * SESSIONS; i++) {
            begun.add(begin(toFetch(inTopic(id, fetchAt(0, 0)))));
        }
        assertThat(client().fetch(session(begun.get(0), 1)).errorCode())
                .isEqualTo(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code());
        assertThat(partitions(client().fetch(session(begun.get(begun.size() - 1), 1))))
                .isEmpty();
    }

    @Test
    void aLongPollEndsWithTheFirstRecordOrItsTime() throws IOException {
        UUID id = topic(2);
        FetchRequest poll = toFetch(inTopic(id, fetchAt(0, 0), fetchAt(1, 0))).setMinBytes(1);
        FetchResponse late = client().fetch(poll.setMaxWaitMs(1));
        assertThat(partitions(late)).containsExactlyInAnyOrder(0, 1);
        int waiting = client().send(ApiKey.FETCH, FETCH_VERSION, poll.setMaxWaitMs(FOR_EVER_MS));
        try (BrokerClient producer = new BrokerClient(broker())) {
            producer.append(id, 1, 100);
        }
        FetchResponse woken = (FetchResponse) client().raw.receive(ApiKey.FETCH, FETCH_VERSION, waiting);
        assertThat(woken.responses().get(0).partitions())
                .filteredOn(partition -> bytes(partition) > 0)
                .singleElement()
                .satisfies(partition -> assertThat(partition.partitionIndex()).isEqualTo(1));
    }

    @Test
    void aLongPollWaitsForMinBytes() throws IOException {
        UUID id = topic(2);
        FetchRequest poll = toFetch(inTopic(id, fetchAt(0, 0), fetchAt(1, 0)))
                .setMinBytes(1000)
                .setMaxWaitMs(FOR_EVER_MS);
        int waiting = client().send(ApiKey.FETCH, FETCH_VERSION, poll);
        try (BrokerClient producer = new BrokerClient(broker())) {
            producer.append(id, 0, 600);
            producer.append(id, 1, 600);
        }
        FetchResponse woken = (FetchResponse) client().raw.receive(ApiKey.FETCH, FETCH_VERSION, waiting);
        assertThat(woken.responses().get(0).partitions())
                .allSatisfy(each -> assertThat(bytes(each)).isGreaterThan(600));
    }

    @Test
    void anErrorEndsALongPoll() throws IOException {
        UUID id = topic(1);
        FetchRequest poll = toFetch(inTopic(id, fetchAt(0, 0))).setMinBytes(1).setMaxWaitMs(FOR_EVER_MS);
        assertThat(error(only(client().fetch(toFetch(inTopic(id, fetchAt(0, 7)))
                        .setMinBytes(1)
                        .setMaxWaitMs(FOR_EVER_MS)))))
                .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        int waiting = client().send(ApiKey.FETCH, FETCH_VERSION, poll);
        try (BrokerClient admin = new BrokerClient(broker())) {
            admin.delete(id);
        }
        FetchResponse woken = (FetchResponse) client().raw.receive(ApiKey.FETCH, FETCH_VERSION, waiting);
        assertThat(error(only(woken))).isIn(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.UNKNOWN_TOPIC_ID);
    }

    @Test
    void aTopicThatIsMadeAnewIsFoundByItsNameInTheSameSession() throws IOException {
        UUID old = client().create("phoenix", 1, Map.of());
        client().append(old, 0, 10);
        FetchRequest byName = new FetchRequest()
                .setSessionEpoch(0)
                .setTopics(
                        List.of(inTopic(old, fetchAt(0, 0)).setTopic("phoenix").setTopicId(new UUID(0, 0))));
        FetchResponse full = (FetchResponse) client().ask(ApiKey.FETCH, 12, byName);
        assertThat(only(full).highWatermark()).isEqualTo(1);
        client().delete(old);
        FetchResponse gone = (FetchResponse) client().ask(ApiKey.FETCH, 12, session(full, 1));
        assertThat(error(only(gone))).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        UUID again = client().create("phoenix", 1, Map.of());
        client().append(again, 0, 20);
        FetchResponse back = (FetchResponse) client().ask(ApiKey.FETCH, 12, session(full, 2));
        assertThat(error(only(back))).isEqualTo(ErrorCode.NONE);
        assertThat(bytes(only(back))).isPositive();
    }

    @Test
    void theFirstBatchIsSentWhateverItsSizeAndNothingElseBeyondTheLimits() throws IOException {
        UUID id = topic(2);
        for (int i = 0; i < 3; i++) {
            client().append(id, 0, 1000);
            client().append(id, 1, 1000);
        }
        FetchRequest one = toFetch(inTopic(id, fetchAt(0, 0), fetchAt(1, 0))).setMaxBytes(1);
        FetchResponse first = client().fetch(one);
        int batch = bytes(first.responses().get(0).partitions().get(0));
        assertThat(batch).isBetween(1000, 1999);
        assertThat(bytes(first.responses().get(0).partitions().get(1))).isZero();
        for (int i = -1; i <= 1; i++) {
            PartitionData limited =
                    only(client().fetch(toFetch(inTopic(id, fetchAt(0, 0).setPartitionMaxBytes(2 * batch + i)))));
            assertThat(bytes(limited)).isEqualTo(i < 0 ? batch : 2 * batch);
            FetchResponse both = client().fetch(
                            toFetch(inTopic(id, fetchAt(0, 0), fetchAt(1, 0))).setMaxBytes(4 * batch + i));
            assertThat(bytes(both.responses().get(0).partitions().get(0))).isEqualTo(3 * batch);
            assertThat(bytes(both.responses().get(0).partitions().get(1))).isEqualTo(i < 0 ? 0 : batch);
        }
    }

    @Test
    void partitionsTakeTurnsWhereAnAnswerHasRoomForOne() throws IOException {
        UUID id = topic(3);
        for (int partition = 0; partition < 3; partition++) {
            client().append(id, partition, 1000);
            client().append(id, partition, 1000);
        }
        FetchResponse full = begin(toFetch(inTopic(id, fetchAt(0, 0), fetchAt(1, 0), fetchAt(2, 0)))
                .setMaxBytes(1500));
        long[] offsets = {0, 0, 0};
        List<Integer> order = new ArrayList<>();
        int turn = take(full, offsets);
        for (int epoch = 1; epoch <= 6; epoch++) {
            order.add(turn);
            if (epoch < 6) {
                FetchRequest next = session(full, epoch).setMaxBytes(1500);
                turn = take(
                        client().fetch(next.setTopics(List.of(inTopic(id, fetchAt(turn, offsets[turn]))))), offsets);
            }
        }
        assertThat(order).containsExactly(0, 1, 2, 0, 1, 2);
    }

    /** The one partition that sent records; its next offset is noted. */
    private static int take(FetchResponse response, long[] offsets) {
        List<PartitionData> sent = response.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .filter(partition -> bytes(partition) > 0)
                .toList();
        assertThat(sent).hasSize(1);
        int index = sent.get(0).partitionIndex();
        offsets[index] = end(sent.get(0));
        return index;
    }

    private static long end(PartitionData data) {
        ByteBuf records = ((BufferRecords) Objects.requireNonNull(data.records())).buffer();
        long end = -1;
        for (int at = records.readerIndex(); at < records.writerIndex(); ) {
            RecordBatch batch = new RecordBatch(records, at);
            end = batch.nextOffset();
            at += batch.sizeInBytes();
        }
        return end;
    }

    @Test
    void whatLiesInClosedSegmentsIsReadToo() throws IOException {
        UUID id = topic(1);
        int records = 12;
        for (int i = 0; i < records; i++) {
            client().append(id, 0, 300_000);
        }
        List<Long> ends = new ArrayList<>();
        long offset = 0;
        while (offset < records) {
            PartitionData data = only(client().fetch(toFetch(inTopic(id, fetchAt(0, offset)))));
            assertThat(error(data)).isEqualTo(ErrorCode.NONE);
            offset = end(data);
            ends.add(offset);
        }
        assertThat(ends).hasSizeGreaterThanOrEqualTo(records / 3);
        assertThat(offset).isEqualTo(records);
    }

    @Test
    void aClientThatClaimsToBeAReplicaIsRefused() throws IOException {
        UUID id = topic(1);
        FetchRequest replica = toFetch(inTopic(id, fetchAt(0, 0)));
        replica.replicaState().setReplicaId(1);
        assertThat(client().fetch(replica).errorCode()).isEqualTo(ErrorCode.CLUSTER_AUTHORIZATION_FAILED.code());
        FetchRequest older = new FetchRequest().setReplicaId(1).setSessionEpoch(-1);
        assertThat(((FetchResponse) client().ask(ApiKey.FETCH, 12, older)).errorCode())
                .isEqualTo(ErrorCode.CLUSTER_AUTHORIZATION_FAILED.code());
    }

    @Test
    void aConnectionThatDiesKeepsNoFileOpen() throws Exception {
        UUID id = client().create("held", 1, Map.of("segment.bytes", "1048576"));
        for (int i = 0; i < 12; i++) {
            client().append(id, 0, 900_000);
        }
        for (int i = 0; i < 5; i++) {
            BrokerClient dying = new BrokerClient(broker());
            for (int request = 0; request < 12; request++) {
                dying.send(ApiKey.FETCH, FETCH_VERSION, toFetch(inTopic(id, fetchAt(0, request))));
            }
            dying.send(
                    ApiKey.FETCH,
                    FETCH_VERSION,
                    toFetch(inTopic(id, fetchAt(0, 12))).setMinBytes(1).setMaxWaitMs(FOR_EVER_MS));
            dying.close();
        }
        client().delete(id);
        while (openFiles("/held-0") > 0) {
            Thread.onSpinWait();
        }
    }

    private static long openFiles(String part) throws IOException {
        long found = 0;
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                found += leadsTo(descriptor, part) ? 1 : 0;
            }
        }
        return found;
    }

    private static boolean leadsTo(Path descriptor, String part) {
        try {
            return Files.readSymbolicLink(descriptor).toString().contains(part);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    /** Polls without end: a wakeup that is lost would be waited for until the test's time is up. */
    @Test
    void noWakeupIsLost() throws Exception {
        int partitions = 8;
        int records = 400;
        UUID id = topic(partitions);
        ExecutorService threads = Executors.newFixedThreadPool(6);
        List<Future<?>> work = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            work.add(threads.submit(() -> followAll(id, partitions, records)));
        }
        for (int i = 0; i < 2; i++) {
            int producer = i;
            work.add(threads.submit(() -> {
                try (BrokerClient each = new BrokerClient(broker())) {
                    for (int record = 0; record < records; record++) {
                        for (int partition = producer; partition < partitions; partition += 2) {
                            each.append(id, partition, 10);
                        }
                    }
                }
                return null;
            }));
        }
        for (Future<?> each : work) {
            each.get();
        }
        threads.shutdown();
    }

    private @Nullable Void followAll(UUID id, int partitions, int records) throws IOException {
        try (BrokerClient consumer = new BrokerClient(broker())) {
            long[] offsets = new long[partitions];
            FetchRequest.FetchPartition[] all = new FetchRequest.FetchPartition[partitions];
            for (int i = 0; i < partitions; i++) {
                all[i] = fetchAt(i, 0);
            }
            FetchResponse answer = consumer.fetch(
                    toFetch(inTopic(id, all)).setSessionEpoch(0).setMinBytes(1).setMaxWaitMs(FOR_EVER_MS));
            FetchResponse begun = answer;
            assertThat(begun.sessionId()).isPositive();
            for (int epoch = 1; ; epoch++) {
                List<FetchRequest.FetchTopic> moved = new ArrayList<>();
                for (FetchableTopicResponse topic : answer.responses()) {
                    for (PartitionData data : topic.partitions()) {
                        if (bytes(data) > 0) {
                            offsets[data.partitionIndex()] = end(data);
                            moved.add(inTopic(id, fetchAt(data.partitionIndex(), end(data))));
                        }
                    }
                }
                long behind = 0;
                for (long offset : offsets) {
                    behind += records - offset;
                }
                if (behind == 0) {
                    return null;
                }
                answer = consumer.fetch(session(begun, epoch)
                        .setTopics(moved)
                        .setMinBytes(1)
                        .setMaxBytes(epoch % 2 == 0 ? 200 : 1 << 20)
                        .setMaxWaitMs(FOR_EVER_MS));
            }
        }
    }
}
