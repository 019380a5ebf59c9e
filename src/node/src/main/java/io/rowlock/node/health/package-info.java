/** What {@code /q/health} tells. */
@NullMarked
package io.rowlock.node.health;

import org.jspecify.annotations.NullMarked;
