package io.rowlock.log.check;

import io.rowlock.log.LogFormats;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/** A report for people. */
final class TextReport {

    private final PrintStream out;
    private final boolean everySegment;

    /** @param everySegment whether each segment gets a line, not only each partition */
    TextReport(PrintStream out, boolean everySegment) {
        this.out = out;
        this.everySegment = everySegment;
    }

    void print(DirectoryReport report, Duration took) {
        out.println(report.directory() + ": id " + report.id() + ", "
                + (report.cleanShutdown() ? "stopped in order" : "not stopped in order"));
        report.partitions().forEach(this::print);
        report.findings().forEach(this::print);
        summarize(report, took);
    }

    private void print(PartitionReport partition) {
        out.println(partition.partition() + ": " + (partition.isWhole() ? "whole" : "DAMAGED") + ", topic id "
                + (partition.topicId() == null ? "unknown" : LogFormats.text(partition.topicId())) + ", offsets "
                + partition.logStartOffset() + " to " + partition.endOffset() + ", recovery point "
                + partition.recoveryPoint() + ", " + count(partition.segments().size(), "segment") + ", "
                + count(partition.bytes(), "byte") + ", " + count(partition.batches(), "batch") + ", "
                + count(partition.records(), "record") + ", " + count(partition.epochs(), "leader epoch")
                + (partition.epochs() == 0 ? "" : " (newest " + partition.latestEpoch() + ")") + ", "
                + count(partition.snapshots(), "producer snapshot")
                + (partition.snapshots() == 0 ? "" : " (" + count(partition.producers(), "producer") + ")"));
        if (everySegment) {
            partition.segments().forEach(this::print);
        }
        partition.findings().forEach(this::print);
    }

    private void print(SegmentReport segment) {
        out.println("  segment " + segment.baseOffset() + ": offsets "
                + Math.max(segment.firstOffset(), segment.baseOffset())
                + " to " + segment.endOffset() + ", " + count(segment.bytes(), "byte") + ", "
                + count(segment.batches(), "batch") + ", " + count(segment.records(), "record") + ", index entries "
                + segment.indexEntries() + " and " + segment.timeIndexEntries() + ", largest timestamp "
                + segment.maxTimestamp());
    }

    private void print(Finding finding) {
        out.println("  " + finding.severity() + " " + finding.file()
                + (finding.position() < 0 ? "" : " at position " + finding.position())
                + (finding.offset() < 0 ? "" : ", offset " + finding.offset()) + ": " + finding.problem() + ".");
        if (finding.advice() != null) {
            out.println("    What to do: " + finding.advice() + ".");
        }
    }

    private void summarize(DirectoryReport report, Duration took) {
        List<PartitionReport> damaged =
                report.partitions().stream().filter(each -> !each.isWhole()).toList();
        long millis = Math.max(1, took.toMillis());
        out.println(count(report.partitions().size(), "partition") + " with " + count(report.bytes(), "byte") + " in "
                + millis + " ms (" + report.bytes() / 1000 / millis + " MB/s): "
                + (report.isWhole() ? "whole" : "DAMAGED, " + count(damaged.size(), "partition") + " of them") + ".");
    }

    private static String count(long number, String unit) {
        String plural = unit.endsWith("ch") ? unit + "es" : unit + "s";
        return number + " " + (number == 1 ? unit : plural);
    }
}
