package io.rowlock.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/** Compares our messages with Kafka's, and builds ours from Kafka's, accessor by accessor and setter by setter. */
final class Mirror {
    private static final Set<String> NOT_FIELDS_OF_KAFKA = Set.of("_unknownTaggedFields", "next", "prev");
    private static final Map<Class<?>, List<Property>> PROPERTIES = new ConcurrentHashMap<>();

    /** One field of one of our structs. */
    private record Property(String name, Method getter, Method setter) {}

    private Mirror() {}

    /** Fails unless both hold the same values under the same names. */
    static void assertSame(@Nullable Object ours, @Nullable Object kafkas, String where) {
        if (ours == null || kafkas == null) {
            assertThat(ours).as(where).isNull();
            assertThat(kafkas).as(where).isNull();
        } else if (ours instanceof UUID uuid) {
            assertThat(kafkas).as(where).isEqualTo(kafkaUuid(uuid));
        } else if (ours instanceof byte[] bytes) {
            assertThat(bytesOf(kafkas)).as(where).isEqualTo(bytes);
        } else if (ours instanceof BufferRecords records) {
            assertThat(Unpooled.wrappedBuffer(bytesOf(kafkas))).as(where).isEqualTo(records.buffer());
        } else if (ours instanceof List<?> list) {
            assertSameElements(list, (Collection<?>) kafkas, where);
        } else if (ours.getClass().getName().startsWith("io.rowlock")) {
            assertSameStruct(ours, kafkas, where);
        } else {
            assertThat(kafkas).as(where).isEqualTo(ours);
        }
    }

    private static void assertSameElements(List<?> ours, Collection<?> kafkas, String where) {
        assertThat(kafkas).as(where).hasSize(ours.size());
        Iterator<?> other = kafkas.iterator();
        for (int i = 0; i < ours.size(); i++) {
            assertSame(ours.get(i), other.next(), where + "[" + i + "]");
        }
    }

    private static void assertSameStruct(Object ours, Object kafkas, String where) {
        List<Property> properties = propertiesOf(ours.getClass());
        assertThat(properties.stream().map(Property::name)).as(where).containsExactlyElementsOf(kafkaFields(kafkas));
        for (Property property : properties) {
            assertSame(call(ours, property.getter()), kafkaValue(kafkas, property), where + "." + property.name());
        }
        assertSameTags(ours, kafkas, where);
    }

    private static void assertSameTags(Object ours, Object kafkas, String where) {
        List<?> ourTags = (List<?>) call(ours, method(ours.getClass(), "unknownTaggedFields"));
        List<?> kafkaTags = (List<?>) call(kafkas, method(kafkas.getClass(), "unknownTaggedFields"));
        assertThat(ourTags).as(where).hasSize(kafkaTags.size());
        for (int i = 0; i < ourTags.size(); i++) {
            var our = (RawTaggedField) ourTags.get(i);
            var kafka = (org.apache.kafka.common.protocol.types.RawTaggedField) kafkaTags.get(i);
            assertThat(our.tag()).as(where).isEqualTo(kafka.tag());
            assertThat(our.data()).as(where).isEqualTo(kafka.data());
        }
    }

    /** A struct of ours that was made by its constructor and setters alone. */
    static Object copy(Object kafkas, Class<?> ourType) {
        Object ours = MessageKind.create(ourType);
        for (Property property : propertiesOf(ourType)) {
            Type type = property.setter().getGenericParameterTypes()[0];
            Object self = call(ours, property.setter(), convert(kafkaValue(kafkas, property), type));
            assertThat(self).isSameAs(ours);
        }
        @SuppressWarnings("unchecked")
        List<RawTaggedField> tags = (List<RawTaggedField>) call(ours, method(ourType, "unknownTaggedFields"));
        for (Object tag : (List<?>) call(kafkas, method(kafkas.getClass(), "unknownTaggedFields"))) {
            var kafka = (org.apache.kafka.common.protocol.types.RawTaggedField) tag;
            tags.add(0, new RawTaggedField(kafka.tag(), kafka.data()));
        }
        return ours;
    }

    private static @Nullable Object convert(@Nullable Object kafkas, Type ourType) {
        if (kafkas == null) {
            return null;
        }
        if (ourType instanceof ParameterizedType list) {
            List<Object> elements = new ArrayList<>();
            for (Object element : (Collection<?>) kafkas) {
                elements.add(convert(element, list.getActualTypeArguments()[0]));
            }
            return elements;
        }
        Class<?> ours = (Class<?>) ourType;
        if (ours == UUID.class) {
            Uuid uuid = (Uuid) kafkas;
            return new UUID(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
        }
        if (ours == byte[].class) {
            return bytesOf(kafkas);
        }
        if (ours == Records.class) {
            return new BufferRecords(Unpooled.wrappedBuffer(bytesOf(kafkas)));
        }
        return ours.getName().startsWith("io.rowlock") ? copy(kafkas, ours) : kafkas;
    }

    private static Uuid kafkaUuid(UUID uuid) {
        return new Uuid(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
    }

    private static byte[] bytesOf(Object kafkas) {
        if (kafkas instanceof byte[] bytes) {
            return bytes;
        }
        ByteBuffer buffer =
                kafkas instanceof MemoryRecords records ? records.buffer() : ((ByteBuffer) kafkas).duplicate();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static List<Property> propertiesOf(Class<?> type) {
        return PROPERTIES.computeIfAbsent(type, Mirror::findProperties);
    }

    private static List<Property> findProperties(Class<?> type) {
        List<Property> properties = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            String name = field.getName();
            if (!Modifier.isStatic(field.getModifiers()) && !name.equals("unknownTaggedFields")) {
                String setter = "set" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
                properties.add(new Property(name, method(type, name), method(type, setter, field.getType())));
            }
        }
        properties.sort(Comparator.comparing(Property::name));
        return properties;
    }

    private static Set<String> kafkaFields(Object kafkas) {
        Set<String> names = new TreeSet<>();
        Arrays.stream(kafkas.getClass().getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()))
                .map(Field::getName)
                .filter(name -> !NOT_FIELDS_OF_KAFKA.contains(name))
                .forEach(names::add);
        return names;
    }

    private static @Nullable Object kafkaValue(Object kafkas, Property property) {
        return call(kafkas, method(kafkas.getClass(), property.name()));
    }

    private static Method method(Class<?> type, String name, Class<?>... parameters) {
        try {
            return type.getMethod(name, parameters);
        } catch (NoSuchMethodException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    private static Object call(Object target, Method method, @Nullable Object... arguments) {
        try {
            return method.invoke(target, arguments);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(method + " of " + target, e);
        }
    }
}
