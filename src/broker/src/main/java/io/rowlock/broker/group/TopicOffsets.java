package io.rowlock.broker.group;

import java.util.List;

/** Committed offsets of a group that are to be deleted, all of one topic. */
public record TopicOffsets(String topic, List<OffsetKey> offsets) {}
