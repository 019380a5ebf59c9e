package io.rowlock.broker.partition;

import java.time.Duration;

/**
 * How a node compacts, under Kafka's meanings.
 *
 * @param threads {@code log.cleaner.threads}: how many logs are compacted at once
 * @param keyBytesMax {@code log.cleaner.dedupe.buffer.size}: what the maps of keys may take together
 * @param keyLoadFactor {@code log.cleaner.io.buffer.load.factor}: how full they may become
 * @param bufferBytes {@code log.cleaner.io.buffer.size}: what the buffers for reading and writing take together
 * @param bytesPerSecondMax {@code log.cleaner.io.max.bytes.per.second}, read and written, of all threads together
 * @param backoff {@code log.cleaner.backoff.ms}: when to look again where nothing was to be done
 */
public record CleanerSettings(
        int threads,
        long keyBytesMax,
        double keyLoadFactor,
        int bufferBytes,
        double bytesPerSecondMax,
        Duration backoff) {

    private static final int BUFFER_BYTES_MIN = 1024;

    long keyBytesPerThread() {
        return keyBytesMax / threads;
    }

    /** Each thread has one buffer to read into and one to write from. */
    int bytesPerBuffer() {
        return Math.max(BUFFER_BYTES_MIN, bufferBytes / threads / 2);
    }
}
