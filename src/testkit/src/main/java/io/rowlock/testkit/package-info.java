/**
 * Simulated adapters of the ports, for tests: time that stands until it is moved, chance from a seed, owners and schedulers
 * that run in the test's own thread, and a disk that forgets, tears and fails. Nothing here waits or starts a thread.
 */
@NullMarked
package io.rowlock.testkit;

import org.jspecify.annotations.NullMarked;
