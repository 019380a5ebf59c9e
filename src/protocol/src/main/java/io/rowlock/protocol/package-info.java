/**
 * Kafka's wire protocol without I/O: reading and writing of primitives, the table of APIs and versions, error codes and
 * headers. {@code ApiKey}, {@code ErrorCode} and the messages are generated from the schemas of {@code kafka-clients}.
 */
@NullMarked
package io.rowlock.protocol;

import org.jspecify.annotations.NullMarked;
