package io.rowlock.broker.group;

import io.rowlock.broker.cluster.FixedRandom;
import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.cluster.ManualTime;
import io.rowlock.broker.cluster.MetadataStore;
import java.time.Duration;

class InMemoryGroupStoreTest extends GroupStoreContract {

    private final ManualTime time = new ManualTime();
    private final InMemoryMetadataStore metadata = new InMemoryMetadataStore(time, new FixedRandom());
    private final InMemoryGroupStore groups = new InMemoryGroupStore(metadata, time);

    @Override
    protected MetadataStore metadata() {
        return metadata;
    }

    @Override
    protected GroupStore groups() {
        return groups;
    }

    @Override
    protected GroupStore secondGroups() {
        return groups;
    }

    @Override
    protected void elapse(Duration duration) {
        time.advance(duration);
    }
}
