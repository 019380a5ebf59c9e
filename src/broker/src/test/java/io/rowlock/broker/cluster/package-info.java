@NullMarked
package io.rowlock.broker.cluster;

import org.jspecify.annotations.NullMarked;
