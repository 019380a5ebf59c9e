@NullMarked
package io.rowlock.node.postgres;

import org.jspecify.annotations.NullMarked;
