package io.rowlock.protocol.generator;

import org.jspecify.annotations.Nullable;

/**
 * One field of a struct.
 *
 * @param name in lowerCamelCase
 * @param versions the versions that carry the field, within those of its struct
 * @param nullable the versions in which it may be null, within {@code versions}
 * @param flexible the versions in which it is encoded compactly, within {@code versions}
 * @param tag its tag, or -1 if it is not a tagged field (tagged fields are so in all of their versions)
 * @param ignorable whether it may silently be left out of versions that do not carry it
 * @param mapKey whether it is (part of) what tells the elements of an array apart; a note for the reader
 * @param defaultText as written in the schema; null where there is none
 * @param about what the field means
 */
record FieldSchema(
        String name,
        FieldType type,
        Versions versions,
        Versions nullable,
        Versions flexible,
        int tag,
        boolean ignorable,
        boolean mapKey,
        @Nullable String defaultText,
        String about) {

    boolean isTagged() {
        return tag >= 0;
    }

    /** Whether null is a legal value in any version; records may always be absent before they are set. */
    boolean mayBeNull() {
        return !nullable.isEmpty() || type == FieldType.Primitive.RECORDS;
    }

    boolean defaultsToNull() {
        return "null".equals(defaultText) || (type == FieldType.Primitive.RECORDS);
    }
}
