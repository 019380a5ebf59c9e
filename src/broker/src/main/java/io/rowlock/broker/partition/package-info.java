/**
 * The replicas of partitions that this node holds: each a state machine that one owner thread runs, with an immutable view
 * that every other thread reads. Appends come in by the request and are written once for everything that is queued; syncs
 * run beside; acknowledgements follow the high watermark.
 */
@NullMarked
package io.rowlock.broker.partition;

import org.jspecify.annotations.NullMarked;
