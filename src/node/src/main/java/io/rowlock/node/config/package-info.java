/** What the operator wrote, checked before anything starts: one mapping per concern, and one answer to what is wrong. */
@NullMarked
package io.rowlock.node.config;

import org.jspecify.annotations.NullMarked;
