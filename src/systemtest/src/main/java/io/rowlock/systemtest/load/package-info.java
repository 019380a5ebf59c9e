/** Load: many members and many commits by few threads on plain sockets, where stock clients would take too much of the machine. */
@NullMarked
package io.rowlock.systemtest.load;

import org.jspecify.annotations.NullMarked;
