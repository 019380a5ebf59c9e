package io.rowlock.log.check;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Something about a file that a person should know.
 *
 * @param position of the first byte that it is about, or -1 if it is about the whole file
 * @param offset of the first record that it concerns, or -1
 * @param problem what was found
 * @param advice what can be done, or null where nothing needs to be
 */
public record Finding(
        Severity severity,
        Path file,
        long position,
        long offset,
        String problem,
        @Nullable String advice) {

    /** How bad it is. */
    public enum Severity {
        /** No crash explains it, or something that was synced is missing. */
        DAMAGE,
        /** What a crash leaves behind and the next start puts right, or what is only in the way. */
        NOTE
    }

    static Finding damage(Path file, long position, long offset, String problem, String advice) {
        return new Finding(Severity.DAMAGE, file, position, offset, problem, advice);
    }

    static Finding note(Path file, long position, long offset, String problem) {
        return new Finding(Severity.NOTE, file, position, offset, problem, null);
    }

    /** Whether it is damage. */
    public boolean isDamage() {
        return severity == Severity.DAMAGE;
    }
}
