package io.rowlock.protocol.generator;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/** The enum of all APIs that still have versions. */
final class ApiKeyEnum {
    private static final ClassName LISTENER = Names.API_KEY.nestedClass("Listener");
    private static final ClassName READS = Names.API_KEY.nestedClass("Reads");
    private static final TypeName LISTENERS = ParameterizedTypeName.get(ClassName.get(Set.class), LISTENER);

    private final List<MessageSchema> requests;
    private final Map<Integer, MessageSchema> responses = new HashMap<>();

    ApiKeyEnum(List<MessageSchema> messages) {
        this.requests = messages.stream()
                .filter(message -> message.kind().equals("request"))
                .sorted(Comparator.comparingInt(MessageSchema::apiKey))
                .toList();
        for (MessageSchema message : messages) {
            if (message.kind().equals("response") && responses.put(message.apiKey(), message) != null) {
                throw new SchemaException("two responses have the key " + message.apiKey());
            }
        }
    }

    JavaFile file() {
        TypeSpec.Builder type = TypeSpec.enumBuilder(Names.API_KEY)
                .addAnnotation(Names.GENERATED)
                .addJavadoc("The APIs of Kafka's protocol that have versions left, with what every version needs"
                        + " to be framed.\nConstants stand in the order of their ids.\n")
                .addModifiers(Modifier.PUBLIC);
        requests.forEach(request -> type.addEnumConstant(constantName(request), constant(request)));
        addState(type);
        addLookup(type);
        ApiKeyMethods.addTo(type);
        type.addType(TypeSpec.enumBuilder(LISTENER)
                .addJavadoc("The kinds of listener that Kafka serves an API on.\n")
                .addModifiers(Modifier.PUBLIC)
                .addEnumConstant("BROKER")
                .addEnumConstant("CONTROLLER")
                .build());
        type.addType(TypeSpec.interfaceBuilder(READS)
                .addModifiers(Modifier.PRIVATE)
                .addMethod(MethodSpec.methodBuilder("read")
                        .addModifiers(Modifier.PUBLIC, Modifier.ABSTRACT)
                        .returns(Names.API_MESSAGE)
                        .addParameter(Names.BYTE_BUF, "in")
                        .addParameter(TypeName.SHORT, "version")
                        .build())
                .build());
        return JavaFile.builder(Names.PROTOCOL, type.build())
                .indent("    ")
                .skipJavaLangImports(true)
                .build();
    }

    private static String apiName(MessageSchema request) {
        return request.name().substring(0, request.name().length() - "Request".length());
    }

    private static String constantName(MessageSchema request) {
        return Names.constant(apiName(request));
    }

    private TypeSpec constant(MessageSchema request) {
        MessageSchema response = responses.get(request.apiKey());
        if (response == null) {
            throw new SchemaException(request.name() + " has no response");
        }
        if (!response.versions().equals(request.versions())) {
            throw new SchemaException(request.name() + " and its response have different versions");
        }
        int highest = request.versions().highest();
        CodeBlock listeners = request.listeners().stream()
                .sorted()
                .map(listener -> CodeBlock.of("$T.$L", LISTENER, Names.constant(listener)))
                .collect(CodeBlock.joining(", "));
        return TypeSpec.anonymousClassBuilder(
                        "$L, $S, $L, $L, $L, $L, $L, $T.of($L), $T::read, $T::read",
                        request.apiKey(),
                        apiName(request),
                        request.versions().lowest(),
                        request.latestVersionUnstable() ? highest - 1 : highest,
                        highest,
                        flexibleFrom(request),
                        flexibleFrom(response),
                        Set.class,
                        listeners,
                        request.className(),
                        response.className())
                .build();
    }

    private static CodeBlock flexibleFrom(MessageSchema message) {
        Versions flexible = message.root().flexible();
        return flexible.isEmpty() ? CodeBlock.of("Integer.MAX_VALUE") : CodeBlock.of("$L", flexible.lowest());
    }

    private static void addState(TypeSpec.Builder type) {
        MethodSpec.Builder constructor = MethodSpec.constructorBuilder();
        addProperty(type, constructor, TypeName.INT, "id", TypeName.SHORT);
        addProperty(type, constructor, ClassName.get(String.class), "apiName", null);
        addProperty(type, constructor, TypeName.INT, "lowestVersion", TypeName.SHORT);
        addProperty(type, constructor, TypeName.INT, "highestStableVersion", TypeName.SHORT);
        addProperty(type, constructor, TypeName.INT, "highestVersion", TypeName.SHORT);
        addProperty(type, constructor, TypeName.INT, "requestFlexibleFrom", null);
        addProperty(type, constructor, TypeName.INT, "responseFlexibleFrom", null);
        addProperty(type, constructor, LISTENERS, "listeners", null);
        addProperty(type, constructor, READS, "request", null);
        addProperty(type, constructor, READS, "response", null);
        type.addMethod(constructor.build());
    }

    private static void addProperty(
            TypeSpec.Builder type,
            MethodSpec.Builder constructor,
            TypeName given,
            String name,
            @Nullable TypeName narrowed) {
        type.addField(narrowed == null ? given : narrowed, name, Modifier.PRIVATE, Modifier.FINAL);
        constructor.addParameter(given, name);
        if (narrowed == null) {
            constructor.addStatement("this.$L = $L", name, name);
        } else {
            constructor.addStatement("this.$L = ($T) $L", name, narrowed, name);
        }
    }

    private void addLookup(TypeSpec.Builder type) {
        int highestId = requests.stream().mapToInt(MessageSchema::apiKey).max().orElse(-1);
        TypeName array = ArrayTypeName.of(Names.API_KEY);
        type.addField(FieldSpec.builder(array, "BY_ID", Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
                .initializer("new $T[$L]", Names.API_KEY, highestId + 1)
                .build());
        type.addStaticBlock(CodeBlock.builder()
                .beginControlFlow("for ($T key : values())", Names.API_KEY)
                .addStatement("BY_ID[key.id] = key")
                .endControlFlow()
                .build());
        type.addMethod(MethodSpec.methodBuilder("forId")
                .addJavadoc("The API with that id, or null if there is none.\n")
                .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
                .returns(Names.API_KEY.annotated(Names.nullable()))
                .addParameter(TypeName.INT, "id")
                .addStatement("return id >= 0 && id < BY_ID.length ? BY_ID[id] : null")
                .build());
    }
}
