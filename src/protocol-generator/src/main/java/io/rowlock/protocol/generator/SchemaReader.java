package io.rowlock.protocol.generator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads one schema file. Anything that it does not know is an error. */
final class SchemaReader {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();
    private static final Set<String> MESSAGE_KEYS = Set.of(
            "apiKey",
            "type",
            "listeners",
            "name",
            "validVersions",
            "flexibleVersions",
            "latestVersionUnstable",
            "fields",
            "commonStructs");
    private static final Set<String> STRUCT_KEYS = Set.of("name", "versions", "fields", "about");
    private static final Set<String> FIELD_KEYS = Set.of(
            "name",
            "type",
            "versions",
            "nullableVersions",
            "taggedVersions",
            "flexibleVersions",
            "tag",
            "ignorable",
            "mapKey",
            "default",
            "entityType",
            "zeroCopy",
            "about",
            "fields");

    private final String message;
    private final Versions valid;
    private final Versions flexible;
    private final Map<String, StructSchema> structs = new LinkedHashMap<>();

    private SchemaReader(String message, Versions valid, Versions flexible) {
        this.message = message;
        this.valid = valid;
        this.flexible = flexible;
    }

    /** The message, or nothing if all of its versions were removed. */
    static Optional<MessageSchema> read(String json) {
        JsonNode node;
        try {
            node = MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new SchemaException("not JSON: " + e.getOriginalMessage());
        }
        String name = text(node, "name");
        Versions valid = Versions.parse(text(node, "validVersions"));
        if (valid.isEmpty()) {
            return Optional.empty();
        }
        Versions flexible = Versions.parse(text(node, "flexibleVersions")).and(valid);
        return Optional.of(new SchemaReader(name, valid, flexible).readMessage(node));
    }

    private MessageSchema readMessage(JsonNode node) {
        requireKnownKeys(node, MESSAGE_KEYS, message);
        for (JsonNode common : node.path("commonStructs")) {
            requireKnownKeys(common, STRUCT_KEYS, message);
            Versions versions = Versions.parse(text(common, "versions")).and(valid);
            readStruct(text(common, "name"), versions, common.path("fields"));
        }
        List<FieldSchema> fields = readFields(valid, node.path("fields"));
        List<String> listeners = new ArrayList<>();
        node.path("listeners").forEach(listener -> listeners.add(listener.asText()));
        MessageSchema schema = new MessageSchema(
                message,
                text(node, "type"),
                node.path("apiKey").asInt(-1),
                node.path("latestVersionUnstable").asBoolean(),
                List.copyOf(listeners),
                new StructSchema(message, valid, flexible, fields),
                structs);
        SchemaChecks.check(schema);
        return schema;
    }

    private void readStruct(String name, Versions versions, JsonNode fields) {
        if (structs.containsKey(name) || name.equals(message)) {
            throw new SchemaException(message + ": two structs are named " + name);
        }
        structs.put(name, new StructSchema(name, versions, flexible.and(versions), readFields(versions, fields)));
    }

    private List<FieldSchema> readFields(Versions context, JsonNode nodes) {
        List<FieldSchema> fields = new ArrayList<>();
        for (JsonNode node : nodes) {
            fields.add(readField(context, node));
        }
        return List.copyOf(fields);
    }

    private FieldSchema readField(Versions context, JsonNode node) {
        String name = text(node, "name");
        requireKnownKeys(node, FIELD_KEYS, message + "." + name);
        FieldType type = FieldType.parse(text(node, "type"));
        Versions versions = Versions.parse(text(node, "versions")).and(context);
        if (node.has("fields")) {
            FieldType holder = type instanceof FieldType.Array array ? array.element() : type;
            if (!(holder instanceof FieldType.Struct struct)) {
                throw new SchemaException(message + "." + name + ": only structs have fields");
            }
            readStruct(struct.name(), versions, node.path("fields"));
        }
        Versions ownFlexible =
                node.has("flexibleVersions") ? Versions.parse(text(node, "flexibleVersions")) : Versions.ALL;
        return new FieldSchema(
                Names.lowerFirst(name),
                type,
                versions,
                optionalVersions(node, "nullableVersions").and(versions),
                flexible.and(versions).and(ownFlexible),
                tag(node, name, versions),
                node.path("ignorable").asBoolean(),
                node.path("mapKey").asBoolean(),
                node.has("default") ? node.path("default").asText() : null,
                node.path("about").asText());
    }

    private int tag(JsonNode node, String name, Versions versions) {
        Versions tagged = optionalVersions(node, "taggedVersions").and(versions);
        if (node.has("tag") == tagged.isEmpty() && !versions.isEmpty()) {
            throw new SchemaException(message + "." + name + ": tag and taggedVersions belong together");
        }
        if (!node.has("tag")) {
            return -1;
        }
        if (!tagged.equals(versions) || !flexible.contains(tagged)) {
            throw new SchemaException(
                    message + "." + name + ": tagged in only a part of its versions, or not in flexible ones");
        }
        return node.path("tag").asInt();
    }

    private static Versions optionalVersions(JsonNode node, String key) {
        return node.has(key) ? Versions.parse(text(node, key)) : Versions.NONE;
    }

    private static String text(JsonNode node, String key) {
        JsonNode value = node.path(key);
        if (!value.isTextual()) {
            throw new SchemaException("no text under \"" + key + "\" in " + node);
        }
        return value.asText();
    }

    private static void requireKnownKeys(JsonNode node, Set<String> known, String where) {
        node.fieldNames().forEachRemaining(key -> {
            if (!known.contains(key)) {
                throw new SchemaException(where + ": unknown key \"" + key + "\"");
            }
        });
    }
}
