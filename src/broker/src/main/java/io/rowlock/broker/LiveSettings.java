package io.rowlock.broker;

import io.rowlock.broker.cluster.MetadataDelta;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.config.BrokerOverrides;
import io.rowlock.broker.config.BrokerSettings;
import java.util.function.Supplier;

/**
 * The broker settings in force: what was set at the node's start, under what the metadata says was set since. Any thread
 * reads them; {@link #apply} is called by one at a time.
 */
final class LiveSettings implements Supplier<BrokerSettings> {

    private static final System.Logger LOG = System.getLogger(LiveSettings.class.getName());

    /** Hears of settings that changed. */
    @FunctionalInterface
    interface Listener {
        void onChange(BrokerSettings before, BrokerSettings now);
    }

    private final BrokerSettings atStart;
    private final int self;
    private final Listener listener;
    private volatile BrokerSettings current;

    LiveSettings(BrokerSettings atStart, int self, Listener listener) {
        this.atStart = atStart;
        this.self = self;
        this.listener = listener;
        this.current = atStart;
    }

    @Override
    public BrokerSettings get() {
        return current;
    }

    void apply(MetadataImage previous, MetadataImage next, MetadataDelta delta) {
        BrokerOverrides overrides = delta.brokerOverrides();
        if (overrides == null || next.brokerOverrides().equals(previous.brokerOverrides())) {
            return;
        }
        BrokerSettings before = current;
        BrokerSettings now = atStart.inForce(
                overrides,
                self,
                unusable -> LOG.log(
                        System.Logger.Level.ERROR,
                        "A broker setting of the metadata is not in force: {0}",
                        unusable.getMessage()));
        current = now;
        LOG.log(
                System.Logger.Level.INFO,
                "Broker settings set at run time: {0} for all nodes, {1} for this node",
                overrides.allNodes(),
                overrides.ofNode(self));
        listener.onChange(before, now);
    }
}
