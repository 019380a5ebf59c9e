package io.rowlock.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The log with one defect: a source of it is changed, compiled in memory, and loaded with all else of this package beside the
 * real one. So tests show that they would find the defect, and the log knows nothing of that.
 */
final class Mutant extends ClassLoader {

    private static final Path SOURCES = Path.of("src/main/java/io/rowlock/log");
    private static final String PACKAGE = "io.rowlock.log.";

    private final Map<String, byte[]> changed = new HashMap<>();

    /** Puts {@code to} in the place of {@code from}, which must stand exactly once in the source of {@code simpleName}. */
    Mutant(String simpleName, String from, String to) throws IOException {
        super(Mutant.class.getClassLoader());
        String source = Files.readString(SOURCES.resolve(simpleName + ".java"));
        int at = source.indexOf(from);
        if (at < 0 || source.indexOf(from, at + 1) >= 0) {
            throw new IllegalArgumentException(simpleName + " does not hold this exactly once: " + from);
        }
        compile(simpleName, source.substring(0, at) + to + source.substring(at + from.length()));
    }

    private void compile(String simpleName, String source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager standard = compiler.getStandardFileManager(null, null, null);
                JavaFileManager files = new InMemory(standard)) {
            JavaFileObject file =
                    new SimpleJavaFileObject(
                            URI.create("mutant:///" + simpleName + ".java"), JavaFileObject.Kind.SOURCE) {
                        @Override
                        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                            return source;
                        }
                    };
            List<String> options = List.of("-proc:none", "-cp", System.getProperty("java.class.path"));
            if (!compiler.getTask(null, files, null, options, null, List.of(file))
                    .call()) {
                throw new IllegalArgumentException("the mutant of " + simpleName + " does not compile");
            }
        }
    }

    /** Keeps what the compiler makes. */
    private final class InMemory extends ForwardingJavaFileManager<StandardJavaFileManager> {
        private InMemory(StandardJavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("mutant:///" + className.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return new ByteArrayOutputStream() {
                        @Override
                        public void close() {
                            changed.put(className, toByteArray());
                        }
                    };
                }
            };
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PACKAGE)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] bytes = changed.get(name);
        if (bytes == null) {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                bytes = in.readAllBytes();
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
        return defineClass(name, bytes, 0, bytes.length);
    }
}
