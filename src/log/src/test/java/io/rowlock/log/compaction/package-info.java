@NullMarked
package io.rowlock.log.compaction;

import org.jspecify.annotations.NullMarked;
