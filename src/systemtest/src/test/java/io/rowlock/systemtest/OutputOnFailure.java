package io.rowlock.systemtest;

import io.rowlock.systemtest.process.ServerProcess;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** Adds what a test's own brokers wrote to the report of its failure. */
final class OutputOnFailure implements TestExecutionExceptionHandler {
    private final List<? extends ServerProcess> servers;

    OutputOnFailure(ServerProcess... servers) {
        this(List.of(servers));
    }

    OutputOnFailure(List<? extends ServerProcess> servers) {
        this.servers = servers;
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        servers.forEach(server -> failure.addSuppressed(new BrokerOutput(server)));
        throw failure;
    }

    private static final class BrokerOutput extends RuntimeException {
        private static final long serialVersionUID = 1;

        BrokerOutput(ServerProcess server) {
            super(
                    (server.isAlive() ? "broker is running\n" : "broker is not running\n") + server.output(),
                    null,
                    false,
                    false);
        }
    }
}
