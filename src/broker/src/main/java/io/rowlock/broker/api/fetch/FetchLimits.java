package io.rowlock.broker.api.fetch;

/**
 * What a fetch may take and must at least bring.
 *
 * @param minBytes 0 or more: wait until there is so much, or the time is up
 * @param maxBytes for the whole answer; the first batch is sent even if it is larger (KIP-74), but to a replica that leaves no
 *     room at all
 * @param reader how far it sees
 */
record FetchLimits(int minBytes, int maxBytes, FetchReader reader) {

    boolean forReplica() {
        return reader == FetchReader.REPLICA;
    }

    /** For what is told of a partition for which there is no room. */
    FetchLimits withoutRecords() {
        return new FetchLimits(0, 0, reader);
    }
}
