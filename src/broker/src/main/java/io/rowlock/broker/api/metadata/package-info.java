/** What clients ask about the cluster: its nodes as one listener sees them, its topics and their partitions. */
@NullMarked
package io.rowlock.broker.api.metadata;

import org.jspecify.annotations.NullMarked;
