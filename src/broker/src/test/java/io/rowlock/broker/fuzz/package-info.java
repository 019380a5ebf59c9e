/** Fuzzing of the listener: see {@link io.rowlock.broker.fuzz.ListenerFuzzTest}. */
@NullMarked
package io.rowlock.broker.fuzz;

import org.jspecify.annotations.NullMarked;
