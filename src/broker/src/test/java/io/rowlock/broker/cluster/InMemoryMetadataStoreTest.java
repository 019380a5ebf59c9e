package io.rowlock.broker.cluster;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

class InMemoryMetadataStoreTest extends AddedPartitionsContract {

    private final ManualTime time = new ManualTime();
    private final InMemoryMetadataStore store = new InMemoryMetadataStore(time, new FixedRandom());

    @Override
    protected MetadataStore store() {
        return store;
    }

    @Override
    protected MetadataStore secondStore() {
        return store;
    }

    @Override
    protected @Nullable PartitionProgress progress(UUID topicId, int partition) {
        return store.progress(topicId, partition);
    }

    @Override
    protected void elapse(Duration duration) {
        time.advance(duration);
    }
}
