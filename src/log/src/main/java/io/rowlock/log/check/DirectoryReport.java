package io.rowlock.log.check;

import java.nio.file.Path;
import java.util.List;

/**
 * What a data directory holds, as far as it was looked at.
 *
 * @param id that the directory has
 * @param cleanShutdown whether the last node on it stopped in order
 * @param partitions in order of their names
 * @param findings about files that belong to no partition
 */
public record DirectoryReport(
        Path directory, String id, boolean cleanShutdown, List<PartitionReport> partitions, List<Finding> findings) {

    public DirectoryReport {
        partitions = List.copyOf(partitions);
        findings = List.copyOf(findings);
    }

    /** Whether no finding is damage. */
    public boolean isWhole() {
        return findings.stream().noneMatch(Finding::isDamage)
                && partitions.stream().allMatch(PartitionReport::isWhole);
    }

    /** The bytes of all segments. */
    public long bytes() {
        return partitions.stream().mapToLong(PartitionReport::bytes).sum();
    }
}
