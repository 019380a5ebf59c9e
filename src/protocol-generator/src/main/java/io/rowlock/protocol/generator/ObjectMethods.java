package io.rowlock.protocol.generator;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.Arrays;
import java.util.Objects;
import javax.lang.model.element.Modifier;

/** {@code equals}, {@code hashCode} and {@code toString} of a struct. */
final class ObjectMethods {
    private final StructSchema struct;
    private final ClassName self;

    ObjectMethods(StructSchema struct, ClassName self) {
        this.struct = struct;
        this.self = self;
    }

    void addTo(TypeSpec.Builder type) {
        type.addMethod(equalsMethod());
        type.addMethod(hashCodeMethod());
        type.addMethod(toStringMethod());
    }

    private MethodSpec equalsMethod() {
        CodeBlock.Builder code = CodeBlock.builder();
        code.beginControlFlow("if (!(other instanceof $T))", self);
        code.addStatement("return false");
        code.endControlFlow();
        code.addStatement("$T that = ($T) other", self, self);
        for (FieldSchema field : struct.fields()) {
            code.beginControlFlow("if ($L)", differs(field));
            code.addStatement("return false");
            code.endControlFlow();
        }
        code.addStatement(
                "return $T.sameFields(this.unknownTaggedFields, that.unknownTaggedFields)", Names.RAW_TAGGED_FIELD);
        return MethodSpec.methodBuilder("equals")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(TypeName.BOOLEAN)
                .addParameter(ClassName.OBJECT.annotated(Names.nullable()), "other")
                .addCode(code.build())
                .build();
    }

    private static CodeBlock differs(FieldSchema field) {
        String name = field.name();
        if (field.type() == FieldType.Primitive.FLOAT64) {
            return CodeBlock.of("$T.compare(this.$L, that.$L) != 0", Double.class, name, name);
        }
        if (field.type().isScalar()) {
            return CodeBlock.of("this.$L != that.$L", name, name);
        }
        Class<?> comparer = field.type() == FieldType.Primitive.BYTES ? Arrays.class : Objects.class;
        return CodeBlock.of("!$T.equals(this.$L, that.$L)", comparer, name, name);
    }

    private MethodSpec hashCodeMethod() {
        CodeBlock.Builder code = CodeBlock.builder();
        code.addStatement("int hash = 0");
        for (FieldSchema field : struct.fields()) {
            code.addStatement("hash = 31 * hash + $L", hash(field));
        }
        code.addStatement("return hash");
        return MethodSpec.methodBuilder("hashCode")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(TypeName.INT)
                .addCode(code.build())
                .build();
    }

    private static CodeBlock hash(FieldSchema field) {
        FieldType type = field.type();
        if (type.isScalar()) {
            return CodeBlock.of(
                    "$T.hashCode(this.$L)", type.javaType(ClassName.OBJECT).box(), field.name());
        }
        Class<?> hasher = type == FieldType.Primitive.BYTES ? Arrays.class : Objects.class;
        return CodeBlock.of("$T.hashCode(this.$L)", hasher, field.name());
    }

    /** Of bytes only the length is shown: they may be a password's. */
    private MethodSpec toStringMethod() {
        CodeBlock.Builder code = CodeBlock.builder();
        code.add("return $S", self.simpleName() + "(");
        String separator = "";
        for (FieldSchema field : struct.fields()) {
            String name = field.name();
            code.add("\n+ $S + ", separator + name + "=");
            if (field.type() == FieldType.Primitive.BYTES) {
                String length = "this." + name + ".length + \" bytes\"";
                code.add(field.mayBeNull() ? "(this." + name + " == null ? \"null\" : " + length + ")" : length);
            } else if (field.type() == FieldType.Primitive.STRING) {
                code.add("(this.$L == null ? $S : '\\'' + this.$L + '\\'')", name, "null", name);
            } else {
                code.add("this.$L", name);
            }
            separator = ", ";
        }
        code.addStatement("\n+ ')'");
        return MethodSpec.methodBuilder("toString")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(String.class)
                .addCode(code.build())
                .build();
    }
}
