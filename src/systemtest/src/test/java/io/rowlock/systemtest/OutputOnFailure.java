package io.rowlock.systemtest;

import io.rowlock.systemtest.process.ServerProcess;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** Adds what a test's own broker wrote to the report of its failure. */
final class OutputOnFailure implements TestExecutionExceptionHandler {
    private final ServerProcess server;

    OutputOnFailure(ServerProcess server) {
        this.server = server;
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        failure.addSuppressed(new BrokerOutput(server));
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
