@NullMarked
package io.rowlock.broker;

import org.jspecify.annotations.NullMarked;
