package io.rowlock.log;

import java.io.IOException;

/**
 * A segment that left its log, on its way off the disk: first its files are renamed, later they are deleted. Thread-safe, and
 * each step may be asked for more than once.
 */
final class DepartedSegment {

    private enum State {
        NAMED_AS_BEFORE,
        RENAMED,
        OVER
    }

    private final Segment segment;
    private State state = State.NAMED_AS_BEFORE;

    /** Takes over the log's reference on the file of a segment that was told that it departed. */
    DepartedSegment(Segment segment) {
        this.segment = segment;
    }

    /** Renames the files, as Kafka does: the names are free, the next start knows that they are rubbish, readers go on. */
    synchronized void rename() throws IOException {
        if (state == State.NAMED_AS_BEFORE) {
            segment.renameFiles();
            state = State.RENAMED;
        }
    }

    /** Deletes the files unless somebody still reads them; returns whether nothing is left to do. */
    synchronized boolean delete() throws IOException {
        if (state == State.OVER) {
            return true;
        }
        if (segment.file().isShared()) {
            return false;
        }
        rename();
        abandon();
        segment.deleteFiles();
        return true;
    }

    /** Nothing is done by name any more: the directory may belong to another log by then. */
    synchronized void abandon() throws IOException {
        if (state != State.OVER) {
            state = State.OVER;
            segment.file().retire();
        }
    }

    synchronized boolean isOver() {
        return state == State.OVER;
    }
}
