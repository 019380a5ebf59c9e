@NullMarked
package io.rowlock.node.config;

import org.jspecify.annotations.NullMarked;
