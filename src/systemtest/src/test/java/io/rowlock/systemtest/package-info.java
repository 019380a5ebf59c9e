/** Stock clients and public tools against a real node process, and the faults that a user can cause. */
@NullMarked
package io.rowlock.systemtest;

import org.jspecify.annotations.NullMarked;
