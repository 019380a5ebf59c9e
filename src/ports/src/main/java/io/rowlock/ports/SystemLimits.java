package io.rowlock.ports;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** What the operating system lets this process have. */
public final class SystemLimits {

    private SystemLimits() {}

    /** How many files, connections included, may be open at once ({@code ulimit -n}); the largest number where that is unknown. */
    public static long openFilesMax() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }
}
