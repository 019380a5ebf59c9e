package io.rowlock.log;

import io.rowlock.log.compaction.ProducerTail;
import java.nio.file.Path;
import java.util.Map;

/** What a compaction takes from a log's owner: as it was at one moment, and immutable. */
public final class CompactionInput {

    private final Path directory;
    private final LogView view;
    private final LogConfig config;
    private final Map<Long, ProducerTail> producers;
    private final long undecidedFrom;

    /** @param undecidedFrom where the first open transaction begins, or {@link Long#MAX_VALUE} */
    CompactionInput(
            Path directory, LogView view, LogConfig config, Map<Long, ProducerTail> producers, long undecidedFrom) {
        this.directory = directory;
        this.view = view;
        this.config = config;
        this.producers = producers;
        this.undecidedFrom = undecidedFrom;
    }

    Path directory() {
        return directory;
    }

    /** What the log held. */
    public LogView view() {
        return view;
    }

    LogConfig config() {
        return config;
    }

    Map<Long, ProducerTail> producers() {
        return producers;
    }

    long undecidedFrom() {
        return undecidedFrom;
    }
}
