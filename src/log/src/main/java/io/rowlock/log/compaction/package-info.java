/**
 * What compaction decides, without input or output: which part of a log is to be cleaned, what the newest record of a key is,
 * what becomes of a batch, which segments become one.
 */
@NullMarked
package io.rowlock.log.compaction;

import org.jspecify.annotations.NullMarked;
