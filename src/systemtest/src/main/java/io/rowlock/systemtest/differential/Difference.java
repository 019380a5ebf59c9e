package io.rowlock.systemtest.differential;

/**
 * A field in which two answers to the same request are not the same.
 *
 * @param api of the request, as {@code ApiKeys} names it in words ({@code CreateTopics})
 * @param path of the field in the answer without indexes: {@code topics[].partitions[].error_code}
 * @param element the keys of the list elements on the way, joined by {@code /}: a topic's name, a partition's number
 * @param kafka the value in words, {@code absent} where the element or field is not there
 * @param rowlock likewise
 */
public record Difference(String api, int version, String path, String element, String kafka, String rowlock) {
    /** What stands for a list element or field that one answer does not have. */
    public static final String ABSENT = "absent";

    @Override
    public String toString() {
        return "%s v%d %s (%s): Kafka %s, Rowlock %s".formatted(api, version, path, element, kafka, rowlock);
    }
}
