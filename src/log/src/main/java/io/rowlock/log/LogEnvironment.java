package io.rowlock.log;

import io.rowlock.ports.Clock;
import io.rowlock.ports.Disk;
import io.rowlock.ports.RandomSource;

/** What a log needs from the world. */
public record LogEnvironment(Disk disk, Clock clock, RandomSource random) {}
