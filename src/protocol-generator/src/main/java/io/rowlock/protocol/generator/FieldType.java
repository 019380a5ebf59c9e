package io.rowlock.protocol.generator;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import java.util.List;
import java.util.Locale;

/** The type of a field in a schema. */
sealed interface FieldType {

    /** Everything that is neither a struct nor an array. */
    enum Primitive implements FieldType {
        BOOL("Boolean", 1),
        INT8("Byte", 1),
        INT16("Short", 2),
        UINT16("UnsignedShort", 2),
        INT32("Int", 4),
        UINT32("UnsignedInt", 4),
        INT64("Long", 8),
        FLOAT64("Double", 8),
        UUID("Uuid", 16),
        STRING("String", 0),
        BYTES("Bytes", 0),
        RECORDS("Records", 0);

        private final String stem;
        private final int fixedSize;

        Primitive(String stem, int fixedSize) {
            this.stem = stem;
            this.fixedSize = fixedSize;
        }

        /** What follows {@code read} and {@code write} in the names of the methods that read and write it. */
        String stem() {
            return stem;
        }

        /** Bytes on the wire, or 0 where they depend on the value. */
        int fixedSize() {
            return fixedSize;
        }

        @Override
        public TypeName javaType(ClassName message) {
            return switch (this) {
                case BOOL -> TypeName.BOOLEAN;
                case INT8 -> TypeName.BYTE;
                case INT16 -> TypeName.SHORT;
                case UINT16, INT32 -> TypeName.INT;
                case UINT32, INT64 -> TypeName.LONG;
                case FLOAT64 -> TypeName.DOUBLE;
                case UUID -> ClassName.get(java.util.UUID.class);
                case STRING -> ClassName.get(String.class);
                case BYTES -> ArrayTypeName.of(TypeName.BYTE);
                case RECORDS -> Names.RECORDS;
            };
        }
    }

    /** A struct of the same message. */
    record Struct(String name) implements FieldType {
        @Override
        public TypeName javaType(ClassName message) {
            return message.nestedClass(name);
        }
    }

    /** An array, which is a list in Java. */
    record Array(FieldType element) implements FieldType {
        @Override
        public TypeName javaType(ClassName message) {
            return ParameterizedTypeName.get(
                    ClassName.get(List.class), element.javaType(message).box());
        }
    }

    /** The type in Java of a field in {@code message}. */
    TypeName javaType(ClassName message);

    /** Whether values are numbers or booleans in Java. */
    default boolean isScalar() {
        return this instanceof Primitive primitive
                && primitive.javaType(ClassName.OBJECT).isPrimitive();
    }

    static FieldType parse(String text) {
        if (text.startsWith("[]")) {
            FieldType element = parse(text.substring(2));
            if (element instanceof Array || element == Primitive.RECORDS || element == Primitive.BYTES) {
                throw new SchemaException("arrays of " + text.substring(2) + " are not supported");
            }
            return new Array(element);
        }
        if (!text.isEmpty() && Character.isUpperCase(text.charAt(0))) {
            return new Struct(text);
        }
        for (Primitive primitive : Primitive.values()) {
            if (primitive.name().toLowerCase(Locale.ROOT).equals(text)) {
                return primitive;
            }
        }
        throw new SchemaException("unknown type: \"" + text + "\"");
    }
}
