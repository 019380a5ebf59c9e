package io.rowlock.broker.cluster;

import java.util.UUID;

/** How the creation of one topic ended. */
public sealed interface CreateTopicResult {

    /** Created by this call, or by an earlier one with the same id whose answer was lost; visible from {@code version}. */
    record Created(UUID id, long version) implements CreateTopicResult {}

    /** Another topic has this name, or one that differs only in {@code .} and {@code _}, named {@code existingName}. */
    record NameTaken(String existingName) implements CreateTopicResult {}
}
