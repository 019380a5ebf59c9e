package io.rowlock.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.palantir.javapoet.JavaFile;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each feature of a schema becomes in Java. That the whole behaves as Kafka does is tested in the protocol module. */
class GeneratedCodeTest {

    private static String javaOf(String fields) {
        String json =
                "{ 'type': 'data', 'name': 'Sample', 'validVersions': '1-5', 'flexibleVersions': '3+', 'fields': ["
                        + fields + "]}";
        MessageSchema message = SchemaReader.read(json.replace('\'', '"')).orElseThrow();
        return new MessageClass(message).file().toString();
    }

    private static String javaOfField(String attributes) {
        return javaOf("{ 'name': 'Value', " + attributes + " }");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'type': 'bool'                                              | false",
                "'type': 'bool', 'default': 'True'                           | true",
                "'type': 'int8', 'default': '-1'                             | (byte) -1",
                "'type': 'int16'                                             | (short) 0",
                "'type': 'uint16', 'default': '65535'                        | 65535",
                "'type': 'int32', 'default': '0x7fffffff'                    | 2147483647",
                "'type': 'int32', 'default': '-2147483648'                   | -2147483648",
                "'type': 'uint32', 'default': '4294967295'                   | 4294967295L",
                "'type': 'int64', 'default': '9223372036854775807'           | 9223372036854775807L",
                "'type': 'float64'                                           | 0.0",
                "'type': 'string'                                            | \"\"",
                "'type': 'string', 'default': 'x'                            | \"x\"",
                "'type': 'string', 'default': 'null', 'nullableVersions': '0+' | null",
                "'type': 'uuid'                                              | MessageReader.ZERO_UUID",
                "'type': 'bytes'                                             | MessageReader.NO_BYTES",
                "'type': 'records'                                           | null",
                "'type': '[]int32'                                           | new ArrayList<>(0)",
                "'type': '[]int32', 'default': 'null', 'nullableVersions': '0+' | null",
            })
    void defaults(String attributes, String java) {
        assertThat(javaOfField("'versions': '0+', " + attributes)).contains("this.value = " + java + ";");
    }

    @ParameterizedTest
    @CsvSource({"int8,128", "int16,-32769", "uint16,-1", "uint32,4294967296", "int32,two", "bool,maybe", "uuid,x"})
    void defaultsThatDoNotFitAreErrors(String type, String value) {
        assertThatThrownBy(() -> javaOfField("'versions': '0+', 'type': '" + type + "', 'default': '" + value + "'"))
                .isInstanceOf(SchemaException.class);
    }

    @Test
    void aFieldThatMustNotBeLostIsRefusedWhereItIsNotCarried() {
        assertThat(javaOfField("'type': 'int32', 'versions': '2+', 'default': '7'"))
                .contains(
                        "if (version >= 2) {\n            out.writeInt(this.value);\n        } else if (this.value != 7)")
                .contains("fieldNotCarried(\"Sample.value\", version)")
                .contains("if (version >= 2) {\n            this.value = MessageReader.readInt(in);");
        assertThat(javaOfField("'type': 'int32', 'versions': '2+', 'ignorable': true"))
                .doesNotContain("fieldNotCarried");
    }

    @Test
    void aFieldThatNoVersionCarriesKeepsItsDefault() {
        assertThat(javaOfField("'type': 'int32', 'versions': '0', 'default': '7'"))
                .contains("this.value = 7;")
                .doesNotContain("readInt")
                .contains("if (this.value != 7) {");
    }

    @Test
    void nullAndFlexibilityFollowTheVersion() {
        assertThat(javaOfField("'type': 'string', 'versions': '0+', 'nullableVersions': '2+'"))
                .contains("private @Nullable String value;")
                .contains("MessageReader.readNullableString(in, version >= 3, version >= 2, \"Sample.value\")")
                .contains("out.writeNullableString(this.value, version >= 3, version >= 2, \"Sample.value\")");
        assertThat(javaOfField("'type': 'string', 'versions': '0+', 'flexibleVersions': 'none'"))
                .contains("MessageReader.readString(in, false, \"Sample.value\")");
        assertThat(javaOfField("'type': 'bytes', 'versions': '0+', 'nullableVersions': '0+', 'zeroCopy': true"))
                .contains("private byte @Nullable [] value;");
    }

    @Test
    void taggedFieldsAreReadAndWrittenByTag() {
        assertThat(javaOfField("'type': 'int32', 'versions': '4+', 'taggedVersions': '4+', 'tag': 2"))
                .contains("case 2 -> {\n                        if (!(version >= 4)) {")
                .contains("if ((version >= 4) && (this.value != 0)) {\n                tagCount++;")
                .contains("out.writeUnknownTagsBefore(2, unknown, nextUnknown)")
                .contains("int valueStart = out.beginTag(2);");
    }

    @Test
    void countsAreCheckedAgainstTheLeastThatAnElementTakes() {
        String element = "{ 'name': 'List', 'type': '[]Element', 'versions': '0+', 'fields': ["
                + "{ 'name': 'Id', 'type': 'uuid', 'versions': '0+' },"
                + "{ 'name': 'Name', 'type': 'string', 'versions': '0+' }%s]}";
        // Version 3 and later: 16 bytes, an empty string, an empty section of tags.
        assertThat(javaOf(element.formatted(""))).contains("readCount(in, version >= 3, false, 18, \"Sample.list\")");
        assertThat(javaOf(element.formatted(", { 'name': 'More', 'type': 'int64', 'versions': '4+' }")))
                .contains("readCount(in, version >= 3, false, 18, \"Sample.list\")");
        assertThat(javaOf(element.formatted(", { 'name': 'Old', 'type': 'int64', 'versions': '0+' }")))
                .contains("readCount(in, version >= 3, false, 26, \"Sample.list\")");
    }

    @Test
    void unsignedValuesAreCheckedWhenSet() {
        assertThat(javaOfField("'type': 'uint16', 'versions': '0+'")).contains("if (value < 0 || value > 0xffff)");
        assertThat(javaOfField("'type': 'uint32', 'versions': '0+'")).contains("if (value < 0 || value > 0xffffffffL)");
    }

    @Test
    void bytesAreNotShown() {
        assertThat(javaOfField("'type': 'bytes', 'versions': '0+'")).contains("+ this.value.length + \" bytes\"");
    }

    @Test
    void constants() {
        assertThat(Names.constant("OffsetForLeaderEpoch")).isEqualTo("OFFSET_FOR_LEADER_EPOCH");
        assertThat(Names.constant("broker")).isEqualTo("BROKER");
        assertThat(Names.lowerFirst("TopicId")).isEqualTo("topicId");
    }

    @Test
    void generationIsDeterministic() throws Exception {
        List<String> once = Main.files().stream().map(JavaFile::toString).toList();
        List<String> again = Main.files().stream().map(JavaFile::toString).toList();
        assertThat(once).isEqualTo(again).hasSizeGreaterThan(190);
        assertThat(once).allSatisfy(source -> assertThat(source).contains("@Generated(\"io.rowlock"));
    }
}
