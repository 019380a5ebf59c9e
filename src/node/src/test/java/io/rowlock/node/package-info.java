@NullMarked
package io.rowlock.node;

import org.jspecify.annotations.NullMarked;
