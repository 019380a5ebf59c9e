/** What clients ask about settings, and have changed. */
@NullMarked
package io.rowlock.broker.api.configs;

import org.jspecify.annotations.NullMarked;
