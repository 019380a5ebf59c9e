/**
 * Kafka's messages, generated from the schemas that {@code kafka-clients} carries: one class per request, response,
 * header and data schema, with its structs nested in it. Not thread-safe.
 */
@NullMarked
package io.rowlock.protocol.message;

import org.jspecify.annotations.NullMarked;
