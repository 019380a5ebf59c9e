@NullMarked
package io.rowlock.ports;

import org.jspecify.annotations.NullMarked;
