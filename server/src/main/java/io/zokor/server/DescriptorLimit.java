package io.zokor.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many descriptors this process may have, as Linux tells it. Stateless. */
final class DescriptorLimit {

    /** Below this the JVM's own share is no small part, and the retries of the accept loop are the better guard. */
    private static final int LARGE = 10_000;

    private DescriptorLimit() {
    }

    /** How many connections the limit leaves room for; without bound where it is not known. */
    static int connections() {
        Path file = Path.of("/proc/self/limits");
        if (!Files.isReadable(file)) {
            return Integer.MAX_VALUE;
        }
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith("Max open files")) {
                    String soft = line.substring("Max open files".length()).strip().split("\\s+")[0];
                    return soft.equals("unlimited") ? Integer.MAX_VALUE : room(Long.parseLong(soft));
                }
            }
        } catch (IOException | NumberFormatException e) {
            System.getLogger("io.zokor.server").log(Level.DEBUG, "the descriptor limit cannot be read", e);
        }
        return Integer.MAX_VALUE;
    }

    static int room(long descriptors) {
        long room = descriptors < LARGE ? descriptors : descriptors / 10 * 9;
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, room));
    }
}
