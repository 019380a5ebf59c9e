package io.rowlock.node.boot;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.rowlock.log.check.CheckCommand;
import io.rowlock.ports.RealDisk;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.WorkerPool;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The process: begins the start, hands over to Quarkus, and turns whatever ends it into a sentence and an exit code. */
@QuarkusMain
public final class Rowlock {

    private static final System.Logger LOG = System.getLogger(Rowlock.class.getName());

    /** The first word after the jar that asks not for a node but for a look at a data directory. */
    private static final String CHECK = "check";

    private static volatile @Nullable Launch launch;

    private Rowlock() {}

    public static void main(String... args) {
        if (args.length > 0 && args[0].equals(CHECK)) {
            System.exit(check(Arrays.copyOfRange(args, 1, args.length)));
        }
        try {
            takeSettings(args);
            launch = Launch.begin();
        } catch (Exception e) {
            System.exit(report(e));
        }
        Class<? extends QuarkusApplication> application = RowlockApplication.class;
        Quarkus.run(application, Rowlock::ended, args);
    }

    private static int check(String... args) {
        // Its threads end with the process.
        WorkerPool workers =
                new WorkerPool("rowlock-check", Runtime.getRuntime().availableProcessors(), Throwable::printStackTrace);
        return new CheckCommand(new RealDisk(), new SystemClock(), workers, System.out, System.err).run(args);
    }

    /** What was begun before Quarkus. */
    static Launch launched() {
        return Objects.requireNonNull(launch, "the node was not started by its main method");
    }

    /** {@code --rowlock.node-id=2} after the jar is the same as {@code -Drowlock.node-id=2} before it. */
    private static void takeSettings(String[] args) {
        for (String arg : args) {
            int equals = arg.indexOf('=');
            if (!arg.startsWith("--") || equals < 3) {
                throw new StartupException(
                        ExitCode.CONFIGURATION,
                        "The argument '" + arg + "' is not understood: write settings as --rowlock.node-id=2.");
            }
            System.setProperty(arg.substring(2, equals), arg.substring(equals + 1));
        }
    }

    private static void ended(Integer code, @Nullable Throwable failure) {
        int exitCode = failure == null ? code : report(failure);
        launched().steps().stop();
        System.exit(exitCode);
    }

    /** One sentence on stderr for what the operator can mend; everything for a defect. */
    private static int report(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StartupException known) {
                LOG.log(System.Logger.Level.DEBUG, "Why the start failed", failure);
                System.err.println(known.getMessage());
                return known.exitCode().code();
            }
            if (cause instanceof QuarkusBindException taken) {
                System.err.println("Rowlock cannot serve HTTP on " + taken.getHost() + ":" + taken.getPort()
                        + ": stop what listens there, or set another quarkus.http.port.");
                return ExitCode.ADDRESS.code();
            }
        }
        System.err.println("Rowlock failed to start for a reason that it does not know:");
        failure.printStackTrace(System.err);
        return ExitCode.UNEXPECTED.code();
    }
}
