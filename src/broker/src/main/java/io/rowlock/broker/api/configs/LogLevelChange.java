package io.rowlock.broker.api.configs;

import io.rowlock.broker.api.configs.ConfigWish.Outcome;
import io.rowlock.broker.api.configs.LogLevels.Level;
import io.rowlock.protocol.ErrorCode;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Changes levels of loggers as a request wants it: all that it names, or none. */
final class LogLevelChange {

    private static final List<String> LEVELS =
            Arrays.stream(Level.values()).map(Level::name).sorted().toList();

    private final int self;
    private final LogLevels levels;

    LogLevelChange(int self, LogLevels levels) {
        this.self = self;
        this.levels = levels;
    }

    Outcome make(ConfigWish wish, boolean validateOnly) {
        Outcome refusal = checkNode(wish.name());
        if (refusal == null) {
            Set<String> known = levels.inForce().keySet();
            for (ConfigOp op : wish.ops()) {
                refusal = refusal != null ? refusal : check(op, known);
            }
        }
        if (refusal != null) {
            return refusal;
        }
        if (!validateOnly) {
            wish.ops().forEach(this::apply);
        }
        return Outcome.DONE;
    }

    private @Nullable Outcome checkNode(String name) {
        try {
            int id = Integer.parseInt(name);
            return id == self
                    ? null
                    : Outcome.invalidRequest("Unexpected node id. Expected " + self + ", but received " + id);
        } catch (NumberFormatException e) {
            return Outcome.invalidRequest("Node id must be an integer, but it is: " + name);
        }
    }

    private static @Nullable Outcome check(ConfigOp op, Set<String> known) {
        if (op.operation() != ConfigOp.SET && op.operation() != ConfigOp.DELETE) {
            String operation =
                    op.isKnown() ? op.operationName() + " operation" : "Unknown operation type " + op.operation();
            return Outcome.invalidRequest(operation + " is not allowed for the BROKER_LOGGER resource");
        }
        if (!known.contains(op.name())) {
            return new Outcome(ErrorCode.INVALID_CONFIG, "Logger " + op.name() + " does not exist!");
        }
        if (op.operation() == ConfigOp.DELETE) {
            return op.name().equals(LogLevels.ROOT)
                    ? Outcome.invalidRequest("Removing the log level of the root logger is not allowed")
                    : null;
        }
        return LEVELS.contains(op.value())
                ? null
                : new Outcome(
                        ErrorCode.INVALID_CONFIG,
                        "Cannot set the log level of " + op.name() + " to " + op.value()
                                + " as it is not a supported log level. Valid log levels are "
                                + LEVELS.stream().collect(Collectors.joining(", ")));
    }

    private void apply(ConfigOp op) {
        String value = op.value();
        if (op.operation() == ConfigOp.SET && value != null) {
            levels.set(op.name(), Level.valueOf(value));
        } else {
            levels.unset(op.name());
        }
    }
}
