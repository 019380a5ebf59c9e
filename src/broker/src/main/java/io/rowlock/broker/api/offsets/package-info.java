/** ListOffsets: offsets by their place in the log and by timestamp. */
@NullMarked
package io.rowlock.broker.api.offsets;

import org.jspecify.annotations.NullMarked;
