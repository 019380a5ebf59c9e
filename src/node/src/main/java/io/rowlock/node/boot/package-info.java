/**
 * How the node starts and stops: one list of steps, walked forwards and backwards, and one sentence and exit code for
 * whatever keeps it from starting.
 */
@NullMarked
package io.rowlock.node.boot;

import org.jspecify.annotations.NullMarked;
