/** Real brokers and the public Kafka tools as child processes of a test or a benchmark. */
@NullMarked
package io.rowlock.systemtest.process;

import org.jspecify.annotations.NullMarked;
