/** Load that stock clients would take too much of the machine for: many members, many commits, few threads, plain sockets. */
@NullMarked
package io.rowlock.systemtest.load;

import org.jspecify.annotations.NullMarked;
