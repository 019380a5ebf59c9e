package io.rowlock.protocol.generator;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import javax.lang.model.element.Modifier;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;

/** The enum of error codes, from Kafka's own. */
final class ErrorCodeEnum {
    private ErrorCodeEnum() {}

    static JavaFile file() {
        List<Errors> errors = Arrays.stream(Errors.values())
                .sorted(Comparator.comparingInt(Errors::code))
                .toList();
        TypeSpec.Builder type = TypeSpec.enumBuilder(Names.ERROR_CODE)
                .addAnnotation(Names.GENERATED)
                .addJavadoc("The error codes of Kafka's protocol, in the order of their codes.\n")
                .addModifiers(Modifier.PUBLIC);
        errors.forEach(error -> type.addEnumConstant(error.name(), constant(error)));
        addState(type);
        addLookup(type, errors.get(0).code(), errors.get(errors.size() - 1).code());
        return JavaFile.builder(Names.PROTOCOL, type.build())
                .indent("    ")
                .skipJavaLangImports(true)
                .build();
    }

    private static TypeSpec constant(Errors error) {
        ApiException exception = error.exception();
        boolean retriable = exception instanceof RetriableException;
        return TypeSpec.anonymousClassBuilder("$L, $S, $L", error.code(), error.message(), retriable)
                .build();
    }

    private static void addState(TypeSpec.Builder type) {
        ClassName string = ClassName.get(String.class);
        type.addField(TypeName.SHORT, "code", Modifier.PRIVATE, Modifier.FINAL);
        type.addField(string, "defaultMessage", Modifier.PRIVATE, Modifier.FINAL);
        type.addField(TypeName.BOOLEAN, "retriable", Modifier.PRIVATE, Modifier.FINAL);
        type.addMethod(MethodSpec.constructorBuilder()
                .addParameter(TypeName.INT, "code")
                .addParameter(string, "defaultMessage")
                .addParameter(TypeName.BOOLEAN, "retriable")
                .addStatement("this.code = (short) code")
                .addStatement("this.defaultMessage = defaultMessage")
                .addStatement("this.retriable = retriable")
                .build());
        type.addMethod(getter(TypeName.SHORT, "code", "code", "The number on the wire."));
        type.addMethod(getter(string, "defaultMessage", "defaultMessage", "What Kafka says about it in general."));
        type.addMethod(getter(
                TypeName.BOOLEAN,
                "isRetriable",
                "retriable",
                "Whether clients try the same request again by themselves."));
    }

    private static MethodSpec getter(TypeName type, String name, String field, String doc) {
        return MethodSpec.methodBuilder(name)
                .addJavadoc("$L\n", doc)
                .addModifiers(Modifier.PUBLIC)
                .returns(type)
                .addStatement("return $L", field)
                .build();
    }

    private static void addLookup(TypeSpec.Builder type, int lowest, int highest) {
        TypeName array = ArrayTypeName.of(Names.ERROR_CODE);
        type.addField(FieldSpec.builder(array, "BY_CODE", Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
                .initializer("new $T[$L]", Names.ERROR_CODE, highest - lowest + 1)
                .build());
        type.addStaticBlock(CodeBlock.builder()
                .beginControlFlow("for (int i = 0; i < BY_CODE.length; i++)")
                .addStatement("BY_CODE[i] = UNKNOWN_SERVER_ERROR")
                .endControlFlow()
                .beginControlFlow("for ($T error : values())", Names.ERROR_CODE)
                .addStatement("BY_CODE[error.code - ($L)] = error", lowest)
                .endControlFlow()
                .build());
        type.addMethod(MethodSpec.methodBuilder("forCode")
                .addJavadoc("The error with that code; UNKNOWN_SERVER_ERROR for codes that nobody has defined.\n")
                .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
                .returns(Names.ERROR_CODE)
                .addParameter(TypeName.INT, "code")
                .addStatement("int index = code - ($L)", lowest)
                .addStatement("return index >= 0 && index < BY_CODE.length ? BY_CODE[index] : UNKNOWN_SERVER_ERROR")
                .build());
    }
}
