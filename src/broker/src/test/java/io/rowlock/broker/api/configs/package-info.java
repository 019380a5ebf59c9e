@NullMarked
package io.rowlock.broker.api.configs;

import org.jspecify.annotations.NullMarked;
