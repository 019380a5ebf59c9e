/** Consumer groups and their committed offsets. */
@NullMarked
package io.rowlock.broker.api.group;

import org.jspecify.annotations.NullMarked;
