/** What tools ask and want of replicas: where their files are, who leads, where they shall be. */
@NullMarked
package io.rowlock.broker.api.replicas;

import org.jspecify.annotations.NullMarked;
