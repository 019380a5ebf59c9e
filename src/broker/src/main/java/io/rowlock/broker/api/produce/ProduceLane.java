package io.rowlock.broker.api.produce;

import io.rowlock.broker.partition.PartitionAppend;
import io.rowlock.broker.partition.PartitionOwner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A connection's batches that are being opened, and those that came behind them: they go to the log in the order in which they
 * came, because a producer's sequences count on it. Empty as long as nothing is opened. Confined to the event loop.
 */
final class ProduceLane {

    private final ArrayDeque<Place> places = new ArrayDeque<>();

    boolean isEmpty() {
        return places.isEmpty();
    }

    /** The place behind all others. */
    Place enter() {
        Place place = new Place();
        places.add(place);
        return place;
    }

    private void advance(Executor host) {
        Map<PartitionOwner, List<PartitionAppend>> ready = new LinkedHashMap<>();
        for (Place first = places.peek(); first != null && first.settled; first = places.peek()) {
            places.remove();
            PartitionAppend append = first.append;
            if (append != null) {
                ready.computeIfAbsent(append.partition().owner(), owner -> new ArrayList<>())
                        .add(append);
            }
        }
        ready.forEach((owner, mine) -> owner.append(mine, host));
    }

    /** One batch's. */
    final class Place {
        private boolean settled;
        private @Nullable PartitionAppend append;

        /**
         * What is known now: the append goes on as soon as nothing earlier is open.
         *
         * @param decided null for a batch that was refused
         * @param host the event loop
         */
        void settle(@Nullable PartitionAppend decided, Executor host) {
            settled = true;
            append = decided;
            advance(host);
        }
    }
}
