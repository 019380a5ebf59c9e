package io.rowlock.protocol.generator;

import com.palantir.javapoet.ClassName;
import java.util.List;
import java.util.Map;

/**
 * One schema file.
 *
 * @param kind {@code request}, {@code response}, {@code header} or {@code data}
 * @param apiKey -1 for headers and data
 * @param latestVersionUnstable whether the highest version must not be offered to clients
 * @param listeners the kinds of listener that serve the request, as the schema names them
 * @param root the fields of the message itself
 * @param structs all other structs by name
 */
record MessageSchema(
        String name,
        String kind,
        int apiKey,
        boolean latestVersionUnstable,
        List<String> listeners,
        StructSchema root,
        Map<String, StructSchema> structs) {

    ClassName className() {
        return ClassName.get(Names.MESSAGE, name);
    }

    Versions versions() {
        return root.versions();
    }

    StructSchema struct(FieldType.Struct type) {
        StructSchema struct = structs.get(type.name());
        if (struct == null) {
            throw new SchemaException(name + ": no struct is named " + type.name());
        }
        return struct;
    }

    /** How errors name a struct: {@code FetchRequest} or {@code FetchRequest.FetchTopic}. */
    String nameOf(StructSchema struct) {
        return struct.name().equals(name) ? name : name + "." + struct.name();
    }

    String nameOf(StructSchema struct, FieldSchema field) {
        return nameOf(struct) + "." + field.name();
    }
}
