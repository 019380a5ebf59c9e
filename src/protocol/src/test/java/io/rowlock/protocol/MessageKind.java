package io.rowlock.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.protocol.types.Schema;

/** One of our message classes next to Kafka's own of the same schema. */
record MessageKind(Class<? extends ApiMessage> ours, Class<? extends Message> kafkas) {

    /** All messages that were generated. */
    static List<MessageKind> all() {
        try {
            Path root = Path.of(ApiKey.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            try (Stream<Path> files = Files.list(root.resolve("io/rowlock/protocol/message"))) {
                return files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".class") && !name.contains("$") && !name.contains("-"))
                        .map(name -> of(name.substring(0, name.length() - ".class".length())))
                        .sorted((a, b) -> a.name().compareTo(b.name()))
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    static MessageKind of(String name) {
        try {
            Class<?> ours = Class.forName("io.rowlock.protocol.message." + name);
            return new MessageKind(ours.asSubclass(ApiMessage.class), kafkaClass(name));
        } catch (ClassNotFoundException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    private static Class<? extends Message> kafkaClass(String name) throws ClassNotFoundException {
        String kafkas = "org.apache.kafka.common.message." + name;
        boolean wire = name.endsWith("Request") || name.endsWith("Response") || name.endsWith("Header");
        return Class.forName(wire ? kafkas + "Data" : kafkas).asSubclass(Message.class);
    }

    String name() {
        return ours.getSimpleName();
    }

    short lowest() {
        return ((Message) create(kafkas)).lowestSupportedVersion();
    }

    short highest() {
        return ((Message) create(kafkas)).highestSupportedVersion();
    }

    Schema schema(short version) {
        try {
            return ((Schema[]) kafkas.getField("SCHEMAS").get(null))[version];
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    Message readAsKafka(byte[] bytes, short version) {
        try {
            Constructor<? extends Message> constructor = kafkas.getConstructor(Readable.class, short.class);
            return constructor.newInstance(new ByteBufferAccessor(ByteBuffer.wrap(bytes)), version);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(name() + " version " + version, e);
        }
    }

    /** Reads a whole message and requires that nothing follows it. */
    ApiMessage read(ByteBuf in, short version) {
        ApiMessage message = readPart(in, version);
        MessageReader.requireEnd(in, name());
        return message;
    }

    ApiMessage read(byte[] bytes, short version) {
        return read(Unpooled.wrappedBuffer(bytes), version);
    }

    private ApiMessage readPart(ByteBuf in, short version) {
        try {
            Method read = ours.getMethod("read", ByteBuf.class, short.class);
            return (ApiMessage) read.invoke(null, in, version);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(name() + " version " + version, e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    static byte[] write(ApiMessage message, short version) {
        MessageWriter out = new MessageWriter(UnpooledByteBufAllocator.DEFAULT, 64);
        try {
            message.write(out, version);
            return allBytes(out);
        } finally {
            out.release();
        }
    }

    /** What would go to the socket: stretches of the buffer and records in turn. */
    static byte[] allBytes(MessageWriter out) {
        ByteBuffer all = ByteBuffer.allocate(out.totalSize());
        ByteBuf buffer = out.buffer();
        int sent = 0;
        for (MessageWriter.Insertion insertion : out.insertions()) {
            put(all, buffer.slice(sent, insertion.position() - sent));
            put(all, ((BufferRecords) insertion.records()).buffer());
            sent = insertion.position();
        }
        put(all, buffer.slice(sent, buffer.writerIndex() - sent));
        if (all.hasRemaining()) {
            throw new AssertionError("totalSize() promised " + all.remaining() + " bytes more");
        }
        return all.array();
    }

    private static void put(ByteBuffer to, ByteBuf from) {
        to.put(from.nioBuffer());
    }

    static byte[] writeAsKafka(Message message, short version) {
        ByteBuffer buffer = MessageUtil.toByteBufferAccessor(message, version).buffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    static Object create(Class<?> type) {
        try {
            return type.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type.getName(), e);
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
