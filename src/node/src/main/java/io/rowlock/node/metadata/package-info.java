/**
 * The {@link io.rowlock.broker.cluster.MetadataStore} in PostgreSQL: Panache for what is administered (nodes, topics,
 * settings), plain SQL for what runs all the time (leases, changes, partitions).
 *
 * <p>Order of locks: the row of {@code rowlock.cluster} first, then anything. A lease renewal takes its own row only.
 */
@NullMarked
package io.rowlock.node.metadata;

import org.jspecify.annotations.NullMarked;
