@NullMarked
package io.rowlock.broker.api;

import org.jspecify.annotations.NullMarked;
