@NullMarked
package io.rowlock.broker.config;

import org.jspecify.annotations.NullMarked;
