/**
 * The {@link io.rowlock.broker.cluster.MetadataStore} and {@link io.rowlock.broker.cluster.LeadershipStore} in PostgreSQL: Panache for what is administered (nodes, topics,
 * settings), plain SQL for what runs all the time (leases, changes, partitions).
 *
 * <p>Order of locks: the row of {@code rowlock.cluster} first; then leases, nodes, partitions. A lease renewal takes its own row
 * only, and so does a testimony, before it is decided whether to depose; who is about to depose passes over leases that are being
 * renewed.
 */
@NullMarked
package io.rowlock.node.metadata;

import org.jspecify.annotations.NullMarked;
