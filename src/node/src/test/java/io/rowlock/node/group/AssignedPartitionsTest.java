package io.rowlock.node.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.rowlock.broker.group.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class AssignedPartitionsTest {

    /** As clients write it: version, topics with partitions, user data. */
    private static byte[] assignment(int version, String topic, List<Integer> partitions) {
        ByteBuf out = Unpooled.buffer();
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        out.writeShort(version).writeInt(1).writeShort(name.length).writeBytes(name);
        out.writeInt(partitions.size());
        partitions.forEach(out::writeInt);
        out.writeInt(-1);
        return ByteBufUtil.getBytes(out);
    }

    @Test
    void topicsAndPartitionsAreRead() {
        for (int version : new int[] {0, 3, 4, Short.MAX_VALUE}) {
            assertThat(AssignedPartitions.asJson("consumer", Bytes.of(assignment(version, "a\"b", List.of(0, 7)))))
                    .isEqualTo("{\"a\\\"b\":[0,7]}");
        }
    }

    @Test
    void whatCannotBeReadIsLeftToTheClients() {
        byte[] whole = assignment(1, "topic", List.of(0, 1));
        assertThat(AssignedPartitions.asJson("consumer", Bytes.of(whole))).isNotNull();
        for (int length = 0; length < whole.length; length++) {
            assertThat(AssignedPartitions.asJson("consumer", Bytes.of(Arrays.copyOf(whole, length))))
                    .isNull();
        }
        assertThat(AssignedPartitions.asJson("connect", Bytes.of(whole))).isNull();
        assertThat(AssignedPartitions.asJson("consumer", Bytes.of(assignment(-1, "topic", List.of(0)))))
                .isNull();
    }

    @Test
    void whatIsTooLongIsNotRead() {
        int others = assignment(1, "topic", List.of()).length;
        List<Integer> most = Collections.nCopies((AssignedPartitions.BYTES_MAX - others) / Integer.BYTES, 1);
        String filled = "topic" + "x".repeat(AssignedPartitions.BYTES_MAX - others - most.size() * Integer.BYTES);
        byte[] longest = assignment(1, filled, most);
        assertThat(longest).hasSize(AssignedPartitions.BYTES_MAX);
        assertThat(AssignedPartitions.asJson("consumer", Bytes.of(longest))).isNotNull();
        assertThat(AssignedPartitions.asJson("consumer", Bytes.of(assignment(1, filled + "x", most))))
                .isNull();
        assertThat(AssignedPartitions.asJson(
                        "consumer", Bytes.of(assignment(1, filled.substring(0, filled.length() - 1), most))))
                .isNotNull();
    }

    @Test
    void aNameThatPostgresCannotKeepIsLeftOut() {
        assertThat(AssignedPartitions.asJson("consumer", Bytes.of(assignment(1, "a\0b", List.of(0)))))
                .isNull();
    }
}
