@NullMarked
package io.rowlock.broker.api.produce;

import org.jspecify.annotations.NullMarked;
