/** Looks at a data directory that no node uses, and says what is there and what is damaged. Reads only. */
@NullMarked
package io.rowlock.log.check;

import org.jspecify.annotations.NullMarked;
