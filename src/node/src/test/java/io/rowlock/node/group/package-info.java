@NullMarked
package io.rowlock.node.group;

import org.jspecify.annotations.NullMarked;
