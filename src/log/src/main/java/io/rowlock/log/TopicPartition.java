package io.rowlock.log;

import org.jspecify.annotations.Nullable;

/** A partition as directories and checkpoint files name it. */
public record TopicPartition(String topic, int partition) {

    /** The directory name that Kafka uses: topic, a dash, the number. */
    public String directoryName() {
        return topic + "-" + partition;
    }

    /** The partition that a directory of this name holds, or null for a name of another shape. */
    static @Nullable TopicPartition parse(String directoryName) {
        int dash = directoryName.lastIndexOf('-');
        String digits = directoryName.substring(dash + 1);
        if (dash <= 0 || digits.isEmpty() || digits.length() > 9) {
            return null;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return null;
            }
        }
        return new TopicPartition(directoryName.substring(0, dash), Integer.parseInt(digits));
    }

    @Override
    public String toString() {
        return directoryName();
    }
}
