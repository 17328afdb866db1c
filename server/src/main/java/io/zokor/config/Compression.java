package io.zokor.config;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Whether and which responses are compressed with gzip (RFC 9110 section 8.4.1.3). Immutable.
 *
 * @param enabled whether anything is compressed; default false
 * @param mimeTypes media types, without parameters, that are worth it
 * @param minResponseSize bytes below which a response of known length is sent as it is; default 2 KiB
 * @param excludedUserAgents regular expressions; a User-Agent in which one is found gets no compression
 */
public record Compression(boolean enabled, List<String> mimeTypes, long minResponseSize,
        List<Pattern> excludedUserAgents) {

    private static final Compression NONE = new Compression(false, List.of(), 2048, List.of());

    /** Copies the lists. */
    public Compression {
        mimeTypes = List.copyOf(mimeTypes);
        excludedUserAgents = List.copyOf(excludedUserAgents);
        Checks.range(minResponseSize, 0, Long.MAX_VALUE, "server.compression.min-response-size");
    }

    /** {@return no compression} */
    public static Compression none() {
        return NONE;
    }
}
