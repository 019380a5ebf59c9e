@NullMarked
package io.rowlock.broker.group;

import org.jspecify.annotations.NullMarked;
