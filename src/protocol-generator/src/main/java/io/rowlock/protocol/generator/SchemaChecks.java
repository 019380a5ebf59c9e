package io.rowlock.protocol.generator;

import java.util.HashSet;
import java.util.Set;

/** What must hold for a schema beyond the form of its JSON, so that generated code may rely on it. */
final class SchemaChecks {
    private SchemaChecks() {}

    static void check(MessageSchema message) {
        check(message, message.root());
        message.structs().values().forEach(struct -> check(message, struct));
    }

    private static void check(MessageSchema message, StructSchema struct) {
        Set<String> names = new HashSet<>();
        Set<Integer> tags = new HashSet<>();
        for (FieldSchema field : struct.fields()) {
            String where = message.name() + ": " + struct.name() + "." + field.name();
            require(names.add(field.name()), where + " is there twice");
            require(!field.isTagged() || tags.add(field.tag()), where + ": its tag is taken");
            require(
                    !field.isTagged() || field.type() != FieldType.Primitive.RECORDS,
                    where + ": records cannot be a tagged field");
            require(
                    field.nullable().isEmpty()
                            || (!field.type().isScalar() && field.type() != FieldType.Primitive.UUID),
                    where + ": this type cannot be null");
            require(
                    !field.defaultsToNull() || field.mayBeNull(),
                    where + ": null is its default, but not among its values");
            checkStruct(message, field);
        }
    }

    private static void checkStruct(MessageSchema message, FieldSchema field) {
        FieldType type = field.type() instanceof FieldType.Array array ? array.element() : field.type();
        if (type instanceof FieldType.Struct struct) {
            require(
                    message.struct(struct).versions().contains(field.versions()),
                    message.name() + "." + field.name() + ": its struct lacks some of its versions");
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new SchemaException(otherwise);
        }
    }
}
