package io.zokor.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class UnixListenerTest {

    private Path directory;

    private Path path;

    @BeforeEach
    void makeDirectory() throws IOException {
        // The path of a socket has room for some hundred bytes only, which JUnit's directories may exceed.
        directory = Files.createTempDirectory("zk");
        path = directory.resolve("s");
    }

    @AfterEach
    void removeDirectory() throws IOException {
        Files.deleteIfExists(path);
        Files.deleteIfExists(directory);
    }

    @Test
    void servesAndRemovesItsFile() throws Exception {
        try (ScriptedServer server = new ScriptedServer(UnixListener.bind(path, 10, null), conn -> {
            assertThat(conn.remoteAddress()).isEqualTo(UnixDomainSocketAddress.of(""));
            assertThat(conn.localAddress()).isEqualTo(UnixDomainSocketAddress.of(path));
            ScriptedServer.ECHO.run(conn);
        }, Duration.ofSeconds(20)); SocketChannel client = connect()) {
            client.write(ByteBuffer.wrap("hello".getBytes(US_ASCII)));
            client.shutdownOutput();
            ByteBuffer answer = ByteBuffer.allocate(100);
            while (client.read(answer) >= 0) {
                assertThat(answer.hasRemaining()).isTrue();
            }
            assertThat(US_ASCII.decode(answer.flip()).toString()).isEqualTo("hello");
            assertThat(server.end().failure()).isNull();
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void abortEndsAConnection() throws Exception {
        try (ScriptedServer server = new ScriptedServer(UnixListener.bind(path, 10, null), Conn::abort,
                Duration.ofSeconds(20));
                SocketChannel client = connect()) {
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(server.end().failure()).isNull();
        }
    }

    @Test
    void setsThePermissions() throws Exception {
        Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rw-rw----");
        try (UnixListener listener = UnixListener.bind(path, 10, permissions)) {
            assertThat(listener.isOpen()).isTrue();
            assertThat(Files.getPosixFilePermissions(path)).isEqualTo(permissions);
        }
    }

    @Test
    void replacesAStaleFile() throws Exception {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isTrue();
        try (UnixListener listener = UnixListener.bind(path, 10, null); SocketChannel client = connect()) {
            listener.accept().close();
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void doesNotReplaceAFileThatSomebodyAnswersOn() throws Exception {
        try (UnixListener first = UnixListener.bind(path, 10, null)) {
            assertThatThrownBy(() -> UnixListener.bind(path, 10, null)).isInstanceOf(BindException.class)
                    .hasMessageContaining(path.toString()).hasMessageContaining("answers");
            assertThat(first.isOpen()).isTrue();
            assertThat(path).exists();
        }
    }

    @Test
    void aFullBacklogIsSomebodyToo() throws Exception {
        try (UnixListener first = UnixListener.bind(path, 1, null);
                SocketChannel a = connect();
                SocketChannel b = connect()) {
            assertThat(a.isConnected()).isTrue();
            assertThat(b.isConnected()).isTrue();
            assertThatThrownBy(() -> UnixListener.bind(path, 10, null)).isInstanceOf(BindException.class);
            assertThat(first.isOpen()).isTrue();
        }
    }

    @Test
    void doesNotReplaceAFileThatIsNoSocket() throws Exception {
        Files.writeString(path, "precious");
        assertThatThrownBy(() -> UnixListener.bind(path, 10, null)).isInstanceOf(BindException.class)
                .hasMessageContaining("not a socket");
        assertThat(path).hasContent("precious");
    }

    @Test
    void saysWhereItCannotListen() {
        assertThatThrownBy(() -> UnixListener.bind(directory.resolve("missing/s"), 10, null))
                .isInstanceOf(BindException.class).hasMessageContaining("missing/s");
    }

    @Test
    void leavesAFileThatIsNotItsOwnAnyMore() throws Exception {
        UnixListener first = UnixListener.bind(path, 10, null);
        Files.delete(path);
        try (UnixListener second = UnixListener.bind(path, 10, null)) {
            first.close();
            assertThat(path).exists();
            assertThat(second.isOpen()).isTrue();
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void shutdownRemovesTheFileAndAcceptsWhatWaits() throws Exception {
        try (UnixListener listener = UnixListener.bind(path, 10, null); SocketChannel waiting = connect()) {
            listener.shutdown();
            assertThat(path).doesNotExist();
            assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
            listener.accept().close();
            assertThat(waiting.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThatThrownBy(listener::accept).isInstanceOf(ClosedChannelException.class);
        }
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(path));
    }
}
