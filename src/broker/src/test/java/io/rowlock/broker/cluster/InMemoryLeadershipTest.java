package io.rowlock.broker.cluster;

import java.time.Duration;

class InMemoryLeadershipTest extends FailoverContract {

    private final ManualTime time = new ManualTime();
    private final InMemoryMetadataStore store = new InMemoryMetadataStore(time, new FixedRandom());

    @Override
    protected MetadataStore store() {
        return store;
    }

    @Override
    protected LeadershipStore leadership() {
        return store;
    }

    @Override
    protected void elapse(Duration duration) {
        time.advance(duration);
    }
}
