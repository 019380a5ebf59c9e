package io.rowlock.systemtest;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Records that say who sent them and as which number, with values of mixed sizes that can be told from producer and number alone: so a reader can check every
 * byte without keeping what was sent. Record {@code n} of a producer goes to partition {@code n % partitions}.
 */
final class NumberedRecords {
    private static final int LARGEST_VALUE = 4_096;

    private final String topic;
    private final int partitions;
    private final byte[] pool = new byte[64 * 1024];

    NumberedRecords(String topic, int partitions) {
        this.topic = topic;
        this.partitions = partitions;
        fillWithHalfCompressibleBytes(pool);
    }

    private static void fillWithHalfCompressibleBytes(byte[] pool) {
        Random random = new Random(2);
        random.nextBytes(pool);
        for (int i = 0; i + 64 <= pool.length; i += 128) {
            Arrays.fill(pool, i, i + 64, (byte) 'r');
        }
    }

    ProducerRecord<byte[], byte[]> record(int producer, int number) {
        byte[] key = ByteBuffer.allocate(8).putInt(producer).putInt(number).array();
        int from = start(producer, number);
        return new ProducerRecord<>(
                topic, number % partitions, key, Arrays.copyOfRange(pool, from, from + size(producer, number)));
    }

    /** Mostly small, some of a few hundred bytes, a few up to 4 KiB, some empty. */
    private static int size(int producer, int number) {
        int mixed = mix(producer, number);
        int among = Math.floorMod(mixed, 100);
        int spread = mixed >>> 8;
        if (among < 75) {
            return spread % 200;
        }
        return among < 96 ? spread % 1_000 : spread % (LARGEST_VALUE + 1);
    }

    private int start(int producer, int number) {
        return (mix(number, producer) >>> 4) % (pool.length - LARGEST_VALUE);
    }

    private static int mix(int a, int b) {
        int h = a * 0x9E3779B9 + b * 0x85EBCA6B;
        h = (h ^ (h >>> 15)) * 0x2C1B3C6D;
        return h ^ (h >>> 13);
    }

    static int producer(ConsumerRecord<byte[], byte[]> record) {
        return ByteBuffer.wrap(record.key()).getInt(0);
    }

    static int number(ConsumerRecord<byte[], byte[]> record) {
        return ByteBuffer.wrap(record.key()).getInt(4);
    }

    /** Whether partition and value are what was sent under this record's key. */
    boolean isGenuine(ConsumerRecord<byte[], byte[]> record) {
        int producer = producer(record);
        int number = number(record);
        int from = start(producer, number);
        return record.partition() == number % partitions
                && Arrays.equals(pool, from, from + size(producer, number), record.value(), 0, record.value().length);
    }

    /** A codec for each producer number; the fifth and last sends as it is. */
    static String codec(int producer) {
        return new String[] {"gzip", "snappy", "lz4", "zstd", "none"}[producer];
    }
}
