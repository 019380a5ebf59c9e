@NullMarked
package io.rowlock.broker.api.group;

import org.jspecify.annotations.NullMarked;
