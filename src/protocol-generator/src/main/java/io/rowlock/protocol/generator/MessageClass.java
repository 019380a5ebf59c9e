package io.rowlock.protocol.generator;

import com.palantir.javapoet.AnnotationSpec;
import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Modifier;

/** The class of a message with its structs nested in it. */
final class MessageClass {
    private static final TypeName TAGGED_FIELDS =
            ParameterizedTypeName.get(ClassName.get(List.class), Names.RAW_TAGGED_FIELD);

    private final MessageSchema message;
    private final ClassName messageClass;

    MessageClass(MessageSchema message) {
        this.message = message;
        this.messageClass = message.className();
    }

    JavaFile file() {
        TypeSpec.Builder type = TypeSpec.classBuilder(messageClass)
                .addAnnotation(Names.GENERATED)
                .addJavadoc("$L, versions $L to $L.\n", message.name(), lowest(), highest())
                .addModifiers(Modifier.PUBLIC, Modifier.FINAL)
                .addSuperinterface(Names.API_MESSAGE);
        addConstants(type);
        addStruct(type, message.root(), messageClass);
        addApiMessageMethods(type);
        for (StructSchema struct : message.structs().values()) {
            ClassName name = messageClass.nestedClass(struct.name());
            TypeSpec.Builder nested =
                    TypeSpec.classBuilder(name).addModifiers(Modifier.PUBLIC, Modifier.STATIC, Modifier.FINAL);
            addStruct(nested, struct, name);
            nested.addMethod(writeMethod(struct, CodeBlock.of("")).build());
            type.addType(nested.build());
        }
        return JavaFile.builder(Names.MESSAGE, type.build())
                .indent("    ")
                .skipJavaLangImports(true)
                .build();
    }

    private int lowest() {
        return message.versions().lowest();
    }

    private int highest() {
        return message.versions().highest();
    }

    private void addConstants(TypeSpec.Builder type) {
        if (message.apiKey() >= 0) {
            type.addField(constant("API_KEY", message.apiKey()));
        }
        type.addField(constant("LOWEST_SUPPORTED_VERSION", lowest()));
        type.addField(constant("HIGHEST_SUPPORTED_VERSION", highest()));
    }

    private static FieldSpec constant(String name, int value) {
        return FieldSpec.builder(TypeName.SHORT, name, Modifier.PUBLIC, Modifier.STATIC, Modifier.FINAL)
                .initializer("$L", value)
                .build();
    }

    private void addApiMessageMethods(TypeSpec.Builder type) {
        type.addMethod(shortGetter("apiKey", message.apiKey() >= 0 ? "API_KEY" : "-1"));
        type.addMethod(shortGetter("lowestSupportedVersion", "LOWEST_SUPPORTED_VERSION"));
        type.addMethod(shortGetter("highestSupportedVersion", "HIGHEST_SUPPORTED_VERSION"));
        type.addMethod(MethodSpec.methodBuilder("read")
                .addJavadoc("Reads a message of that version; records in it are slices of {@code in}, not retained.\n")
                .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
                .returns(messageClass)
                .addParameter(Names.BYTE_BUF, "in")
                .addParameter(TypeName.SHORT, "version")
                .addStatement("requireVersion(version)")
                .addStatement("return new $T(in, version)", messageClass)
                .build());
        type.addMethod(writeMethod(message.root(), CodeBlock.of("requireVersion(version);\n"))
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .build());
        type.addMethod(MethodSpec.methodBuilder("requireVersion")
                .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
                .addParameter(TypeName.SHORT, "version")
                .beginControlFlow("if (version < LOWEST_SUPPORTED_VERSION || version > HIGHEST_SUPPORTED_VERSION)")
                .addStatement(
                        "throw $T.outOfRange($S, version, LOWEST_SUPPORTED_VERSION, HIGHEST_SUPPORTED_VERSION)",
                        Names.UNSUPPORTED_VERSION,
                        message.name())
                .endControlFlow()
                .build());
    }

    private static MethodSpec shortGetter(String name, String value) {
        return MethodSpec.methodBuilder(name)
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(TypeName.SHORT)
                .addStatement("return $L", value)
                .build();
    }

    private MethodSpec.Builder writeMethod(StructSchema struct, CodeBlock before) {
        return MethodSpec.methodBuilder("write")
                .addParameter(Names.WRITER, "out")
                .addParameter(TypeName.SHORT, "version")
                .addCode(before)
                .addCode(new WriteCode(message).body(struct));
    }

