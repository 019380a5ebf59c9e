/**
 * The {@link io.rowlock.broker.group.GroupStore} in PostgreSQL: plain SQL, and one statement for whatever a batch holds,
 * because a coordinator waits for it again and again.
 *
 * <p>Order of locks: slots in their order, then groups, then offsets. The row of {@code rowlock.cluster} is not touched.
 */
@NullMarked
package io.rowlock.node.group;

import org.jspecify.annotations.NullMarked;
