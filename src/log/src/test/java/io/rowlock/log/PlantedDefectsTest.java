package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.function.LongPredicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** The histories of {@link LogSimulationTest} find each of these defects, long before they are through. */
class PlantedDefectsTest {

    /** Of the 10,000 that every build goes through. */
    private static final int HISTORIES = 2_000;

    private static final Logger LOG = Logger.getLogger("io.rowlock.log");

    @Test
    void aSyncIsSkipped() throws ReflectiveOperationException, IOException {
        assertFound("a skipped sync", new Mutant("SyncRequest", "active.file().sync();", ""));
    }

    @Test
    void theEndIsTakenAfterTheSyncAndNotBefore() throws ReflectiveOperationException, IOException {
        String completed = "boolean current = sync.complete(request, error == null);";
        assertFound(
                "the wrong end",
                new Mutant("PartitionLog", completed, completed + " if (current) { return view().logEndOffset(); }"));
    }

    @Test
    void theIndexIsAheadOfTheData() throws ReflectiveOperationException, IOException {
        // Entries past the recovery point may speak of batches that did not arrive.
        assertFound(
                "an index ahead of the data",
                new Mutant(
                        "IndexLoader",
                        "int position = entries.position(i);",
                        "int position = entries.position(i);"
                                + " if (offset > previousOffset && position > previousPosition && position < size) {"
                                + " previousOffset = offset;"
                                + " previousPosition = position;"
                                + " continue;"
                                + " }"));
    }

    @Test
    void theLengthInAHeaderIsTrusted() throws ReflectiveOperationException, IOException {
        assertFound(
                "a trusted length",
                new Mutant("BatchScanner", "if (size > limit - position) {", "if (size > Integer.MAX_VALUE) {"));
    }

    @Test
    void theEpochCheckpointIsDropped() throws ReflectiveOperationException, IOException {
        assertFound(
                "a dropped epoch checkpoint",
                new Mutant(
                        "SyncRequest",
                        "disk.replace(directory.resolve(LogFiles.EPOCHS), content);",
                        "if (!disk.exists(directory.resolve(LogFiles.EPOCHS))) {"
                                + " disk.replace(directory.resolve(LogFiles.EPOCHS), content); }"));
    }

    private static void assertFound(String defect, Mutant mutant) throws ReflectiveOperationException {
        LOG.setLevel(Level.OFF);
        LongPredicate goesWrong = (LongPredicate) mutant.loadClass(MutantHistory.class.getName())
                .getDeclaredConstructor()
                .newInstance();
        long seed = 0;
        while (seed < HISTORIES && !goesWrong.test(seed)) {
            seed++;
        }
        System.out.println("Histories until " + defect + " was found: " + (seed + 1));
        assertThat(seed).as(defect).isLessThan(HISTORIES);
    }
}
