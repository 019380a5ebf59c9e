package io.rowlock.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.TypeSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceFolderTest {
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000);

    @TempDir
    Path root;

    private static JavaFile file(String name, String doc) {
        return JavaFile.builder(
                        "a.b", TypeSpec.classBuilder(name).addJavadoc(doc).build())
                .build();
    }

    @Test
    void onlyWhatChangedIsWritten() throws IOException {
        SourceFolder folder = new SourceFolder(root);
        assertThat(folder.sync(List.of(file("A", "one"), file("B", "one")))).isEqualTo(2);
        Path a = root.resolve("a/b/A.java");
        Path b = root.resolve("a/b/B.java");
        Files.setLastModifiedTime(a, LONG_AGO);
        Files.setLastModifiedTime(b, LONG_AGO);

        assertThat(folder.sync(List.of(file("A", "one"), file("B", "two")))).isEqualTo(1);
        assertThat(Files.getLastModifiedTime(a)).isEqualTo(LONG_AGO);
        assertThat(Files.getLastModifiedTime(b)).isNotEqualTo(LONG_AGO);
        assertThat(Files.readString(b)).contains("two");
    }

    @Test
    void whatIsNoLongerGeneratedIsDeleted() throws IOException {
        SourceFolder folder = new SourceFolder(root);
        folder.sync(List.of(file("A", "one"), file("B", "one")));
        assertThat(folder.sync(List.of(file("A", "one")))).isEqualTo(1);
        assertThat(root.resolve("a/b/B.java")).doesNotExist();
        assertThat(root.resolve("a/b/A.java")).exists();
    }
}
