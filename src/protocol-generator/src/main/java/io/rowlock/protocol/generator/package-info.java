/**
 * Build time only: reads the message schemas that the {@code kafka-clients} jar carries and writes the Java source of the
 * protocol's messages, of its table of APIs and of its error codes.
 */
@NullMarked
package io.rowlock.protocol.generator;

import org.jspecify.annotations.NullMarked;
