@NullMarked
package io.rowlock.broker.api.replicas;

import org.jspecify.annotations.NullMarked;
