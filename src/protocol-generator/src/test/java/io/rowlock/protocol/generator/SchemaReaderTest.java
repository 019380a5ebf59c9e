package io.rowlock.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaReaderTest {

    private static MessageSchema read(String fields) {
        return readMessage("\"flexibleVersions\": \"3+\", \"fields\": [" + fields + "]");
    }

    private static MessageSchema readMessage(String rest) {
        String json =
                "// a comment\n{ \"type\": \"data\", \"name\": \"Sample\", \"validVersions\": \"1-5\", " + rest + "}";
        return SchemaReader.read(json).orElseThrow();
    }

    private static FieldSchema field(String attributes) {
        return read("{ \"name\": \"SomeField\", " + attributes + " }")
                .root()
                .fields()
                .get(0);
    }

    @Test
    void versionsAreThoseOfTheMessageAtMost() {
        FieldSchema field = field("\"type\": \"string\", \"versions\": \"0+\", \"nullableVersions\": \"2+\"");
        assertThat(field.name()).isEqualTo("someField");
        assertThat(field.versions()).isEqualTo(new Versions(1, 5));
        assertThat(field.nullable()).isEqualTo(new Versions(2, 5));
        assertThat(field.flexible()).isEqualTo(new Versions(3, 5));
        assertThat(field.isTagged()).isFalse();
        assertThat(field.ignorable()).isFalse();
    }

    @Test
    void aMessageWithoutVersionsIsNone() {
        String removed = "{ \"type\": \"request\", \"name\": \"Gone\", \"validVersions\": \"none\" }";
        assertThat(SchemaReader.read(removed)).isEmpty();
    }

    @Test
    void aFieldCanStayInflexible() {
        FieldSchema field = field("\"type\": \"string\", \"versions\": \"0+\", \"flexibleVersions\": \"none\"");
        assertThat(field.flexible().isEmpty()).isTrue();
    }

    @Test
    void messagesCanBeInflexibleThroughout() {
        MessageSchema message = readMessage("\"flexibleVersions\": \"none\", \"fields\": []");
        assertThat(message.root().flexible().isEmpty()).isTrue();
    }

    @Test
    void notesThatDoNotChangeTheWire() {
        FieldSchema field = field("\"type\": \"int32\", \"versions\": \"0+\", \"entityType\": \"brokerId\","
                + " \"mapKey\": true, \"ignorable\": true, \"about\": \"What it is.\"");
        assertThat(field.mapKey()).isTrue();
        assertThat(field.ignorable()).isTrue();
        assertThat(field.about()).isEqualTo("What it is.");
    }

    @Test
    void structsInlineAndCommon() {
        MessageSchema message = readMessage("\"flexibleVersions\": \"3+\","
                + " \"commonStructs\": [{ \"name\": \"Common\", \"versions\": \"2+\", \"fields\": ["
                + "   { \"name\": \"Id\", \"type\": \"int32\", \"versions\": \"0+\" }]}],"
                + " \"fields\": ["
                + "   { \"name\": \"First\", \"type\": \"[]Common\", \"versions\": \"2-3\" },"
                + "   { \"name\": \"Second\", \"type\": \"Inline\", \"versions\": \"4+\", \"fields\": ["
                + "     { \"name\": \"Name\", \"type\": \"string\", \"versions\": \"0+\" }]}]");
        assertThat(message.structs().keySet()).containsExactly("Common", "Inline");
        assertThat(message.struct(new FieldType.Struct("Common")).versions()).isEqualTo(new Versions(2, 5));
        assertThat(message.struct(new FieldType.Struct("Common")).flexible()).isEqualTo(new Versions(3, 5));
        assertThat(message.struct(new FieldType.Struct("Inline")).versions()).isEqualTo(new Versions(4, 5));
        assertThat(message.root().fields().get(0).type())
                .isEqualTo(new FieldType.Array(new FieldType.Struct("Common")));
    }

    @Test
    void taggedFieldsAreSortedByTag() {
        MessageSchema message = read(
                "{ \"name\": \"B\", \"type\": \"int8\", \"versions\": \"4+\", \"taggedVersions\": \"4+\", \"tag\": 1 },"
                        + "{ \"name\": \"P\", \"type\": \"int8\", \"versions\": \"0+\" },"
                        + "{ \"name\": \"A\", \"type\": \"int8\", \"versions\": \"3+\", \"taggedVersions\": \"3+\", \"tag\": 0 }");
        assertThat(message.root().taggedFields()).extracting(FieldSchema::name).containsExactly("a", "b");
        assertThat(message.root().plainFields()).extracting(FieldSchema::name).containsExactly("p");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'type': 'int33', 'versions': '0+'                                              | unknown type",
                "'type': 'int32', 'versions': '0+', 'colour': 'red'                             | unknown key",
                "'type': 'int32', 'versions': '0+', 'nullableVersions': '0+'                    | cannot be null",
                "'type': 'string', 'versions': '0+', 'default': 'null'                          | not among its values",
                "'type': 'int8', 'versions': '0+', 'taggedVersions': '3+', 'tag': 0             | only a part",
                "'type': 'int8', 'versions': '2+', 'taggedVersions': '2+', 'tag': 0             | not in flexible",
                "'type': 'int8', 'versions': '3+', 'tag': 0                                     | belong together",
                "'type': 'int8', 'versions': '3+', 'taggedVersions': '3+'                       | belong together",
                "'type': 'records', 'versions': '3+', 'taggedVersions': '3+', 'tag': 0          | cannot be a tagged",
                "'type': 'Unknown', 'versions': '0+'                                            | no struct is named",
                "'type': '[][]int32', 'versions': '0+'                                          | not supported",
                "'type': 'int32', 'versions': '0+', 'fields': []                                | only structs",
            })
    void whatIsNotUnderstoodIsAnError(String attributes, String problem) {
        assertThatThrownBy(() -> field(attributes.replace('\'', '"')))
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining(problem);
    }
}
