package io.zokor.servlet.resource;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Resources of a directory, looked up on disk each time. Immutable.
 *
 * <p>
 * A file is found only if its real path, with symbolic links followed, lies in the directory and not in another place of it
 * that is closed: a link, or a file system that takes several spellings of a name, does not lead to WEB-INF.
 */
final class DirectorySource implements ResourceSource {

    private static final Logger LOGGER = System.getLogger(DirectorySource.class.getName());

    private final Path root;

    private final Path realRoot;

    DirectorySource(Path root) throws IOException {
        this.root = root.toAbsolutePath().normalize();
        this.realRoot = root.toRealPath();
    }

    @Override
    public @Nullable StaticResource find(String path) {
        Path file = resolve(path);
        if (file == null) {
            return null;
        }
        try {
            Path real = file.toRealPath();
            if (!real.startsWith(realRoot) || opensClosedPlace(path, real)) {
                return null;
            }
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            boolean directory = attributes.isDirectory();
            if (!directory && (!attributes.isRegularFile() || path.endsWith("/"))) {
                return null;
            }
            return new StaticResource(directory, attributes.size(), attributes.lastModifiedTime().toMillis(), real,
                    () -> Files.newInputStream(real), () -> file.toUri().toURL());
        } catch (IOException e) {
            // Not there, or not for us: to a client both are the same.
            LOGGER.log(Level.TRACE, "no resource", e);
            return null;
        }
    }

    @Override
    public void addChildren(String directory, Set<String> paths) {
        StaticResource found = find(directory);
        Path place = found == null ? null : found.file();
        if (place == null) {
            return;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(place)) {
            for (Path child : children) {
                String path = directory + child.getFileName();
                StaticResource resource = find(path);
                if (resource != null) {
                    paths.add(resource.directory() ? path + "/" : path);
                }
            }
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "directory " + place + " could not be listed", e);
        }
    }

    @Override
    public void close() {
        // Nothing is held open.
    }

    /** The file that a path stands for, whether it is there or not; {@code null} if it would lie outside. */
    @Nullable
    Path resolve(String path) {
        try {
            Path file = root.resolve(path.substring(1)).normalize();
            return file.startsWith(root) ? file : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /** Whether there is something at the path that must not be seen: a link that leads out. */
    boolean escapes(Path file) {
        try {
            Path existing = file;
            while (!Files.exists(existing)) {
                if (Files.isSymbolicLink(existing)) {
                    return true;
                }
                existing = existing.getParent();
                if (existing == null) {
                    return true;
                }
            }
            return !existing.toRealPath().startsWith(realRoot);
        } catch (IOException e) {
            return true;
        }
    }

    /** A path that does not say WEB-INF must not lead there. */
    private boolean opensClosedPlace(String path, Path real) {
        String actual = "/" + realRoot.relativize(real).toString().replace(real.getFileSystem().getSeparator(), "/");
        return ResourcePaths.isClosed(actual) && !ResourcePaths.isClosed(path)
                || ResourcePaths.isHidden(actual) && !ResourcePaths.isHidden(path);
    }

}
