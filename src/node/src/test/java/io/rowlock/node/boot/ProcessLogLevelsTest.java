package io.rowlock.node.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.api.configs.LogLevels;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProcessLogLevelsTest {

    private static final String PARENT = "io.rowlock.node.boot.levels";
    private static final String CHILD = PARENT + ".child";

    private final ProcessLogLevels levels = new ProcessLogLevels();
    private final Logger child = LogContext.getLogContext().getLogger(CHILD);

    @AfterEach
    void unset() {
        levels.unset(PARENT);
        levels.unset(CHILD);
    }

    @ParameterizedTest
    @EnumSource(LogLevels.Level.class)
    void everyLevelIsShownAsItWasSet(LogLevels.Level level) {
        levels.set(CHILD, level);
        assertThat(levels.inForce()).containsEntry(CHILD, level);
    }

    @Test
    void aLoggerWithoutALevelHasItsParents() {
        LogLevels.Level before = levels.inForce().get(CHILD);
        levels.set(PARENT, LogLevels.Level.TRACE);
        assertThat(levels.inForce()).containsEntry(CHILD, LogLevels.Level.TRACE);
        assertThat(child.isLoggable(org.jboss.logmanager.Level.TRACE)).isTrue();
        levels.set(CHILD, LogLevels.Level.ERROR);
        assertThat(child.isLoggable(org.jboss.logmanager.Level.WARN)).isFalse();
        levels.unset(CHILD);
        levels.unset(PARENT);
        assertThat(levels.inForce().get(CHILD)).isEqualTo(before);
    }

    @Test
    void theRootIsThereUnderKafkasName() {
        assertThat(levels.inForce()).containsKeys(LogLevels.ROOT, CHILD).doesNotContainKey("");
    }
}
