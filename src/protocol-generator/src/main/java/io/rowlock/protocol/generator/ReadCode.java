package io.rowlock.protocol.generator;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import java.util.List;

/** The body of the constructor that reads a struct from {@code in} as {@code version}. */
final class ReadCode {
    private final MessageSchema message;
    private final ClassName messageClass;
    private final MinimumSize minimumSize;

    ReadCode(MessageSchema message) {
        this.message = message;
        this.messageClass = message.className();
        this.minimumSize = new MinimumSize(message);
    }

    CodeBlock body(StructSchema struct) {
        CodeBlock.Builder code = CodeBlock.builder();
        for (FieldSchema field : struct.plainFields()) {
            readWhereCarried(code, struct, field);
        }
        for (FieldSchema field : struct.taggedFields()) {
            code.addStatement("this.$L = $L", field.name(), Defaults.value(field, messageClass));
        }
        readTags(code, struct);
        return code.build();
    }

    private void readWhereCarried(CodeBlock.Builder code, StructSchema struct, FieldSchema field) {
        Condition carried = Condition.of(field.versions(), struct.versions());
        if (carried.isNever()) {
            code.addStatement("this.$L = $L", field.name(), Defaults.value(field, messageClass));
        } else if (carried.isAlways()) {
            read(code, struct, field);
        } else {
            code.beginControlFlow("if ($L)", carried.java());
            read(code, struct, field);
            code.nextControlFlow("else");
            code.addStatement("this.$L = $L", field.name(), Defaults.value(field, messageClass));
            code.endControlFlow();
        }
    }

    private void read(CodeBlock.Builder code, StructSchema struct, FieldSchema field) {
        if (field.type() instanceof FieldType.Array array) {
            readArray(code, struct, field, array);
        } else if (field.type() instanceof FieldType.Struct) {
            code.addStatement("this.$L = $L", field.name(), structValue(field));
        } else {
            code.addStatement(
                    "this.$L = $L",
                    field.name(),
                    primitive((FieldType.Primitive) field.type(), field, message.nameOf(struct, field)));
        }
    }

    private CodeBlock structValue(FieldSchema field) {
        TypeName type = field.type().javaType(messageClass);
        Condition nullable = Condition.of(field.nullable(), field.versions());
        CodeBlock value = CodeBlock.of("new $T(in, version)", type);
        if (nullable.isNever()) {
            return value;
        }
        CodeBlock isNull = CodeBlock.of("$T.readByte(in) < 0", Names.READER);
        return nullable.isAlways()
                ? CodeBlock.of("$L ? null : $L", isNull, value)
                : CodeBlock.of("$L && $L ? null : $L", nullable.java(), isNull, value);
    }

    private CodeBlock primitive(FieldType.Primitive type, FieldSchema field, String where) {
        if (type.fixedSize() > 0) {
            return CodeBlock.of("$T.read$L(in)", Names.READER, type.stem());
        }
        String flexible = flexible(field);
        Condition nullable = Condition.of(field.nullable(), field.versions());
        if (type == FieldType.Primitive.RECORDS) {
            return CodeBlock.of("$T.readRecords(in, $L, $L, $S)", Names.READER, flexible, nullable.java(), where);
        }
        return nullable.isNever()
                ? CodeBlock.of("$T.read$L(in, $L, $S)", Names.READER, type.stem(), flexible, where)
                : CodeBlock.of(
                        "$T.readNullable$L(in, $L, $L, $S)",
                        Names.READER,
                        type.stem(),
                        flexible,
                        nullable.java(),
                        where);
    }

