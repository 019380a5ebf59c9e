package io.rowlock.log;

import io.rowlock.ports.Clock;
import io.rowlock.ports.Disk;
import io.rowlock.ports.RandomSource;

/**
 * What a log needs from the world.
 *
 * @param openFiles shared by all logs of a node
 */
public record LogEnvironment(Disk disk, Clock clock, RandomSource random, OpenFiles openFiles) {

    /** With as many open files as tools and tests do with. */
    public LogEnvironment(Disk disk, Clock clock, RandomSource random) {
        this(disk, clock, random, new OpenFiles(OpenFiles.DEFAULT_MAX));
    }
}
