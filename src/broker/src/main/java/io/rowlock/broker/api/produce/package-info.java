/** Produce: checks what came, hands it to the owners, and answers when all of them have. */
@NullMarked
package io.rowlock.broker.api.produce;

import org.jspecify.annotations.NullMarked;
