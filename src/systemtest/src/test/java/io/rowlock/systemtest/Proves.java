package io.rowlock.systemtest;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says which client or tool a test runs and what of it works, for {@code docs/compatibility.md}: a line there has a test, and a
 * test that goes takes its line with it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(Proves.All.class)
@interface Proves {
    /** Name of the client or tool. */
    String client();

    /** The version that was run; that of a Debian package is what Debian 12 ships. */
    String version();

    /** What was done with it. */
    String what();

    /** What one test shows of several clients. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface All {
        /** One for each client. */
        Proves[] value();
    }
}