    private void readArray(CodeBlock.Builder code, StructSchema struct, FieldSchema field, FieldType.Array array) {
        String count = field.name() + "Count";
        String list = field.name() + "Read";
        Condition nullable = Condition.of(field.nullable(), field.versions());
        code.addStatement(
                "int $L = $T.readCount(in, $L, $L, $L, $S)",
                count,
                Names.READER,
                flexible(field),
                nullable.java(),
                minimumSize.ofElement(field, array),
                message.nameOf(struct, field));
        if (!nullable.isNever()) {
            code.beginControlFlow("if ($L < 0)", count);
            code.addStatement("this.$L = null", field.name());
            code.nextControlFlow("else");
        }
        TypeName element = array.element().javaType(messageClass).box();
        code.addStatement(
                "$T $L = $T.listFor($L)",
                ParameterizedTypeName.get(ClassName.get(List.class), element),
                list,
                Names.READER,
                count);
        code.beginControlFlow("for (int i = 0; i < $L; i++)", count);
        code.addStatement("$L.add($L)", list, element(struct, field, array.element()));
        code.endControlFlow();
        code.addStatement("this.$L = $L", field.name(), list);
        if (!nullable.isNever()) {
            code.endControlFlow();
        }
    }

    private CodeBlock element(StructSchema struct, FieldSchema field, FieldType element) {
        if (element instanceof FieldType.Struct) {
            return CodeBlock.of("new $T(in, version)", element.javaType(messageClass));
        }
        FieldType.Primitive primitive = (FieldType.Primitive) element;
        return primitive.fixedSize() > 0
                ? CodeBlock.of("$T.read$L(in)", Names.READER, primitive.stem())
                : CodeBlock.of(
                        "$T.read$L(in, $L, $S)",
                        Names.READER,
                        primitive.stem(),
                        flexible(field),
                        message.nameOf(struct, field) + "[]");
    }

    private void readTags(CodeBlock.Builder code, StructSchema struct) {
        Condition flexible = Condition.of(struct.flexible(), struct.versions());
        if (flexible.isNever()) {
            return;
        }
        if (!flexible.isAlways()) {
            code.beginControlFlow("if ($L)", flexible.java());
        }
        if (struct.taggedFields().isEmpty()) {
            code.addStatement(
                    "this.unknownTaggedFields = $T.readUnknownTags(in, $S)", Names.READER, message.nameOf(struct));
        } else {
            readKnownTags(code, struct);
        }
        if (!flexible.isAlways()) {
            code.endControlFlow();
        }
    }

    private void readKnownTags(CodeBlock.Builder code, StructSchema struct) {
        String name = message.nameOf(struct);
        code.beginControlFlow("for (int tagsLeft = $T.readUnsignedVarint(in); tagsLeft > 0; tagsLeft--)", Names.READER);
        code.addStatement("int tag = $T.readUnsignedVarint(in)", Names.READER);
        code.addStatement("int tagSize = $T.readTagSize(in, $S)", Names.READER, name);
        code.addStatement("int tagEnd = in.readerIndex() + tagSize");
        code.beginControlFlow("switch (tag)");
        for (FieldSchema field : struct.taggedFields()) {
            code.beginControlFlow("case $L ->", field.tag());
            readTag(code, struct, field);
            code.endControlFlow();
        }
        code.addStatement(
                "default -> this.unknownTaggedFields ="
                        + " $T.readUnknownTag(in, this.unknownTaggedFields, tag, tagSize)",
                Names.READER);
        code.endControlFlow();
        code.addStatement("$T.endTag(in, tagEnd, tag, $S)", Names.READER, name);
        code.endControlFlow();
    }

    private void readTag(CodeBlock.Builder code, StructSchema struct, FieldSchema field) {
        Condition carried = Condition.of(field.versions(), struct.flexible());
        if (!carried.isAlways()) {
            code.beginControlFlow(
                    carried.isNever() ? "if ($L)" : "if (!($L))", carried.isNever() ? "true" : carried.java());
            code.addStatement("throw $T.tagNotInVersion($S, tag, version)", Names.READER, message.nameOf(struct));
            code.endControlFlow();
        }
        read(code, struct, field);
    }

    private String flexible(FieldSchema field) {
        return Condition.of(field.flexible(), field.versions()).java();
    }
}
