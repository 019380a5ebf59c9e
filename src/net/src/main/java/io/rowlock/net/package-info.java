/**
 * One Kafka connection over Vert.x: frames in, frames out, order, and the bounds on what a connection and a node may
 * hold. Knows nothing of what the frames mean.
 */
@NullMarked
package io.rowlock.net;

import org.jspecify.annotations.NullMarked;
