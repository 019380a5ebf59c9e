package io.rowlock.systemtest.differential;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A difference to Apache Kafka on the wire that is meant. The differential test fails on every other one, and on one that stands here and no longer
 * occurs. The order counts where a difference fits two of them: the first is its reason.
 */
public enum AcceptedDifference {
    SERVED_APIS(
            "ApiVersions lists fewer APIs",
            "only what works is advertised",
            d -> d.api().equals("ApiVersions") && d.path().equals("api_keys[]") && isAbsent(d.rowlock())),
    NEWER_VERSIONS(
            "ApiVersions lists versions of Kafka 4.4",
            "the Apache Kafka that one can start here is 4.3.1",
            d -> d.api().equals("ApiVersions")
                    && d.path().equals("api_keys[].max_version")
                    && Integer.parseInt(d.rowlock()) == Integer.parseInt(d.kafka()) + 1),
    FEATURES(
            "ApiVersions names no features",
            "features are what a KRaft quorum finalizes: there is none, and no transactions of version 2 or groups of"
                    + " KIP-848 yet",
            d -> d.api().equals("ApiVersions") && d.path().matches("(supported|finalized)_features.*")),
    TIERED_STORAGE(
            "No settings of tiered storage",
            "there is none, so its settings are refused by name",
            d -> d.path().endsWith("configs[]")
                    && isAbsent(d.rowlock())
                    && d.element().matches(".*/(local\\.retention|remote\\.(log|storage))\\..*")),
    CLUSTER_WIDE_MIN_INSYNC(
            "min.insync.replicas of a topic that does not set it is a default",
            "Kafka keeps a cluster-wide dynamic value of it for its eligible leader replicas (KIP-966)",
            d -> d.element().contains("/min.insync.replicas") && d.path().matches(".*(source|synonyms\\[\\])")),
    VALIDATED_TOPIC_ID(
            "CreateTopics that only validates gives no topic id",
            "Kafka gives one that no topic will ever have",
            d -> d.api().equals("CreateTopics")
                    && d.path().equals("topics[].topic_id")
                    && d.rowlock().equals("zero")),
    INTERNAL_TOPICS(
            "No internal topics",
            "committed offsets are kept in PostgreSQL",
            d -> d.element().matches("(\\d+:)?__consumer_offsets(/.*)?") && isAbsent(d.rowlock())),
    NAMED_TWICE(
            "What a request names twice is answered once",
            "a small request must not make a large answer, and who asks finds it by name",
            d -> d.api().matches("DescribeGroups|OffsetFetch") && d.element().matches(".*\\(\\d+\\)(/.*)?")),
    NOTHING_ASKED(
            "A topic named without partitions stands in the answer without partitions",
            "Kafka leaves it out here and there; nothing was asked about it",
            d -> d.api().matches("OffsetCommit|OffsetDelete|DeleteRecords|Produce|AlterReplicaLogDirs")
                    && d.path().matches("(topics|responses|results)\\[\\]")
                    && isAbsent(d.kafka())
                    && d.rowlock().matches(".*partition(s|_responses)=\\[\\]\\}")),
    CUT_BATCHES(
            "Fetch sends whole batches only",
            "Kafka fills up what room is left with the beginning of a batch, which every client drops",
            d -> d.api().equals("Fetch")
                    && d.path().endsWith("records.trailing_bytes")
                    && d.rowlock().equals("0")),
    DOCUMENTATION(
            "The documentation of settings has other words",
            "it tells what they do here",
            d -> d.api().equals("DescribeConfigs") && d.path().endsWith(".documentation")),
    WORDS(
            "Error messages have other words",
            "they say what to write instead; clients decide by the error code",
            d -> d.path().endsWith("error_message") && isText(d.kafka()) && isText(d.rowlock())),
    MORE_WORDS(
            "Produce says why a batch is refused where Kafka gives the error code alone",
            "it is what somebody who looks for the fault wants to know",
            d -> d.api().equals("Produce")
                    && d.path().endsWith("error_message")
                    && d.kafka().equals("null")
                    && isText(d.rowlock())),
    TIME_OF_DUPLICATE(
            "The answer to a batch that is in the log already names no time of appending where its topic keeps the"
                    + " producers' times",
            "Kafka names the time of its last record there, which is no time of appending",
            d -> d.api().equals("Produce")
                    && d.path().endsWith("log_append_time_ms")
                    && d.kafka().matches("\\d+")
                    && d.rowlock().equals("-1")),
    LAST_SEEN(
            "DescribeProducers tells when a producer last wrote",
            "Kafka tells its last batch's largest timestamp, which may be any",
            d -> d.api().equals("DescribeProducers") && d.path().endsWith(".last_timestamp")),
    BYTES_LEFT_OVER(
            "A batch that says to be shorter than it is is INVALID_RECORD",
            "Kafka finds its checksum wrong before it finds bytes behind it; nothing is appended either way",
            d -> d.api().equals("Produce")
                    && d.path().endsWith("error_code")
                    && d.kafka().equals("CORRUPT_MESSAGE")
                    && d.rowlock().equals("INVALID_RECORD")),
    METADATA_FIRST(
            "OffsetCommit refuses metadata that is too large before it looks at the group",
            "nothing is committed either way",
            d -> d.api().equals("OffsetCommit")
                    && d.path().endsWith("error_code")
                    && d.rowlock().equals("OFFSET_METADATA_TOO_LARGE")),
    ACKS_FIRST(
            "Produce refuses acks that do not exist before it looks at partitions and records",
            "nothing is appended either way",
            d -> d.api().equals("Produce")
                    && d.path().endsWith("error_code")
                    && d.rowlock().equals("INVALID_REQUIRED_ACKS")),
    UNKNOWN_RESOURCES(
            "DescribeConfigs tells of the resources it knows where a request names one of an unknown type",
            "Kafka refuses the whole request, also what is right in it",
            d -> d.api().equals("DescribeConfigs")
                    && d.path().equals("results[].error_code")
                    && d.kafka().equals("INVALID_REQUEST")
                    && !d.rowlock().equals("INVALID_REQUEST")),
    KAFKA_FAILS(
            "Rowlock answers where Apache Kafka fails with UNKNOWN_SERVER_ERROR",
            "an exception inside Kafka is nothing that a client relies on",
            d -> d.path().endsWith("error_code") && d.kafka().equals("UNKNOWN_SERVER_ERROR"));

    private final String title;
    private final String reason;

    @SuppressWarnings("ImmutableEnumChecker") // the conditions capture nothing
    private final Predicate<Difference> condition;

    AcceptedDifference(String title, String reason, Predicate<Difference> condition) {
        this.title = title;
        this.reason = reason;
        this.condition = condition;
    }

    /** What is different, in a few words. */
    public String title() {
        return title;
    }

    /** Why it is meant, in one line. */
    public String reason() {
        return reason;
    }

    /** The one that explains a difference, if any does. */
    public static Optional<AcceptedDifference> explaining(Difference difference) {
        return Arrays.stream(values())
                .filter(accepted -> accepted.condition.test(difference))
                .findFirst();
    }

    /** Whether nothing more is to be said of the answers once this difference is among theirs. */
    public boolean coversWholeAnswer() {
        return this == KAFKA_FAILS || this == UNKNOWN_RESOURCES;
    }

    /** Whether it is a message, not nothing. */
    private static boolean isText(String value) {
        return !value.isEmpty() && !value.equals("null") && !isAbsent(value);
    }

    private static boolean isAbsent(String value) {
        return value.equals(Difference.ABSENT);
    }
}
