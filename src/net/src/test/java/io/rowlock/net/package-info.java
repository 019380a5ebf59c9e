@NullMarked
package io.rowlock.net;

import org.jspecify.annotations.NullMarked;
