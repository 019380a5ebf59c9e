/**
 * Consumer groups. A coordinator holds hash slots of the cluster; every group belongs to one slot. A group
 * decides without I/O; {@link io.rowlock.broker.group.GroupStore} keeps what was decided, and only then is it told to anybody.
 */
@NullMarked
package io.rowlock.broker.group;

import org.jspecify.annotations.NullMarked;
