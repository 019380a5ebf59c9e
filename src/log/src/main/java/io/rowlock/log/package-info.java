/**
 * One partition's log on disk, in Kafka's own format: segments with sparse offset and time indexes, leader epochs, the
 * state of idempotent producers, and recovery from crashes. {@link io.rowlock.log.PartitionLog} is the way in; its mutating
 * methods belong to the partition's owner, its reading ones work from any thread on an immutable
 * {@link io.rowlock.log.LogView}.
 */
@NullMarked
package io.rowlock.log;

import org.jspecify.annotations.NullMarked;
