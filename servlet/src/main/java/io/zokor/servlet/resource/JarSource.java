package io.zokor.servlet.resource;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.util.Iterator;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

import org.jspecify.annotations.Nullable;

/**
 * Resources of an archive, plain or nested in another. Its list of entries is read once and never changes; the archive stays
 * open until {@link #close()}.
 *
 * <p>
 * The archive comes from a URL connection, as only the protocol's own handler knows how to open a nested one. It is opened
 * without the connection's cache: a cached archive belongs to the class loader too, would stay open for good, and closing it
 * would close it under the others.
 */
final class JarSource implements ResourceSource {

    private final URL base;

    private final String prefix;

    private final JarFile jar;

    private final ContentCache cache;

    /** Entries by path, those of directories with a slash at the end and {@code null} where the archive has no entry. */
    private final NavigableMap<String, @Nullable JarEntry> entries = new TreeMap<>();

    /**
     * Opens an archive.
     *
     * @param base URL of its root, ends with {@code !/}
     * @param prefix the directory in it that is the root of the resources: empty or ends with a slash
     * @param cache keeps what has been read
     */
    JarSource(URL base, String prefix, ContentCache cache) throws IOException {
        this.base = base;
        this.prefix = prefix;
        this.cache = cache;
        URLConnection connection = base.openConnection();
        if (!(connection instanceof JarURLConnection jarConnection)) {
            throw new IOException("not an archive: " + base);
        }
        jarConnection.setUseCaches(false);
        this.jar = jarConnection.getJarFile();
        for (Iterator<JarEntry> all = jar.entries().asIterator(); all.hasNext();) {
            JarEntry entry = all.next();
            if (entry.getName().startsWith(prefix)) {
                index("/" + entry.getName().substring(prefix.length()), entry);
            }
        }
    }

    @Override
    public @Nullable StaticResource find(String path) {
        if (!path.endsWith("/")) {
            JarEntry entry = entries.get(path);
            if (entry != null) {
                return new StaticResource(false, entry.getSize(), entry.getTime(), null,
                        () -> cache.open(jar, entry),
                        () -> url(path));
            }
        }
        String directory = path.endsWith("/") ? path : path + "/";
        if (!entries.containsKey(directory)) {
            return null;
        }
        JarEntry entry = entries.get(directory);
        return new StaticResource(true, 0, entry == null ? 0 : entry.getTime(), null, () -> {
            throw new IOException("a directory has no content");
        }, () -> url(directory));
    }

    @Override
    public void addChildren(String directory, Set<String> paths) {
        for (String path : entries.tailMap(directory, false).keySet()) {
            if (!path.startsWith(directory)) {
                return;
            }
            int slash = path.indexOf('/', directory.length());
            if (slash < 0 || slash == path.length() - 1) {
                paths.add(path);
            }
        }
    }

    @Override
    public void close() throws IOException {
        jar.close();
    }

    /** An archive need not have entries for its directories. */
    private void index(String path, JarEntry entry) {
        if (!ResourcePaths.isPlain(path)) {
            return;
        }
        for (int slash = path.lastIndexOf('/', path.length() - 2); slash >= 0; slash = path.lastIndexOf('/',
                slash - 1)) {
            entries.putIfAbsent(path.substring(0, slash + 1), null);
        }
        entries.put(path, entry);
    }

    /** A constructor that takes the context keeps the handler of the archive's own URL, which may be registered nowhere. */
    @SuppressWarnings("deprecation")
    private URL url(String path) throws IOException {
        return new URL(base, prefix + ResourcePaths.encode(path.substring(1)));
    }
}
