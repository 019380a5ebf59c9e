/** What is known of the differences between Rowlock and Apache Kafka on the wire; the test of the same name proves it. */
@NullMarked
package io.rowlock.systemtest.differential;

import org.jspecify.annotations.NullMarked;
