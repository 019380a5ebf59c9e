/** Creating and deleting topics: what may be, decided without I/O, and the way to the metadata store and back. */
@NullMarked
package io.rowlock.broker.api.topics;

import org.jspecify.annotations.NullMarked;
