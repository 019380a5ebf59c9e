/**
 * What the cluster has agreed on: nodes, topics, partitions and their leaders, as an immutable image that follows the
 * {@link io.rowlock.broker.cluster.MetadataStore}; and this node's place in it, its registration and its lease.
 */
@NullMarked
package io.rowlock.broker.cluster;

import org.jspecify.annotations.NullMarked;
