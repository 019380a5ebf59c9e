@NullMarked
package io.rowlock.broker.api.fetch;

import org.jspecify.annotations.NullMarked;
