package io.rowlock.protocol.generator;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.kafka.common.protocol.Errors;

/** The schema files inside the {@code kafka-clients} jar on the class path. */
final class SchemaSource {
    private static final String FOLDER = "common/message/";

    private SchemaSource() {}

    /** All messages that have versions left, by name. */
    static List<MessageSchema> messages() throws IOException {
        List<MessageSchema> messages = new ArrayList<>();
        try (ZipFile jar = new ZipFile(jarOfKafkaClients().toFile())) {
            for (ZipEntry entry : jar.stream().toList()) {
                if (entry.getName().startsWith(FOLDER) && entry.getName().endsWith(".json")) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        read(entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8))
                                .ifPresent(messages::add);
                    }
                }
            }
        }
        if (messages.isEmpty()) {
            throw new SchemaException("no schemas under " + FOLDER + " in the kafka-clients jar");
        }
        messages.sort(Comparator.comparing(MessageSchema::name));
        return messages;
    }

    private static Optional<MessageSchema> read(String file, String json) {
        try {
            return SchemaReader.read(json);
        } catch (SchemaException e) {
            throw new SchemaException(file + ": " + e.getMessage());
        }
    }

    private static Path jarOfKafkaClients() throws IOException {
        CodeSource source = Errors.class.getProtectionDomain().getCodeSource();
        URL location = source.getLocation();
        try {
            return Path.of(location.toURI());
        } catch (URISyntaxException e) {
            throw new IOException("the kafka-clients jar is at no usable place: " + location, e);
        }
    }
}
