package io.rowlock.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The segments that left a log and are still on disk. Belongs to the partition's owner. */
final class DepartedSegments {

    private final List<DepartedSegment> all = new ArrayList<>();
    private final List<DepartedSegment> untaken = new ArrayList<>();

    private long count;

    void add(Segment segment) {
        segment.depart(count++);
        all.removeIf(DepartedSegment::isOver);
        DepartedSegment departed = new DepartedSegment(segment);
        all.add(departed);
        untaken.add(departed);
    }

    @Nullable
    SegmentDeletion take() {
        if (untaken.isEmpty()) {
            return null;
        }
        SegmentDeletion deletion = new SegmentDeletion(List.copyOf(untaken));
        untaken.clear();
        return deletion;
    }

    /** Frees their names, which new segments may need; returns whether there are any. */
    boolean renameAll() throws IOException {
        for (DepartedSegment departed : all) {
            departed.rename();
        }
        return !all.isEmpty();
    }

    /** Leaves what is left of them to the next start, whoever was told to delete it. */
    void abandonAll() throws IOException {
        for (DepartedSegment departed : all) {
            departed.abandon();
        }
    }
}
