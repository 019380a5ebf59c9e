@NullMarked
package io.rowlock.node.boot;

import org.jspecify.annotations.NullMarked;
