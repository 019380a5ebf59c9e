/** The Kafka Streams application that tests run as a process of its own, on the class path of the released artifacts. */
@NullMarked
package io.rowlock.systemtest.streams;

import org.jspecify.annotations.NullMarked;
