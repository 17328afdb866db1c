package io.zokor.servlet.resource;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * Finds static resources: in the document root first, then under {@code META-INF/resources} of archives and directories
 * (Servlet 6.1 section 4.6). Immutable, for any thread; archives stay open until {@link #close()}.
 *
 * <p>
 * Paths are canonical and decoded, so a caller that has a path as the application or a client wrote it makes it canonical
 * first. What is not is refused, not mended; nothing outside of the roots is found, by dot segments or by symbolic links, nor
 * the classes of Spring Boot's loader.
 */
public final class ResourceResolver implements AutoCloseable {

    private static final Logger LOGGER = System.getLogger(ResourceResolver.class.getName());

    private static final String META_INF_RESOURCES = "META-INF/resources/";

    private final @Nullable DirectorySource documentRoot;

    /** All sources in the order they are searched, the document root included. */
    private final List<ResourceSource> sources;

    /**
     * Opens the sources. One that cannot be opened is left out with a warning.
     *
     * @param documentRoot the application's directory, or its archive (an executable {@code .war}); {@code null} for none
     * @param holders what holds {@code META-INF/resources}: {@code file:} URLs of directories and archives, and {@code jar:}
     *        URLs that end with {@code !/}, also of nested archives
     * @param cacheBytes how much of the archives' contents is kept in memory, 0 for nothing
     */
    public ResourceResolver(@Nullable Path documentRoot, List<URL> holders, long cacheBytes) {
        ContentCache cache = new ContentCache(cacheBytes);
        List<ResourceSource> opened = new ArrayList<>();
        DirectorySource directory = null;
        if (documentRoot != null) {
            try {
                if (Files.isDirectory(documentRoot)) {
                    directory = new DirectorySource(documentRoot);
                    opened.add(directory);
                } else {
                    opened.add(new JarSource(archiveUrl(documentRoot.toUri().toURL()), "", cache));
                }
            } catch (IOException e) {
                LOGGER.log(Level.WARNING, "document root " + documentRoot + " cannot be read, it is left out", e);
            }
        }
        for (URL holder : holders) {
            try {
                opened.add(open(holder, cache));
            } catch (IOException | IllegalArgumentException e) {
                LOGGER.log(Level.WARNING, "static resources of " + holder + " cannot be read, they are left out", e);
            }
        }
        this.documentRoot = directory;
        this.sources = List.copyOf(opened);
    }

    /**
     * Finds a resource, in WEB-INF and META-INF too ({@code ServletContext.getResource}).
     *
     * @param path canonical path within the context, begins with a slash
     * @return its URL, or {@code null} where there is none
     */
    public @Nullable URL resource(String path) {
        StaticResource found = find(path);
        if (found == null) {
            return null;
        }
        try {
            return found.location().url();
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "no URL can be made for a resource", e);
            return null;
        }
    }

    /**
     * Lists a directory, merged from all sources ({@code ServletContext.getResourcePaths}).
     *
     * @param path canonical path of the directory, with or without a slash at its end
     * @return the paths of what is directly in it, those of directories with a slash at the end, or {@code null} where there is
     *         nothing
     */
    public @Nullable Set<String> paths(String path) {
        if (!ResourcePaths.isPlain(path) || ResourcePaths.isHidden(path)) {
            return null;
        }
        Set<String> paths = new TreeSet<>();
        for (ResourceSource source : sources) {
            source.addChildren(path.endsWith("/") ? path : path + "/", paths);
        }
        paths.removeIf(ResourcePaths::isHidden);
        return paths.isEmpty() ? null : paths;
    }

    /**
     * Translates a path to the file system ({@code ServletContext.getRealPath}).
     *
     * @param path canonical path within the context
     * @return the file, in the document root also if it is not there, or {@code null} where the path leads to an archive, out
     *         of the root, or there is no document root
     */
    public @Nullable String realPath(String path) {
        if (!ResourcePaths.isPlain(path) || ResourcePaths.isHidden(path)) {
            return null;
        }
        Path inRoot = documentRoot == null ? null : documentRoot.resolve(path);
        for (ResourceSource source : sources) {
            if (source.find(path) != null) {
                Path file = source instanceof DirectorySource directory ? directory.resolve(path) : null;
                return file == null ? null : text(file, path);
            }
        }
        boolean refused = documentRoot == null || inRoot == null || documentRoot.escapes(inRoot);
        return refused || inRoot == null ? null : text(inRoot, path);
    }

    /** Closes the archives. */
    @Override
    public void close() {
        for (ResourceSource source : sources) {
            try {
                source.close();
            } catch (IOException e) {
                LOGGER.log(Level.WARNING, "an archive of static resources could not be closed", e);
            }
        }
    }

    /** What a client may have: not WEB-INF, not META-INF. */
    @Nullable
    StaticResource servable(String path) {
        return ResourcePaths.isClosed(path) ? null : find(path);
    }

    private @Nullable StaticResource find(String path) {
        if (!ResourcePaths.isPlain(path) || ResourcePaths.isHidden(path)) {
            return null;
        }
        for (ResourceSource source : sources) {
            StaticResource found = source.find(path);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** The separator at the end is kept: applications append to {@code getRealPath("/")}. */
    private static String text(Path file, String path) {
        String separator = file.getFileSystem().getSeparator();
        String text = file.toString();
        return path.endsWith("/") && !text.endsWith(separator) ? text + separator : text;
    }

    private static ResourceSource open(URL holder, ContentCache cache) throws IOException {
        if (holder.getProtocol().equals("file")) {
            Path directory = directory(holder);
            return directory == null
                    ? new JarSource(archiveUrl(holder), META_INF_RESOURCES, cache)
                    : new DirectorySource(directory.resolve(META_INF_RESOURCES));
        }
        return new JarSource(holder, META_INF_RESOURCES, cache);
    }

    /** The directory that a {@code file:} URL names, or {@code null} where it is an archive. */
    private static @Nullable Path directory(URL url) throws IOException {
        Path path;
        try {
            path = Path.of(uri(url));
        } catch (URISyntaxException e) {
            throw new IOException("not a URI: " + url, e);
        }
        return Files.isDirectory(path) ? path : null;
    }

    /** URLs made by older code hold spaces as they are. */
    private static URI uri(URL url) throws URISyntaxException {
        return url.getPath().indexOf(' ') < 0 ? url.toURI() : new URI("file", null, url.getPath(), null);
    }

    /** No URI: the URL may hold characters that a URI must encode. */
    @SuppressWarnings("deprecation")
    private static URL archiveUrl(URL file) throws IOException {
        return new URL("jar:" + file + "!/");
    }
}
