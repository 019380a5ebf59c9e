@NullMarked
package io.rowlock.protocol.record;

import org.jspecify.annotations.NullMarked;
