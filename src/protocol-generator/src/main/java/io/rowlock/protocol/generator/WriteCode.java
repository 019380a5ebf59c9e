package io.rowlock.protocol.generator;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import java.util.List;

/** The body of the method that writes a struct to {@code out} as {@code version}. */
final class WriteCode {
    private final MessageSchema message;
    private final ClassName messageClass;

    WriteCode(MessageSchema message) {
        this.message = message;
        this.messageClass = message.className();
    }

    CodeBlock body(StructSchema struct) {
        CodeBlock.Builder code = CodeBlock.builder();
        for (FieldSchema field : struct.fields()) {
            writeWhereCarried(code, struct, field);
        }
        writeTags(code, struct);
        return code.build();
    }

    private void writeWhereCarried(CodeBlock.Builder code, StructSchema struct, FieldSchema field) {
        Condition carried = Condition.of(field.versions(), struct.versions());
        if (!field.isTagged() && !carried.isNever()) {
            if (carried.isAlways()) {
                write(code, struct, field);
                return;
            }
            code.beginControlFlow("if ($L)", carried.java());
            write(code, struct, field);
            if (!field.ignorable()) {
                code.nextControlFlow("else if ($L)", Defaults.isSet(field, messageClass));
                refuse(code, struct, field);
            }
            code.endControlFlow();
        } else if (!field.ignorable() && !carried.isAlways()) {
            CodeBlock set = Defaults.isSet(field, messageClass);
            code.beginControlFlow(
                    "if ($L)", carried.isNever() ? set : CodeBlock.of("!($L) && ($L)", carried.java(), set));
            refuse(code, struct, field);
            code.endControlFlow();
        }
    }

    private void refuse(CodeBlock.Builder code, StructSchema struct, FieldSchema field) {
        code.addStatement(
                "throw $T.fieldNotCarried($S, version)", Names.UNSUPPORTED_VERSION, message.nameOf(struct, field));
    }

    private void write(CodeBlock.Builder code, StructSchema struct, FieldSchema field) {
        Condition nullable = Condition.of(field.nullable(), field.versions());
        if (field.type() instanceof FieldType.Array array) {
            writeArray(code, struct, field, array, nullable);
        } else if (field.type() instanceof FieldType.Struct) {
            writeStruct(code, struct, field, nullable);
        } else {
            FieldType.Primitive type = (FieldType.Primitive) field.type();
            writePrimitive(code, type, field, nullable, message.nameOf(struct, field));
        }
    }

    private void writePrimitive(
            CodeBlock.Builder code, FieldType.Primitive type, FieldSchema field, Condition nullable, String where) {
        String flexible = flexible(field);
        if (type.fixedSize() > 0) {
            code.addStatement("out.write$L(this.$L)", fixedStem(type), field.name());
        } else if (type == FieldType.Primitive.RECORDS) {
            code.addStatement("out.writeRecords(this.$L, $L, $L, $S)", field.name(), flexible, nullable.java(), where);
        } else if (!nullable.isNever()) {
            code.addStatement(
                    "out.writeNullable$L(this.$L, $L, $L, $S)",
                    type.stem(),
                    field.name(),
                    flexible,
                    nullable.java(),
                    where);
        } else if (type == FieldType.Primitive.STRING) {
            code.addStatement("out.writeString(this.$L, $L, $S)", field.name(), flexible, where);
        } else {
            code.addStatement("out.writeBytes(this.$L, $L)", field.name(), flexible);
        }
    }

    /** Signed and unsigned shorts are written alike. */
    private static String fixedStem(FieldType.Primitive type) {
        return type == FieldType.Primitive.UINT16 ? FieldType.Primitive.INT16.stem() : type.stem();
    }

    private void writeStruct(CodeBlock.Builder code, StructSchema struct, FieldSchema field, Condition nullable) {
        if (nullable.isNever()) {
            code.addStatement("this.$L.write(out, version)", field.name());
            return;
        }
        code.beginControlFlow("if (this.$L == null)", field.name());
        code.addStatement("$T.requireNullable($L, $S)", Names.WRITER, nullable.java(), message.nameOf(struct, field));
        code.addStatement("out.writeByte(-1)");
        code.nextControlFlow("else");
        if (nullable.isAlways()) {
            code.addStatement("out.writeByte(1)");
        } else {
            code.beginControlFlow("if ($L)", nullable.java());
            code.addStatement("out.writeByte(1)");
            code.endControlFlow();
        }
        code.addStatement("this.$L.write(out, version)", field.name());
        code.endControlFlow();
    }

