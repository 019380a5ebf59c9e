package io.rowlock.protocol.generator;

import java.util.Comparator;
import java.util.List;

/**
 * A struct, or a whole message.
 *
 * @param versions the versions in which it can occur
 * @param flexible the versions in which it ends with tagged fields, within {@code versions}
 */
record StructSchema(String name, Versions versions, Versions flexible, List<FieldSchema> fields) {

    List<FieldSchema> plainFields() {
        return fields.stream().filter(field -> !field.isTagged()).toList();
    }

    /** In the order of their tags. */
    List<FieldSchema> taggedFields() {
        return fields.stream()
                .filter(FieldSchema::isTagged)
                .sorted(Comparator.comparingInt(FieldSchema::tag))
                .toList();
    }
}
