package io.zokor.server;

import java.lang.management.ManagementFactory;

import com.sun.management.UnixOperatingSystemMXBean;

/** How many descriptors this process may have, as the JDK tells it. Stateless. */
final class DescriptorLimit {

    /** Below this the JVM's own share is no small part, and the retries of the accept loop are the better guard. */
    private static final int LARGE = 10_000;

    private DescriptorLimit() {
    }

    /** How many connections the limit leaves room for; without bound where it is not known. */
    static int connections() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            long descriptors = system.getMaxFileDescriptorCount();
            // Where there is no limit, some systems say -1.
            return descriptors < 0 ? Integer.MAX_VALUE : room(descriptors);
        }
        return Integer.MAX_VALUE;
    }

    static int room(long descriptors) {
        long room = descriptors < LARGE ? descriptors : descriptors / 10 * 9;
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, room));
    }
}
