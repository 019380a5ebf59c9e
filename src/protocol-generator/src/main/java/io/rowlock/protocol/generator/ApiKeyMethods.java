package io.rowlock.protocol.generator;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.Set;
import javax.lang.model.element.Modifier;

/** The methods of the enum of APIs. */
final class ApiKeyMethods {
    private ApiKeyMethods() {}

    static void addTo(TypeSpec.Builder type) {
        ClassName string = ClassName.get(String.class);
        TypeName listeners = ParameterizedTypeName.get(ClassName.get(Set.class), Names.API_KEY.nestedClass("Listener"));
        type.addMethod(getter(TypeName.SHORT, "id", "The number of the API on the wire."));
        type.addMethod(getter(string, "apiName", "Kafka's name of the API, such as {@code DescribeCluster}."));
        type.addMethod(getter(TypeName.SHORT, "lowestVersion", "The lowest version that can be read and written."));
        type.addMethod(getter(
                TypeName.SHORT, "highestStableVersion", "The highest version that may be offered to any client."));
        type.addMethod(getter(
                TypeName.SHORT,
                "highestVersion",
                "The highest version, unstable or not, that can be read and written."));
        type.addMethod(getter(listeners, "listeners", "The listeners on which Kafka serves the API."));
        type.addMethod(hasVersion());
        type.addMethod(header(
                "requestHeaderVersion",
                "The version of the header before a request of that version, which need not be a known one.",
                "return (short) (version >= requestFlexibleFrom ? 2 : 1)"));
        type.addMethod(header(
                "responseHeaderVersion",
                "The version of the header before a response of that version. For ApiVersions it is always 0, as a\n"
                        + "client that asks for versions cannot know what the other side understands (KIP-511).",
                "return (short) (version >= responseFlexibleFrom && this != API_VERSIONS ? 1 : 0)"));
        type.addMethod(flexible("isRequestFlexible", "request"));
        type.addMethod(flexible("isResponseFlexible", "response"));
        type.addMethod(read("readRequest", "request"));
        type.addMethod(read("readResponse", "response"));
    }

    private static MethodSpec getter(TypeName type, String name, String doc) {
        return MethodSpec.methodBuilder(name)
                .addJavadoc("$L\n", doc)
                .addModifiers(Modifier.PUBLIC)
                .returns(type)
                .addStatement("return $L", name)
                .build();
    }

    private static MethodSpec hasVersion() {
        return MethodSpec.methodBuilder("hasVersion")
                .addJavadoc("Whether messages of that version, unstable or not, can be read and written.\n")
                .addModifiers(Modifier.PUBLIC)
                .returns(TypeName.BOOLEAN)
                .addParameter(TypeName.INT, "version")
                .addStatement("return version >= lowestVersion && version <= highestVersion")
                .build();
    }

    private static MethodSpec header(String name, String doc, String statement) {
        return MethodSpec.methodBuilder(name)
                .addJavadoc("$L\n", doc)
                .addModifiers(Modifier.PUBLIC)
                .returns(TypeName.SHORT)
                .addParameter(TypeName.SHORT, "version")
                .addStatement(statement)
                .build();
    }

    private static MethodSpec flexible(String name, String which) {
        return MethodSpec.methodBuilder(name)
                .addJavadoc(
                        "Whether that version of the $L is encoded compactly and with tagged fields (KIP-482).\n",
                        which)
                .addModifiers(Modifier.PUBLIC)
                .returns(TypeName.BOOLEAN)
                .addParameter(TypeName.SHORT, "version")
                .addStatement("return version >= $LFlexibleFrom", which)
                .build();
    }

    private static MethodSpec read(String name, String which) {
        return MethodSpec.methodBuilder(name)
                .addJavadoc(
                        "Reads the $L of that version, without its header; records in it are slices of {@code in}, not"
                                + " retained.\n",
                        which)
                .addModifiers(Modifier.PUBLIC)
                .returns(Names.API_MESSAGE)
                .addParameter(Names.BYTE_BUF, "in")
                .addParameter(TypeName.SHORT, "version")
                .addStatement("return $L.read(in, version)", which)
                .build();
    }
}
