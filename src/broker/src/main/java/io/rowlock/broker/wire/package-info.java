/** Listeners: from connections to the handlers of APIs and back. */
@NullMarked
package io.rowlock.broker.wire;

import org.jspecify.annotations.NullMarked;
