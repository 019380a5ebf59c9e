/** The arithmetic of the benchmark, which must not flatter anybody. */
@NullMarked
package io.rowlock.bench;

import org.jspecify.annotations.NullMarked;
