/** One small handler per Kafka API, and the seam between them and the connections that the requests come from. */
@NullMarked
package io.rowlock.broker.api;

import org.jspecify.annotations.NullMarked;
