package io.rowlock.bench;

/**
 * One measured run.
 *
 * @param cpuSecondsPerGb of the broker, per GB (10^9 bytes) of payload
 * @param postgresCpuSecondsPerGb of the broker's PostgreSQL, beside it
 * @param megabytesPerSecond of payload, as the client saw it
 * @param p99Ms to an acknowledgement, as the client saw it; NaN when reading
 */
record Sample(double cpuSecondsPerGb, double postgresCpuSecondsPerGb, double megabytesPerSecond, double p99Ms) {}
