@NullMarked
package io.rowlock.log.check;

import org.jspecify.annotations.NullMarked;
