@NullMarked
package io.rowlock.broker.api.metadata;

import org.jspecify.annotations.NullMarked;
