package io.rowlock.bench;

import java.util.List;

/**
 * One row of the table.
 *
 * @param name for the command line
 * @param title for the reader
 * @param consume whether what is measured is reading the records back, instead of writing them
 * @param recordBytes size of each value
 * @param nodes of each contender; with several, partitions have three replicas of which two must have a record
 * @param partitions of the topic
 * @param records in one run, at scale 1
 * @param rowlock when Rowlock acknowledges
 * @param kafka when Apache Kafka acknowledges
 */
record BenchCase(
        String name,
        String title,
        boolean consume,
        int recordBytes,
        int nodes,
        int partitions,
        int records,
        Durability rowlock,
        Durability kafka) {

    private static final String PRODUCE_1K = "produce 1 KiB, 1 partition, acks=all";

    static final List<BenchCase> ALL = List.of(
            produce(
                    "produce-1k",
                    PRODUCE_1K + ", neither syncs",
                    1_024,
                    1,
                    1_000_000,
                    Durability.UNSYNCED,
                    Durability.UNSYNCED),
            produce(
                    "synced-against-unsynced",
                    PRODUCE_1K + ", Rowlock syncs",
                    1_024,
                    1,
                    1_000_000,
                    Durability.SYNCED,
                    Durability.UNSYNCED),
            produce(
                    "synced-against-synced",
                    PRODUCE_1K + ", both sync",
                    1_024,
                    1,
                    200_000,
                    Durability.SYNCED,
                    Durability.SYNCED),
            produce(
                    "produce-100b-12",
                    "produce 100 B, 12 partitions, neither syncs",
                    100,
                    12,
                    5_000_000,
                    Durability.UNSYNCED,
                    Durability.UNSYNCED),
            new BenchCase(
                    "consume-1k",
                    "consume 1 KiB, plaintext, hot",
                    true,
                    1_024,
                    1,
                    1,
                    1_000_000,
                    Durability.UNSYNCED,
                    Durability.UNSYNCED),
            new BenchCase(
                    "replicate-1k",
                    "produce 1 KiB, 3 partitions, three nodes, replication factor 3, min.insync.replicas 2, acks=all, neither"
                            + " syncs",
                    false,
                    1_024,
                    3,
                    3,
                    500_000,
                    Durability.UNSYNCED,
                    Durability.UNSYNCED),
            produce(
                    "produce-100b-1000",
                    "produce 100 B, 1,000 partitions, neither syncs",
                    100,
                    1_000,
                    2_000_000,
                    Durability.UNSYNCED,
                    Durability.UNSYNCED));

    private static BenchCase produce(
            String name,
            String title,
            int recordBytes,
            int partitions,
            int records,
            Durability rowlock,
            Durability kafka) {
        return new BenchCase(name, title, false, recordBytes, 1, partitions, records, rowlock, kafka);
    }

    /** Payload of {@code records} records in GB (10^9 bytes). */
    double gigabytes(long recordCount) {
        return recordCount * (double) recordBytes / 1e9;
    }
}
