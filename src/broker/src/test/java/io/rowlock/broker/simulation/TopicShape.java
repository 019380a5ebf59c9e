package io.rowlock.broker.simulation;

import java.util.UUID;

/** The one topic of a simulation. */
record TopicShape(UUID id, String name, int partitions) {}
