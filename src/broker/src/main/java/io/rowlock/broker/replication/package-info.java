/**
 * The follower's end of replication: one connection and one incremental fetch session (KIP-227) to each node that leads
 * something this node follows, whatever the number of partitions.
 */
@NullMarked
package io.rowlock.broker.replication;

import org.jspecify.annotations.NullMarked;
