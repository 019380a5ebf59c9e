package io.rowlock.protocol.generator;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import java.util.ArrayList;

/** What fields hold before they are set, and how to ask whether they still do. */
final class Defaults {
    private Defaults() {}

    /** An expression that makes the field's default. */
    static CodeBlock value(FieldSchema field, ClassName message) {
        if (field.defaultsToNull()) {
            return CodeBlock.of("null");
        }
        FieldType type = field.type();
        if (type instanceof FieldType.Array) {
            return CodeBlock.of("new $T<>(0)", ArrayList.class);
        }
        if (type instanceof FieldType.Struct) {
            return CodeBlock.of("new $T()", type.javaType(message));
        }
        String text = field.defaultText();
        return primitive((FieldType.Primitive) type, text == null ? "" : text);
    }

    /** No text stands for zero, false or empty. */
    private static CodeBlock primitive(FieldType.Primitive type, String text) {
        return switch (type) {
            case BOOL -> CodeBlock.of("$L", !text.isEmpty() && truth(text));
            case INT8 -> CodeBlock.of("(byte) $L", number(text, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case INT16 -> CodeBlock.of("(short) $L", number(text, Short.MIN_VALUE, Short.MAX_VALUE));
            case UINT16 -> CodeBlock.of("$L", number(text, 0, 0xffff));
            case INT32 -> CodeBlock.of("$L", number(text, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case UINT32 -> CodeBlock.of("$LL", number(text, 0, 0xffffffffL));
            case INT64 -> CodeBlock.of("$LL", number(text, Long.MIN_VALUE, Long.MAX_VALUE));
            case FLOAT64 -> CodeBlock.of("$L", text.isEmpty() ? 0.0 : Double.parseDouble(text));
            case STRING -> CodeBlock.of("$S", text);
            case UUID -> withoutText(type, text, CodeBlock.of("$T.ZERO_UUID", Names.READER));
            case BYTES -> withoutText(type, text, CodeBlock.of("$T.NO_BYTES", Names.READER));
            case RECORDS -> CodeBlock.of("null");
        };
    }

    private static CodeBlock withoutText(FieldType.Primitive type, String text, CodeBlock value) {
        if (!text.isEmpty()) {
            throw new SchemaException("fields of type " + type + " cannot have a default");
        }
        return value;
    }

    private static boolean truth(String text) {
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            throw new SchemaException("not a boolean: \"" + text + "\"");
        }
        return text.equalsIgnoreCase("true");
    }

    private static long number(String text, long lowest, long highest) {
        if (text.isEmpty()) {
            return 0;
        }
        long value;
        try {
            value = Long.decode(text);
        } catch (NumberFormatException e) {
            throw new SchemaException("not a number: \"" + text + "\"");
        }
        if (value < lowest || value > highest) {
            throw new SchemaException("the default " + text + " does not fit its type");
        }
        return value;
    }

    /** A condition that holds when the field's value is not the default. */
    static CodeBlock isSet(FieldSchema field, ClassName message) {
        String name = "this." + field.name();
        if (field.defaultsToNull()) {
            return CodeBlock.of("$L != null", name);
        }
        FieldType type = field.type();
        if (type.isScalar()) {
            return scalarIsSet(field, name, message);
        }
        String orNull = field.mayBeNull() ? name + " == null || " : "";
        if (type instanceof FieldType.Array) {
            return CodeBlock.of("$L!$L.isEmpty()", orNull, name);
        }
        if (type instanceof FieldType.Struct) {
            return CodeBlock.of("$L!$L.isDefault()", orNull, name);
        }
        if (type == FieldType.Primitive.BYTES) {
            return CodeBlock.of("$L$L.length != 0", orNull, name);
        }
        return CodeBlock.of("$L!$L.equals($L)", orNull, name, value(field, message));
    }

    private static CodeBlock scalarIsSet(FieldSchema field, String name, ClassName message) {
        CodeBlock value = value(field, message);
        if (field.type() == FieldType.Primitive.BOOL) {
            return CodeBlock.of(value.toString().equals("true") ? "!$L" : "$L", name);
        }
        return CodeBlock.of("$L != $L", name, value);
    }
}
