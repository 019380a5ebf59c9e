@NullMarked
package io.rowlock.broker.api.topics;

import org.jspecify.annotations.NullMarked;
