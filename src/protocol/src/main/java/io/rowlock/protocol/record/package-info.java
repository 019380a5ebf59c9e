/**
 * Record batches in Kafka's format version 2: header access without copying, validation, and the way to the records inside
 * for the few who need them. Everything here works on {@link io.netty.buffer.ByteBuf}s and does no I/O.
 */
@NullMarked
package io.rowlock.protocol.record;

import org.jspecify.annotations.NullMarked;
