package io.rowlock.bench;

import java.io.IOException;
import java.util.Arrays;

/** The entry: what is measured is the first word of the command line, records where it is none of these. */
public final class Bench {
    private Bench() {}

    public static void main(String... arguments) throws IOException {
        String what = arguments.length == 0 ? "" : arguments[0];
        String[] rest = Arrays.copyOfRange(arguments, Math.min(1, arguments.length), arguments.length);
        try {
            switch (what) {
                case "commits" -> CommitsSideBySide.run(rest);
                case "commit-table-size" -> CommitTableSize.run(rest);
                case "compact" -> CompactLog.run(rest);
                case "groups" -> GroupsAtRest.run(rest);
                case "partitions" -> PartitionsAtScale.run(rest);
                case "sync" -> SyncStrategies.run(rest);
                case "--help" -> System.out.print(usage());
                default -> SideBySide.run(arguments);
            }
        } catch (UsageException e) {
            System.err.println(e.getMessage() + "\n\n" + usage());
            System.exit(2);
        }
    }

    private static String usage() {
        return String.join(
                "\n",
                Options.USAGE,
                CommitsSideBySide.USAGE,
                CommitTableSize.USAGE,
                GroupsAtRest.USAGE,
                PartitionsAtScale.USAGE,
                SyncStrategies.USAGE,
                CompactLog.USAGE);
    }
}
