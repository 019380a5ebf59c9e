package io.rowlock.broker.api.configs;

import io.rowlock.broker.api.configs.ConfigWish.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What can be said of wishes without knowing any settings; in Kafka's order, with its errors and messages. */
final class WishCheck {

    private record Resource(byte type, String name) {}

    private WishCheck() {}

    /** For each wish why it is refused, or null. */
    static List<@Nullable Outcome> all(List<ConfigWish> wishes) {
        Map<Resource, Integer> times = new HashMap<>();
        wishes.forEach(wish -> times.merge(new Resource(wish.type(), wish.name()), 1, Integer::sum));
        List<@Nullable Outcome> outcomes = new ArrayList<>(wishes.size());
        for (ConfigWish wish : wishes) {
            boolean once = times.getOrDefault(new Resource(wish.type(), wish.name()), 0) == 1;
            outcomes.add(once ? check(wish) : Outcome.invalidRequest("Each resource must appear at most once."));
        }
        return outcomes;
    }

    private static @Nullable Outcome check(ConfigWish wish) {
        Set<String> names = new HashSet<>();
        if (!wish.ops().stream().allMatch(op -> names.add(op.name()))) {
            return Outcome.invalidRequest("Error due to duplicate config keys");
        }
        String nulls = wish.ops().stream()
                .filter(op -> op.operation() != ConfigOp.DELETE && op.value() == null)
                .map(ConfigOp::name)
                .collect(Collectors.joining(", "));
        if (!nulls.isEmpty()) {
            return Outcome.invalidRequest("Null value not supported for : " + nulls);
        }
        return switch (wish.type()) {
            case ResourceTypes.TOPIC, ResourceTypes.BROKER -> unknownOperation(wish);
            // Log levels cannot be replaced as a whole: Kafka knows no such resource in AlterConfigs.
            case ResourceTypes.BROKER_LOGGER -> wish.replaces() ? unknownType(wish) : null;
            case ResourceTypes.CLIENT_METRICS ->
                Outcome.invalidRequest("Client metrics cannot be subscribed to: client telemetry is not served");
            case ResourceTypes.GROUP ->
                Outcome.invalidRequest(
                        "Groups have no settings: there are no groups of the kinds that have in this" + " version");
            default -> unknownType(wish);
        };
    }

    private static Outcome unknownType(ConfigWish wish) {
        return Outcome.invalidRequest("Unknown resource type " + wish.type());
    }

    private static @Nullable Outcome unknownOperation(ConfigWish wish) {
        return wish.ops().stream()
                .filter(op -> !op.isKnown())
                .findFirst()
                .map(op -> Outcome.invalidRequest("Unknown operations type " + op.operation()))
                .orElse(null);
    }
}
