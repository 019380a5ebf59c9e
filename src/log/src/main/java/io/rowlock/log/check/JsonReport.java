package io.rowlock.log.check;

import io.rowlock.log.LogFormats;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A report for programs: one JSON object on one line. */
final class JsonReport {

    private JsonReport() {}

    static void print(PrintStream out, DirectoryReport report, Duration took) {
        out.println(object(
                field("directory", text(report.directory().toString())),
                field("id", text(report.id())),
                field("cleanShutdown", report.cleanShutdown()),
                field("whole", report.isWhole()),
                field("bytes", report.bytes()),
                field("millis", took.toMillis()),
                field("findings", array(report.findings(), JsonReport::finding)),
                field("partitions", array(report.partitions(), JsonReport::partition))));
    }

    private static String partition(PartitionReport partition) {
        return object(
                field("topic", text(partition.partition().topic())),
                field("partition", partition.partition().partition()),
                field("topicId", partition.topicId() == null ? null : text(LogFormats.text(partition.topicId()))),
                field("directory", text(partition.directory().toString())),
                field("whole", partition.isWhole()),
                field("logStartOffset", partition.logStartOffset()),
                field("endOffset", partition.endOffset()),
                field("recoveryPoint", partition.recoveryPoint()),
                field("leaderEpochs", partition.epochs()),
                field("latestLeaderEpoch", partition.latestEpoch()),
                field("producerSnapshots", partition.snapshots()),
                field("producers", partition.producers()),
                field("segments", array(partition.segments(), JsonReport::segment)),
                field("findings", array(partition.findings(), JsonReport::finding)));
    }

    private static String segment(SegmentReport segment) {
        return object(
                field("baseOffset", segment.baseOffset()),
                field("bytes", segment.bytes()),
                field("firstOffset", segment.firstOffset()),
                field("endOffset", segment.endOffset()),
                field("batches", segment.batches()),
                field("records", segment.records()),
                field("maxTimestamp", segment.maxTimestamp()),
                field("latestLeaderEpoch", segment.latestEpoch()),
                field("indexEntries", segment.indexEntries()),
                field("timeIndexEntries", segment.timeIndexEntries()));
    }

    private static String finding(Finding finding) {
        return object(
                field("severity", text(finding.severity().name().toLowerCase(Locale.ROOT))),
                field("file", text(finding.file().toString())),
                field("position", finding.position()),
                field("offset", finding.offset()),
                field("problem", text(finding.problem())),
                field("advice", finding.advice() == null ? null : text(finding.advice())));
    }

    private static String object(String... fields) {
        return "{" + String.join(",", fields) + "}";
    }

    private static <T> String array(List<T> values, Function<T, String> toJson) {
        return "[" + String.join(",", values.stream().map(toJson).toList()) + "]";
    }

    private static String field(String name, @Nullable Object json) {
        return text(name) + ":" + json;
    }

    private static String text(String value) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
