@NullMarked
package io.rowlock.log;

import org.jspecify.annotations.NullMarked;
