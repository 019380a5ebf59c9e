package io.rowlock.systemtest;

import io.rowlock.systemtest.process.ServerProcess;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Gives a test the one broker that all tests of this JVM share, and adds its output to a failure. Who stops or configures a broker starts one of its own
 * ({@link Target#create}).
 */
final class SharedBroker implements ParameterResolver, TestExecutionExceptionHandler {
    /** Tests of groups must not wait for members that might still come, nor long for those that are gone. */
    private static final Map<String, String> SETTINGS =
            Map.of("group.initial.rebalance.delay.ms", "0", "group.min.session.timeout.ms", "500");

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(SharedBroker.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == ServerProcess.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return shared(context);
    }

    /** The root store closes the broker after the last test of the run. */
    private static ServerProcess shared(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(
                        "broker",
                        key -> {
                            ServerProcess server = Target.current().create("shared", SETTINGS);
                            server.start();
                            return server;
                        },
                        ServerProcess.class);
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        new OutputOnFailure(shared(context)).handleTestExecutionException(context, failure);
    }
}
