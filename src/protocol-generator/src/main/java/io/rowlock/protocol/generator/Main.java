package io.rowlock.protocol.generator;

import com.palantir.javapoet.JavaFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Generates the protocol's source into the folder that is the only argument. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            throw new IllegalArgumentException("the only argument is the folder to write to");
        }
        new SourceFolder(Path.of(arguments[0])).sync(files());
    }

    static List<JavaFile> files() throws IOException {
        List<MessageSchema> messages = SchemaSource.messages();
        List<JavaFile> files = new ArrayList<>();
        for (MessageSchema message : messages) {
            files.add(new MessageClass(message).file());
        }
        files.add(new ApiKeyEnum(messages).file());
        files.add(ErrorCodeEnum.file());
        return files;
    }
}
