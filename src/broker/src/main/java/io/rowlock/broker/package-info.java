/** The engine of a node, put together: plain Java, without Quarkus and without SQL. */
@NullMarked
package io.rowlock.broker;

import org.jspecify.annotations.NullMarked;
