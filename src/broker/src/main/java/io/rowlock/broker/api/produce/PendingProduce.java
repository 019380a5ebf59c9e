package io.rowlock.broker.api.produce;

import io.rowlock.broker.partition.AppendOutcome;
import io.rowlock.broker.partition.PartitionAppend;
import io.rowlock.broker.partition.PartitionOwner;
import io.rowlock.protocol.message.ProduceResponse;
import io.rowlock.protocol.message.ProduceResponse.BatchIndexAndErrorMessage;
import io.rowlock.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.rowlock.protocol.record.BatchValidation.Invalid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A produce request under way: collects the appends by owner, then the outcomes, and answers once when all are in. Filled
 * on the event loop; outcomes come from any owner.
 */
final class PendingProduce {

    private final ProduceResponse response = new ProduceResponse();
    private final Consumer<ProduceResponse> reply;
    private final Map<PartitionOwner, List<PartitionAppend>> appends = new LinkedHashMap<>();
    /** Outcomes still missing, and one for the filling itself. */
    private final AtomicInteger missing = new AtomicInteger(1);

    PendingProduce(Consumer<ProduceResponse> reply) {
        this.reply = reply;
    }

    ProduceResponse response() {
        return response;
    }

    /** One more outcome will come, by {@link #complete} or {@link #refused}. */
    void expectOutcome() {
        missing.incrementAndGet();
    }

    /** Has an append handed over by {@link #start}, whose outcome is expected. */
    void add(PartitionAppend append) {
        expectOutcome();
        appends.computeIfAbsent(append.partition().owner(), owner -> new ArrayList<>())
                .add(append);
    }

    /** Hands everything over from {@code host}, where the caller runs; nothing is added after this. */
    void start(Executor host) {
        appends.forEach((owner, mine) -> owner.append(mine, host));
        countDown();
    }

    void complete(PartitionProduceResponse answer, AppendOutcome outcome) {
        answer.setErrorCode(outcome.error().code())
                .setErrorMessage(outcome.message())
                .setBaseOffset(outcome.baseOffset())
                .setLogAppendTimeMs(outcome.logAppendTime())
                .setLogStartOffset(outcome.logStartOffset());
        countDown();
    }

    /** What was expected is refused, by {@link #refuse}, before any owner saw it. */
    void refused() {
        countDown();
    }

    static void refuse(PartitionProduceResponse answer, Invalid invalid) {
        answer.setErrorCode(invalid.error().code())
                .setErrorMessage(invalid.message())
                .setBaseOffset(-1)
                .setRecordErrors(invalid.recordErrors().stream()
                        .map(each -> new BatchIndexAndErrorMessage()
                                .setBatchIndex(each.batchIndex())
                                .setBatchIndexErrorMessage(each.message()))
                        .toList());
    }

    private void countDown() {
        if (missing.decrementAndGet() == 0) {
            reply.accept(response);
        }
    }
}
