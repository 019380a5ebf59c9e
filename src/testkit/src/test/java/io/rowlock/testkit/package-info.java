@NullMarked
package io.rowlock.testkit;

import org.jspecify.annotations.NullMarked;
