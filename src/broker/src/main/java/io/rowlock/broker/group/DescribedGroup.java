package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * A group as it is kept.
 *
 * @param group null exactly where there is an error
 */
public record DescribedGroup(ErrorCode error, @Nullable GroupSnapshot group) {

    static DescribedGroup refused(ErrorCode error) {
        return new DescribedGroup(error, null);
    }
}
