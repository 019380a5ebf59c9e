package io.rowlock.bench;

/**
 * One measured run of commits.
 *
 * @param perSecond commits, as the clients saw it
 * @param cpuPerThousand seconds of the broker, for each thousand commits
 * @param postgresCpuPerThousand seconds of the broker's PostgreSQL, beside it
 */
record CommitSample(double perSecond, double cpuPerThousand, double postgresCpuPerThousand) {}
