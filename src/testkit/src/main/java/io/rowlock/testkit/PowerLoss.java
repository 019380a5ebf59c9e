package io.rowlock.testkit;

/**
 * How badly a power loss treats what was not synced.
 *
 * @param namesInAnyOrder whether it may keep a later change of a directory and undo an earlier one. File systems with a journal
 *     keep them in order; POSIX promises nothing.
 * @param tornAnywhere whether any number of bytes may be missing before the end of a sector. Where there are only a few, nobody
 *     can tell them from zeros that a program wrote in bytes that went bad later.
 */
public record PowerLoss(boolean namesInAnyOrder, boolean tornAnywhere) {

    /** As machines in use do it. */
    public static final PowerLoss USUAL = new PowerLoss(false, false);

    /** As badly as can be. */
    public static final PowerLoss WORST = new PowerLoss(true, true);
}
