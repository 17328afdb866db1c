package io.zokor.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link ClientHello} takes and refuses, without sockets. */
@Timeout(60)
class TlsHelloTest {

    @ParameterizedTest
    @ValueSource(ints = { 1, 2, 3, 7, 100, 100_000 })
    void theNameIsReadHoweverTheBytesCome(int piece) throws Exception {
        assertThat(read(jdkHello("www.Example.com"), piece)).isEqualTo("www.example.com");
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 3, 100 })
    void theNameIsReadWhateverTheRecords(int fragment) throws Exception {
        byte[] hello = jdkHello("www.example.com");
        assertThat(read(records(message(hello), fragment), 4096)).isEqualTo("www.example.com");
    }

    @Test
    void noNameIsNull() throws Exception {
        assertThat(read(jdkHello(null), 50)).isNull();
    }

    @Test
    void noExtensionsAreNoName() throws Exception {
        assertThat(read(records(hello(new byte[0]), 1000), 1000)).isNull();
    }

    @Test
    void theDotAtTheEndIsDropped() throws Exception {
        assertThat(read(withNames(name("a.example.")), 1000)).isEqualTo("a.example");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", ".", "a b", "a/b", "a\u0000b", "a\nb", "\u00e4.example", "[::1]", "*.example.com" })
    void aMalformedNameIsRefused(String name) {
        assertThatThrownBy(() -> read(withNames(name(name)), 1000)).isInstanceOf(ClientHelloException.class)
                .extracting(e -> ((ClientHelloException) e).alert()).isEqualTo(TlsAlert.ILLEGAL_PARAMETER);
    }

    @Test
    void aNameOf255BytesIsTaken() throws Exception {
        assertThat(read(withNames(name("a".repeat(255))), 1000)).hasSize(255);
    }

    @Test
    void aNameOf256BytesIsRefused() {
        assertThatThrownBy(() -> read(withNames(name("a".repeat(256))), 1000)).isInstanceOf(ClientHelloException.class);
    }

    @Test
    void twoNamesAreRefused() {
        assertThatThrownBy(() -> read(withNames(join(name("a.example"), name("b.example"))), 1000))
                .isInstanceOf(ClientHelloException.class);
    }

    @Test
    void namesOfOtherTypesAreNotLookedAt() throws Exception {
        byte[] other = name("x.example");
        other[0] = 7;
        assertThat(read(withNames(join(other, name("b.example"))), 1000)).isEqualTo("b.example");
    }

    @Test
    void everyTruncationIsRefusedOrWaitsForMore() throws Exception {
        byte[] message = message(jdkHello("a.example"));
        for (int cut = 1; cut < message.length - 4; cut++) {
            // The message says that it is complete, but what is in it is not.
            byte[] shorter = Arrays.copyOf(message, 4 + cut);
            shorter[1] = 0;
            shorter[2] = (byte) (cut >> 8);
            shorter[3] = (byte) cut;
            try {
                ClientHello.parse(ByteBuffer.wrap(shorter));
            } catch (ClientHelloException e) {
                assertThat(e.alert()).isEqualTo(TlsAlert.DECODE_ERROR);
            }
            assertThat(ClientHello.parse(ByteBuffer.wrap(message, 0, 4 + cut).slice())).isNull();
        }
    }

    @Test
    void randomChangesFailOnlyAsTheyMay() throws Exception {
        byte[] hello = jdkHello("a.example");
        Random random = new Random(42);
        for (int i = 0; i < 20_000; i++) {
            byte[] changed = hello.clone();
            for (int j = 0; j <= i % 3; j++) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            try {
                read(changed, 1000);
            } catch (SSLException | PlainHttpOnTlsException | PeerGoneException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    @Test
    void endlessRecordsAreRefusedAtTheLimit() {
        // A handshake message that announces the most, in the smallest records.
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(new byte[] { 1, 0, 0x40, 0 });
        message.writeBytes(new byte[ClientHello.MAX_BYTES]);
        ArrayConn conn = new ArrayConn(records(message.toByteArray(), 1), 10_000);
        assertThatThrownBy(() -> ClientHello.read(new TlsInput(conn))).isInstanceOf(ClientHelloException.class);
        assertThat(conn.position()).isLessThan(3 * ClientHello.MAX_BYTES);
    }

    @Test
    void aLongerMessageIsRefusedByItsHeaderAlone() {
        assertThatThrownBy(() -> read(new byte[] { 22, 3, 1, 0, 4, 1, 0, 0x40, 1 }, 100))
                .isInstanceOf(ClientHelloException.class).hasMessageContaining("longer");
    }

    @Test
    void anEmptyRecordIsRefused() {
        assertThatThrownBy(() -> read(new byte[] { 22, 3, 1, 0, 0 }, 100)).isInstanceOf(ClientHelloException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = { "GET / HTTP/1.1\r\n", "POST /", "OPTIONS * HTTP/1.0", "PRI * HTTP/2.0", "BREW /pot" })
    void plainHttpIsToldApart(String text) {
        assertThatThrownBy(() -> read(text.getBytes(StandardCharsets.US_ASCII), 1))
                .isInstanceOf(PlainHttpOnTlsException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = { "get / HTTP/1.1", " GET /", "SSH-2.0-OpenSSH", "ABCDEFGHIJKLMNOPQRSTUVWXYZ /",
        "\u0080\u0001", "\u0015\u0003" })
    void anythingElseIsGarbage(String text) {
        assertThatThrownBy(() -> read(text.getBytes(StandardCharsets.ISO_8859_1), 100))
                .isInstanceOf(ClientHelloException.class);
    }

    @Test
    void anEarlyEndIsThePeerGone() throws Exception {
        byte[] hello = jdkHello("a.example");
        for (int cut = 0; cut < hello.length; cut++) {
            byte[] shorter = Arrays.copyOf(hello, cut);
            assertThatThrownBy(() -> read(shorter, 1000)).isInstanceOf(PeerGoneException.class);
        }
    }

    /** A record that announces much must not make a large buffer, and waiting between records must not hold one. */
    @Test
    void buffersGrowWithWhatComes() throws Exception {
        byte[] announcing = Arrays.copyOf(new byte[] { 23, 3, 3, 0x40, 0 }, 400);
        ArrayConn slow = new ArrayConn(announcing, 1);
        assertThatThrownBy(() -> new TlsInput(slow).awaitRecord()).isInstanceOf(PeerGoneException.class);
        assertThat(slow.largestRead()).isLessThanOrEqualTo(512);

        byte[] records = new byte[20 * 100];
        for (int i = 0; i < 20; i++) {
            System.arraycopy(new byte[] { 23, 3, 3, 0, 95 }, 0, records, i * 100, 5);
        }
        ArrayConn recordByRecord = new ArrayConn(records, 100);
        TlsInput input = new TlsInput(recordByRecord);
        while (input.awaitRecord()) {
            input.buffer().position(input.buffer().position() + input.recordLength());
            input.release();
            assertThat(input.available()).isZero();
        }
        assertThat(recordByRecord.largestRead()).isLessThanOrEqualTo(512);
    }

    private static String read(byte[] bytes, int piece) throws IOException {
        TlsInput input = new TlsInput(new ArrayConn(bytes, piece));
        ClientHello hello = ClientHello.read(input);
        // All that was read must still be there for the engine.
        assertThat(input.available()).isGreaterThanOrEqualTo(1);
        assertThat(input.peek(0)).isEqualTo(22);
        return hello.serverName();
    }

    /** The first record of the JDK's own client. */
    private static byte[] jdkHello(String name) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        if (name != null) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            engine.setSSLParameters(parameters);
        }
        ByteBuffer record = ByteBuffer.allocate(20_000);
        engine.wrap(ByteBuffer.allocate(0), record);
        byte[] bytes = new byte[record.flip().remaining()];
        record.get(bytes);
        return bytes;
    }

    private static byte[] message(byte[] record) {
        return Arrays.copyOfRange(record, TlsInput.HEADER, record.length);
    }

    private static byte[] records(byte[] message, int fragment) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < message.length; at += fragment) {
            int n = Math.min(fragment, message.length - at);
            out.writeBytes(new byte[] { 22, 3, 1, (byte) (n >> 8), (byte) n });
            out.write(message, at, n);
        }
        return out.toByteArray();
    }

    private static byte[] hello(byte[] extensions) {
        byte[] start = new byte[2 + 32 + 1];
        byte[] body = join(start, new byte[] { 0, 2, 0x13, 0x01, 1, 0 },
                extensions.length == 0 ? extensions : prefixed(2, extensions));
        return join(new byte[] { 1 }, prefixed(3, body));
    }

    private static byte[] withNames(byte[] names) {
        return records(hello(join(new byte[] { 0, 0 }, prefixed(2, prefixed(2, names)))), 1000);
    }

    private static byte[] name(String name) {
        return join(new byte[] { 0 }, prefixed(2, name.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static byte[] prefixed(int lengthBytes, byte[] content) {
        byte[] length = new byte[lengthBytes];
        for (int i = 0; i < lengthBytes; i++) {
            length[i] = (byte) (content.length >> 8 * (lengthBytes - 1 - i));
        }
        return join(length, content);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** A connection whose input is an array, read in pieces. */
    static final class ArrayConn implements Conn {

        private final ByteBuffer bytes;

        private final int piece;

        private final SocketAddress remote;

        private int largestRead;

        ArrayConn(byte[] bytes, int piece) {
            this(bytes, piece, new InetSocketAddress("127.0.0.1", 1));
        }

        ArrayConn(byte[] bytes, int piece, SocketAddress remote) {
            this.bytes = ByteBuffer.wrap(bytes);
            this.piece = piece;
            this.remote = remote;
        }

        /** The size of the largest buffer that a read came with. */
        int largestRead() {
            return largestRead;
        }

        int position() {
            return bytes.position();
        }

        @Override
        public int read(ByteBuffer target) {
            largestRead = Math.max(largestRead, target.remaining());
            int n = Math.min(piece, Math.min(target.remaining(), bytes.remaining()));
            target.put(bytes.slice(bytes.position(), n));
            bytes.position(bytes.position() + n);
            return n == 0 ? -1 : n;
        }

        @Override
        public void write(ByteBuffer source) {
            source.position(source.limit());
        }

        @Override
        public void transferFrom(FileChannel file, long position, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void readDeadline(long deadline, TimeoutKind kind) {
            // There is no waiting.
        }

        @Override
        public void writeDeadline(long deadline, TimeoutKind kind) {
            // There is no waiting.
        }

        @Override
        public void expire(long now) {
            // There is no waiting.
        }

        @Override
        public SocketAddress remoteAddress() {
            return remote;
        }

        @Override
        public SocketAddress localAddress() {
            return new InetSocketAddress("127.0.0.1", 2);
        }

        @Override
        public void shutdownOutput() {
            // Nothing is sent.
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Nothing is open.
        }

        @Override
        public void abort() {
            // Nothing is open.
        }
    }
}
