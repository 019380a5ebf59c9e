/** Rowlock and Apache Kafka measured side by side: same machine, same run, same clients. */
@NullMarked
package io.rowlock.bench;

import org.jspecify.annotations.NullMarked;
