package io.zokor.servlet.resource;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/**
 * A file or directory as found at one moment. Immutable.
 *
 * @param directory whether it is a directory; then it has no content
 * @param size bytes, negative for unknown
 * @param lastModified milliseconds since 1970, 0 or less for unknown
 * @param file the file on disk, {@code null} within an archive
 * @param content opens the content
 * @param location makes the URL
 */
record StaticResource(boolean directory, long size, long lastModified, @Nullable Path file, Content content,
        Location location) {

    /** Opens content. */
    @FunctionalInterface
    interface Content {

        InputStream open() throws IOException;
    }

    /** Makes a URL. */
    @FunctionalInterface
    interface Location {

        URL url() throws IOException;
    }

    /** An entity tag; weak, as a file can change twice within the resolution of its time. */
    String etag() {
        return "W/\"" + Long.toHexString(size) + "-" + Long.toHexString(lastModified) + "\"";
    }
}
