package io.rowlock.broker.api.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.MessageWriter;
import io.rowlock.protocol.message.ProduceRequest;
import io.rowlock.protocol.message.ProduceRequest.PartitionProduceData;
import io.rowlock.protocol.message.ProduceRequest.TopicProduceData;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainBytesTest {
    /** Short enough to be copied into the one buffer that the request is then in. */
    private static final int RECORD_BYTES = 500;

    private static ByteBuf request(int topics, int partitions, int recordBytes, short version) {
        List<TopicProduceData> all = new ArrayList<>();
        for (int t = 0; t < topics; t++) {
            List<PartitionProduceData> data = new ArrayList<>();
            for (int p = 0; p < partitions; p++) {
                BufferRecords records = new BufferRecords(Unpooled.wrappedBuffer(new byte[recordBytes]));
                data.add(new PartitionProduceData().setIndex(p).setRecords(records));
            }
            all.add(new TopicProduceData().setName("t" + t).setPartitionData(data));
        }
        MessageWriter out = new MessageWriter(UnpooledByteBufAllocator.DEFAULT);
        new ProduceRequest().setTransactionalId(null).setTopicData(all).write(out, version);
        ByteBuf whole = Unpooled.copiedBuffer(out.buffer());
        out.release();
        return whole;
    }

    @ParameterizedTest
    @ValueSource(shorts = {3, 8, 9, 12, 13})
    void everythingCountsButRecords(short version) {
        ByteBuf request = request(2, 3, RECORD_BYTES, version);
        int plain = request.readableBytes() - 6 * RECORD_BYTES;
        assertThat(PlainBytes.within(plain, request, version)).isTrue();
        assertThat(PlainBytes.within(plain - 1, request, version)).isFalse();
        assertThat(ApiKey.PRODUCE.readRequest(request, version)).isInstanceOf(ProduceRequest.class);
    }

    /** Decoding ends where it can be understood no more, and has made objects of what came before. */
    @ParameterizedTest
    @ValueSource(shorts = {3, 13})
    void whatComesBeforeAnErrorCounts(short version) {
        ByteBuf request = request(1, 100, 0, version);
        ByteBuf cut = request.slice(0, request.readableBytes() - 50);
        assertThat(PlainBytes.within(cut.readableBytes(), cut, version)).isTrue();
        assertThat(PlainBytes.within(cut.readableBytes() - 20, cut, version)).isFalse();
    }
}