    private void addStruct(TypeSpec.Builder type, StructSchema struct, ClassName self) {
        for (FieldSchema field : struct.fields()) {
            type.addField(typeOf(field), field.name(), Modifier.PRIVATE);
        }
        type.addField(TAGGED_FIELDS.annotated(Names.nullable()), "unknownTaggedFields", Modifier.PRIVATE);
        type.addMethod(defaultConstructor(struct));
        type.addMethod(MethodSpec.constructorBuilder()
                .addModifiers(Modifier.PRIVATE)
                .addParameter(Names.BYTE_BUF, "in")
                .addParameter(TypeName.SHORT, "version")
                .addCode(new ReadCode(message).body(struct))
                .build());
        for (FieldSchema field : struct.fields()) {
            type.addMethod(getter(field));
            type.addMethod(setter(field, self));
        }
        type.addMethod(unknownTaggedFields(self));
        if (isAlone(struct)) {
            type.addMethod(isDefault(struct));
        }
        new ObjectMethods(struct, self).addTo(type);
    }

    /** The type in Java; Kafka's uint16 and the like have their bounds checked when set. */
    private TypeName typeOf(FieldSchema field) {
        TypeName type = field.type().javaType(messageClass);
        if (!field.mayBeNull()) {
            return type;
        }
        AnnotationSpec nullable = Names.nullable();
        return type instanceof ArrayTypeName
                ? ArrayTypeName.of(TypeName.BYTE).annotated(nullable)
                : type.annotated(nullable);
    }

    private MethodSpec defaultConstructor(StructSchema struct) {
        MethodSpec.Builder method = MethodSpec.constructorBuilder().addModifiers(Modifier.PUBLIC);
        for (FieldSchema field : struct.fields()) {
            method.addStatement("this.$L = $L", field.name(), Defaults.value(field, messageClass));
        }
        return method.build();
    }

    private MethodSpec getter(FieldSchema field) {
        return MethodSpec.methodBuilder(field.name())
                .addJavadoc("$L\n", about(field))
                .addModifiers(Modifier.PUBLIC)
                .returns(typeOf(field))
                .addStatement("return this.$L", field.name())
                .build();
    }

    private static String about(FieldSchema field) {
        String text = field.about()
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("@", "&#64;");
        return field.mapKey() ? text + " Tells the elements of the array apart." : text;
    }

    private MethodSpec setter(FieldSchema field, ClassName self) {
        MethodSpec.Builder method = MethodSpec.methodBuilder("set" + Names.upperFirst(field.name()))
                .addModifiers(Modifier.PUBLIC)
                .returns(self)
                .addParameter(typeOf(field), field.name());
        if (field.type() == FieldType.Primitive.UINT16 || field.type() == FieldType.Primitive.UINT32) {
            String highest = field.type() == FieldType.Primitive.UINT16 ? "0xffff" : "0xffffffffL";
            method.beginControlFlow("if ($L < 0 || $L > $L)", field.name(), field.name(), highest)
                    .addStatement(
                            "throw new $T($S + $L)",
                            IllegalArgumentException.class,
                            field.name() + " must be unsigned, but is ",
                            field.name())
                    .endControlFlow();
        }
        return method.addStatement("this.$L = $L", field.name(), field.name())
                .addStatement("return this")
                .build();
    }

    private MethodSpec unknownTaggedFields(ClassName self) {
        MethodSpec.Builder method = MethodSpec.methodBuilder("unknownTaggedFields")
                .addModifiers(Modifier.PUBLIC)
                .returns(TAGGED_FIELDS)
                .beginControlFlow("if (this.unknownTaggedFields == null)")
                .addStatement("this.unknownTaggedFields = new $T<>(0)", ArrayList.class)
                .endControlFlow()
                .addStatement("return this.unknownTaggedFields");
        if (self.equals(messageClass)) {
            method.addAnnotation(Override.class);
        } else {
            method.addJavadoc("Tagged fields that this schema does not know; mutable.\n");
        }
        return method.build();
    }

    /** Whether some field holds the struct by itself, with something other than null as its default. */
    private boolean isAlone(StructSchema struct) {
        FieldType type = new FieldType.Struct(struct.name());
        return message.root().fields().stream().anyMatch(field -> holdsAlone(field, type))
                || message.structs().values().stream()
                        .flatMap(other -> other.fields().stream())
                        .anyMatch(field -> holdsAlone(field, type));
    }

    private static boolean holdsAlone(FieldSchema field, FieldType type) {
        return field.type().equals(type) && !field.defaultsToNull();
    }

    private MethodSpec isDefault(StructSchema struct) {
        CodeBlock.Builder code = CodeBlock.builder();
        for (FieldSchema field : struct.fields()) {
            code.beginControlFlow("if ($L)", Defaults.isSet(field, messageClass));
            code.addStatement("return false");
            code.endControlFlow();
        }
        code.addStatement("return this.unknownTaggedFields == null || this.unknownTaggedFields.isEmpty()");
        return MethodSpec.methodBuilder("isDefault")
                .addModifiers(Modifier.PRIVATE)
                .returns(TypeName.BOOLEAN)
                .addCode(code.build())
                .build();
    }
}
