/** Whole clusters in one thread, from one seed. */
@NullMarked
package io.rowlock.broker.simulation;

import org.jspecify.annotations.NullMarked;
