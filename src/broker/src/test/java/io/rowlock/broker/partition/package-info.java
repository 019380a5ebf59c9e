@NullMarked
package io.rowlock.broker.partition;

import org.jspecify.annotations.NullMarked;