    private void writeArray(
            CodeBlock.Builder code, StructSchema struct, FieldSchema field, FieldType.Array array, Condition nullable) {
        String flexible = flexible(field);
        if (field.mayBeNull()) {
            code.beginControlFlow("if (this.$L == null)", field.name());
            code.addStatement(
                    "out.writeNullCount($L, $L, $S)", flexible, nullable.java(), message.nameOf(struct, field));
            code.nextControlFlow("else");
        }
        TypeName element = array.element().javaType(messageClass);
        code.addStatement("out.writeCount(this.$L.size(), $L)", field.name(), flexible);
        code.beginControlFlow("for ($T element : this.$L)", element, field.name());
        if (array.element() instanceof FieldType.Primitive primitive) {
            if (primitive.fixedSize() > 0) {
                code.addStatement("out.write$L(element)", fixedStem(primitive));
            } else {
                code.addStatement("out.writeString(element, $L, $S)", flexible, message.nameOf(struct, field) + "[]");
            }
        } else {
            code.addStatement("element.write(out, version)");
        }
        code.endControlFlow();
        if (field.mayBeNull()) {
            code.endControlFlow();
        }
    }

    private void writeTags(CodeBlock.Builder code, StructSchema struct) {
        Condition flexible = Condition.of(struct.flexible(), struct.versions());
        if (!flexible.isNever()) {
            if (!flexible.isAlways()) {
                code.beginControlFlow("if ($L)", flexible.java());
            }
            if (struct.taggedFields().isEmpty()) {
                code.addStatement("out.writeUnknownTags(this.unknownTaggedFields)");
            } else {
                writeKnownTags(code, struct);
            }
        }
        if (!flexible.isAlways()) {
            String prefix = flexible.isNever() ? "if" : "else if";
            String condition = prefix + " (this.unknownTaggedFields != null && !this.unknownTaggedFields.isEmpty())";
            if (flexible.isNever()) {
                code.beginControlFlow(condition);
            } else {
                code.nextControlFlow(condition);
            }
            code.addStatement(
                    "throw $T.noTaggedFields($S, version)", Names.UNSUPPORTED_VERSION, message.nameOf(struct));
            code.endControlFlow();
        }
    }

    private void writeKnownTags(CodeBlock.Builder code, StructSchema struct) {
        code.addStatement(
                "$T unknown = $T.inTagOrder(this.unknownTaggedFields)",
                ParameterizedTypeName.get(ClassName.get(List.class), Names.RAW_TAGGED_FIELD),
                Names.RAW_TAGGED_FIELD);
        code.addStatement("int tagCount = unknown.size()");
        for (FieldSchema field : struct.taggedFields()) {
            code.beginControlFlow("if ($L)", tagIsWritten(struct, field));
            code.addStatement("tagCount++");
            code.endControlFlow();
        }
        code.addStatement("out.writeUnsignedVarint(tagCount)");
        code.addStatement("int nextUnknown = 0");
        for (FieldSchema field : struct.taggedFields()) {
            code.addStatement("nextUnknown = out.writeUnknownTagsBefore($L, unknown, nextUnknown)", field.tag());
            code.beginControlFlow("if ($L)", tagIsWritten(struct, field));
            String start = field.name() + "Start";
            code.addStatement("int $L = out.beginTag($L)", start, field.tag());
            write(code, struct, field);
            code.addStatement("out.endTag($L)", start);
            code.endControlFlow();
        }
        code.addStatement("out.writeUnknownTagsFrom(unknown, nextUnknown)");
    }

    private CodeBlock tagIsWritten(StructSchema struct, FieldSchema field) {
        Condition carried = Condition.of(field.versions(), struct.flexible());
        CodeBlock set = Defaults.isSet(field, messageClass);
        return carried.isAlways() ? set : CodeBlock.of("($L) && ($L)", carried.java(), set);
    }

    private String flexible(FieldSchema field) {
        return Condition.of(field.flexible(), field.versions()).java();
    }
}
