package io.rowlock.broker.api.fetch;

/**
 * What a fetch may take and must at least bring.
 *
 * @param minBytes 0 or more: wait until there is so much, or the time is up
 * @param maxBytes for the whole answer; the first batch is sent even if it is larger (KIP-74)
 * @param readCommitted whether to stop at the last stable offset and not at the high watermark
 */
record FetchLimits(int minBytes, int maxBytes, boolean readCommitted) {}
