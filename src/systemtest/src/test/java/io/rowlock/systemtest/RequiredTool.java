package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The rule for tests that need a program which the build does not bring: where it is missing they are skipped, on CI they fail. */
final class RequiredTool {
    private RequiredTool() {}

    /** @param advice how to get it, in brackets after its name */
    static void isThere(boolean found, String tool, String advice) {
        if ("true".equals(System.getenv("CI"))) {
            assertThat(found).as("%s is there (%s)", tool, advice).isTrue();
        }
        assumeTrue(found, tool + " is not there (" + advice + ")");
    }

    static boolean isOnPath(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
