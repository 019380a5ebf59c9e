/**
 * Kafka's topic and broker settings as far as they mean something here: their definitions, and typed views of the values
 * in force. A leaf: the other packages of the broker use it, it uses none of them.
 */
@NullMarked
package io.rowlock.broker.config;

import org.jspecify.annotations.NullMarked;
