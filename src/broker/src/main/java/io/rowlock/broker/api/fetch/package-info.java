/**
 * Fetch: incremental sessions (KIP-227), long polls, and the plan of what to send. A session subscribes to its partitions
 * once; after that a fetch costs what changed since the last one, not what the session holds.
 */
@NullMarked
package io.rowlock.broker.api.fetch;

import org.jspecify.annotations.NullMarked;
