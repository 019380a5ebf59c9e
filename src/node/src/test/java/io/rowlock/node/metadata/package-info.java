@NullMarked
package io.rowlock.node.metadata;

import org.jspecify.annotations.NullMarked;
