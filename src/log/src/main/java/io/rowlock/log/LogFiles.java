package io.rowlock.log;

import java.nio.file.Path;

/** Kafka's names for the files of a partition. */
final class LogFiles {

    static final String LOG = ".log";
    static final String INDEX = ".index";
    static final String TIME_INDEX = ".timeindex";
    static final String TRANSACTION_INDEX = ".txnindex";
    static final String SNAPSHOT = ".snapshot";
    static final String EPOCHS = "leader-epoch-checkpoint";
    static final String METADATA = "partition.metadata";
    static final String DELETED_FILE = ".deleted";
    /** What compaction is writing, of no use yet. */
    static final String CLEANED_FILE = ".cleaned";
    /** What compaction has written and is about to put in the place of other segments. */
    static final String SWAP_FILE = ".swap";

    static final String DELETED_DIRECTORY = "-delete";
    static final String STRAY_DIRECTORY = "-stray";

    private static final int DIGITS = 20;

    private LogFiles() {}

    static Path log(Path directory, long baseOffset) {
        return file(directory, baseOffset, LOG);
    }

    static Path index(Path directory, long baseOffset) {
        return file(directory, baseOffset, INDEX);
    }

    static Path timeIndex(Path directory, long baseOffset) {
        return file(directory, baseOffset, TIME_INDEX);
    }

    /** Only Kafka writes these so far. */
    static Path transactionIndex(Path directory, long baseOffset) {
        return file(directory, baseOffset, TRANSACTION_INDEX);
    }

    static Path snapshot(Path directory, long offset) {
        return file(directory, offset, SNAPSHOT);
    }

    static Path withSuffix(Path path, String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    /** What the names of a segment's files end with when it left the log, the {@code number}th that did. */
    static String departedSuffix(long number) {
        return "." + number + DELETED_FILE;
    }

    /** The offset in a file name of this suffix, or -1 if it is not such a name. */
    static long offsetOf(String name, String suffix) {
        if (name.length() != DIGITS + suffix.length() || !name.endsWith(suffix)) {
            return -1;
        }
        long offset = 0;
        for (int i = 0; i < DIGITS; i++) {
            int digit = name.charAt(i) - '0';
            if (digit < 0 || digit > 9 || offset > (Long.MAX_VALUE - digit) / 10) {
                return -1;
            }
            offset = offset * 10 + digit;
        }
        return offset;
    }

    static Path file(Path directory, long offset, String suffix) {
        String digits = Long.toString(offset);
        return directory.resolve("0".repeat(DIGITS - digits.length()) + digits + suffix);
    }
}
