package io.zokor.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.PeerGoneException;
import io.zokor.net.TimeoutKind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipeConnTest {

    private final ManualClock clock = new ManualClock();
    private final PipeConn.Pair pair = PipeConn.open(clock, 8);
    private final PipeConn server = pair.server();
    private final PipeConn client = pair.client();

    @Test
    void carriesBytesBothWays() throws IOException {
        client.send("ping");
        assertThat(server.readUntil("ng")).isEqualTo("ping");
        server.send("pong");
        server.close();
        assertThat(client.readAll()).isEqualTo("pong");
    }

    @Test
    void aFullPipeBlocksTheWriter() throws Exception {
        FutureTask<String> reader = new FutureTask<>(server::readAll);
        FutureTask<Void> writer = start(() -> {
            client.send("0123456789abcdef");
            client.shutdownOutput();
            return null;
        });
        Await.until("a blocked writer", client::isBlocked);
        Thread.ofVirtual().start(reader);
        assertThat(reader.get(30, TimeUnit.SECONDS)).isEqualTo("0123456789abcdef");
        writer.get(30, TimeUnit.SECONDS);
    }

    @Test
    void halfCloseEndsOneDirection() throws IOException {
        client.send("a");
        client.shutdownOutput();
        assertThat(server.readAll()).isEqualTo("a");
        server.send("b");
        assertThat(client.readUntil("b")).isEqualTo("b");
        assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> client.send("c"));
    }

    @Test
    void abortIsAReset() throws IOException {
        server.send("lost");
        server.abort();
        assertThat(server.isOpen()).isFalse();
        assertThatExceptionOfType(PeerGoneException.class).isThrownBy(client::readAll);
        assertThatExceptionOfType(PeerGoneException.class).isThrownBy(() -> client.send("x"));
    }

    @Test
    void closeEndsABlockedRead() throws Exception {
        FutureTask<String> reader = start(server::readAll);
        Await.until("a blocked reader", server::isBlocked);
        server.close();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> reader.get(30, TimeUnit.SECONDS)).withCauseInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aReadDeadlineEndsTheInputForGoodAndLeavesTheOutput() throws Exception {
        server.readDeadline(Deadline.after(clock.nanos(), Duration.ofSeconds(3)), TimeoutKind.READ_HEADER);
        FutureTask<String> reader = start(server::readAll);
        Await.until("a blocked reader", server::isBlocked);
        clock.advance(Duration.ofSeconds(2));
        assertThat(reader.isDone()).isFalse();
        clock.advance(Duration.ofSeconds(1));
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> reader.get(30, TimeUnit.SECONDS))
                .withCauseInstanceOf(DeadlineExceededException.class).withMessageContaining("read-header");
        assertThatExceptionOfType(DeadlineExceededException.class)
                .isThrownBy(() -> server.readDeadline(Deadline.NONE, TimeoutKind.READ));
        server.send("408");
        assertThat(client.readUntil("8")).isEqualTo("408");
    }

    @Test
    void aWriteDeadlineCloses() throws Exception {
        server.writeDeadline(Deadline.after(clock.nanos(), Duration.ofSeconds(3)), TimeoutKind.WRITE);
        FutureTask<Void> writer = start(() -> {
            server.send("0123456789");
            return null;
        });
        Await.until("a blocked writer", server::isBlocked);
        clock.advance(Duration.ofSeconds(3));
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> writer.get(30, TimeUnit.SECONDS))
                .withCauseInstanceOf(DeadlineExceededException.class);
        assertThat(server.isOpen()).isFalse();
    }

    @Test
    void aDeadlineThatIsReplacedInTimeHasNoEffect() throws IOException {
        server.readDeadline(Deadline.after(clock.nanos(), Duration.ofSeconds(3)), TimeoutKind.READ);
        server.readDeadline(Deadline.NONE, TimeoutKind.READ);
        clock.advance(Duration.ofHours(1));
        client.send("a");
        assertThat(server.readUntil("a")).isEqualTo("a");
    }

    @Test
    void anInterruptStaysTheApplications() throws Exception {
        FutureTask<Boolean> reader = start(() -> {
            Thread.currentThread().interrupt();
            server.readUntil("a");
            return Thread.interrupted();
        });
        Await.until("a blocked reader", server::isBlocked);
        client.send("a");
        assertThat(reader.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void carriesFiles(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("f"), "0123456");
        try (FileChannel channel = FileChannel.open(file)) {
            server.transferFrom(channel, 2, 3);
            assertThat(client.readUntil("4")).isEqualTo("234");
            assertThatIOException().isThrownBy(() -> server.transferFrom(channel, 5, 3));
        }
    }

    @Test
    void readsWithRoomForOneByteAtATime() throws IOException {
        client.send("ab");
        ByteBuffer one = ByteBuffer.allocate(1);
        assertThat(server.read(one)).isEqualTo(1);
        assertThat(server.read(one.clear())).isEqualTo(1);
        assertThat(one.get(0)).isEqualTo((byte) 'b');
    }

    private static <T> FutureTask<T> start(Callable<T> callable) {
        FutureTask<T> task = new FutureTask<>(callable);
        Thread.ofVirtual().start(task);
        return task;
    }
}
