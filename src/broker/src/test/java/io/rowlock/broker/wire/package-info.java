@NullMarked
package io.rowlock.broker.wire;

import org.jspecify.annotations.NullMarked;
