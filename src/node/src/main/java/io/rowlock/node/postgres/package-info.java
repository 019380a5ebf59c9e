/**
 * A PostgreSQL of the node's own, for whoever configured none: real binaries, fsync on, kept under the data directory.
 * This package is an adapter: it may use files, processes and threads directly.
 */
@NullMarked
package io.rowlock.node.postgres;

import org.jspecify.annotations.NullMarked;
