@NullMarked
package io.rowlock.broker.replication;

import org.jspecify.annotations.NullMarked;
