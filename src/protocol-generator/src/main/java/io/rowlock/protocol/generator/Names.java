package io.rowlock.protocol.generator;

import com.palantir.javapoet.AnnotationSpec;
import com.palantir.javapoet.ClassName;

/** The hand-written and library classes that generated source refers to. */
final class Names {
    static final String PROTOCOL = "io.rowlock.protocol";
    static final String MESSAGE = "io.rowlock.protocol.message";

    static final ClassName API_KEY = ClassName.get(PROTOCOL, "ApiKey");
    static final ClassName API_MESSAGE = ClassName.get(PROTOCOL, "ApiMessage");
    static final ClassName ERROR_CODE = ClassName.get(PROTOCOL, "ErrorCode");
    static final ClassName READER = ClassName.get(PROTOCOL, "MessageReader");
    static final ClassName WRITER = ClassName.get(PROTOCOL, "MessageWriter");
    static final ClassName RECORDS = ClassName.get(PROTOCOL, "Records");
    static final ClassName RAW_TAGGED_FIELD = ClassName.get(PROTOCOL, "RawTaggedField");
    static final ClassName UNSUPPORTED_VERSION = ClassName.get(PROTOCOL, "UnsupportedVersionException");
    static final ClassName BYTE_BUF = ClassName.get("io.netty.buffer", "ByteBuf");
    static final ClassName NULLABLE = ClassName.get("org.jspecify.annotations", "Nullable");

    static final AnnotationSpec GENERATED = AnnotationSpec.builder(
                    ClassName.get("javax.annotation.processing", "Generated"))
            .addMember("value", "$S", Main.class.getName())
            .build();

    private Names() {}

    static AnnotationSpec nullable() {
        return AnnotationSpec.builder(NULLABLE).build();
    }

    /** The schemas' UpperCamelCase as Java's lowerCamelCase, in the way of Kafka's own classes. */
    static String lowerFirst(String name) {
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    static String upperFirst(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    /** {@code UpperCamelCase} as {@code UPPER_SNAKE_CASE}. */
    static String constant(String name) {
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (i > 0 && Character.isUpperCase(c) && !Character.isUpperCase(name.charAt(i - 1))) {
                result.append('_');
            }
            result.append(Character.toUpperCase(c));
        }
        return result.toString();
    }
}
