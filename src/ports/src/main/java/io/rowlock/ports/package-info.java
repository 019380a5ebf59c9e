/**
 * The ports through which everything enters that waits, sleeps, touches a disk or is chosen by chance, and their real
 * adapters. Code outside this package never reads a clock, draws a random number, sleeps or opens a file by itself: that
 * is what lets one seed replay a whole cluster in one thread.
 */
@NullMarked
package io.rowlock.ports;

import org.jspecify.annotations.NullMarked;
