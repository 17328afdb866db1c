package io.zokor.net;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Listens on a Unix domain socket and looks after its file: one that a dead process left behind is replaced, one that somebody
 * answers on is not, and the file goes when listening ends. The addresses of its connections are
 * {@link UnixDomainSocketAddress}es, the client's usually with an empty path. Immutable but for what it wraps.
 */
public final class UnixListener implements Listener {

    private final Listener inner;

    private final Path path;

    /** Identity of the file as this listener made it: another process may have replaced it meanwhile. */
    private final @Nullable Object fileKey;

    private UnixListener(Listener inner, Path path, @Nullable Object fileKey) {
        this.inner = inner;
        this.path = path;
        this.fileKey = fileKey;
    }

    /**
     * Binds a path and listens on it.
     *
     * <p>
     * The permissions are set right after binding; until then the process's umask decides, so a socket that must never be open
     * to others belongs in a directory that is not.
     *
     * @param path where the file of the socket is made; its directory exists
     * @param backlog how many connections the kernel may hold before they are accepted
     * @param permissions of the file (who may write to it may connect), or {@code null} for those that the umask leaves
     * @return the listener
     * @throws BindException if another process answers there, or the file there is no socket, or binding is not permitted; the
     *         message says which
     * @throws IOException if removing a stale file fails
     */
    public static UnixListener bind(Path path, int backlog, @Nullable Set<PosixFilePermission> permissions)
            throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
        removeStale(path, address);
        Listener inner;
        try {
            inner = TcpListener.bind(address, backlog);
        } catch (IOException e) {
            // The system's own "No such file or directory" and "Permission denied" do not name the path.
            throw failure(path, String.valueOf(e.getMessage()), e);
        }
        try {
            if (permissions != null) {
                Files.setPosixFilePermissions(path, permissions);
            }
            return new UnixListener(inner, path, attributes(path).fileKey());
        } catch (IOException | UnsupportedOperationException e) {
            inner.close();
            Files.deleteIfExists(path);
            throw failure(path, "its permissions cannot be set", e);
        }
    }

    @Override
    public Conn accept() throws IOException {
        return inner.accept();
    }

    @Override
    public SocketAddress address() {
        return inner.address();
    }

    @Override
    public boolean isOpen() {
        return inner.isOpen();
    }

    /** The file goes at once, so that clients that come now see that nobody listens; those in the backlog are accepted. */
    @Override
    public void shutdown() throws IOException {
        try {
            deleteFile();
        } finally {
            inner.shutdown();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            inner.close();
        } finally {
            deleteFile();
        }
    }

    @Override
    public String toString() {
        return "UnixListener[" + path + "]";
    }

    private void deleteFile() throws IOException {
        try {
            if (Objects.equals(attributes(path).fileKey(), fileKey)) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            // Deleted before: by shutdown, or by somebody else.
        }
    }

    private static void removeStale(Path path, UnixDomainSocketAddress address) throws IOException {
        try {
            if (!attributes(path).isOther()) {
                throw failure(path, "the file there is not a socket; remove it or choose another path", null);
            }
        } catch (NoSuchFileException e) {
            return;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // A full backlog would block the probe; not connected at once means that somebody is there.
            probe.configureBlocking(false);
            probe.connect(address);
        } catch (ConnectException e) {
            Files.deleteIfExists(path);
            return;
        } catch (IOException e) {
            throw failure(path, "whether somebody answers there cannot be found out: " + e.getMessage(), e);
        }
        throw failure(path, "another process answers there", null);
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static BindException failure(Path path, String why, @Nullable Exception cause) {
        BindException failure = new BindException("cannot listen on the Unix domain socket " + path + ": " + why);
        failure.initCause(cause);
        return failure;
    }
}
