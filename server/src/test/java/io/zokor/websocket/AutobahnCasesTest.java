package io.zokor.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

import io.zokor.testing.FrameClient;
import io.zokor.testing.RawClient;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The cases of Autobahn's fuzzing client, by the numbers of its sections, against an echo. */
@Timeout(120)
class AutobahnCasesTest {

    private static final int CONT = 0x00;
    private static final int TEXT = 0x01;
    private static final int BINARY = 0x02;
    private static final int FIN = 0x80;
    private static final int PING = 0x89;
    private static final int PONG = 0x8a;
    private static final int CLOSE = 0x88;

    private TestServer server;
    private FrameClient client;

    @BeforeEach
    void open() {
        WebSocketOptions options = WebSocketOptions.defaults().withMaxMessageSize(16 << 20).withCompression(true)
                .withCompressionMinSize(1);
        server = TestServer.serving(WebSockets.handler(options, AutobahnCasesTest::echo));
        client = FrameClient.open(server.client());
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private static void echo(WebSocket session) throws IOException {
        for (WebSocketMessage message; (message = session.read()) != null;) {
            session.write(message);
        }
    }

    private void expect(int first, byte[] payload) {
        FrameClient.Frame frame = client.read();
        assertThat(frame.first()).isEqualTo(first);
        assertThat(Arrays.equals(frame.payload(), payload)).as("%s bytes", payload.length).isTrue();
    }

    private void expect(int first, String payload) {
        expect(first, bytes(payload));
    }

    private void expectFailure(int code) {
        assertThat(client.read().closeCode()).isEqualTo(code);
        client.close(code);
        client.raw().expectClosed();
    }

    private void expectGoodbye() {
        client.close(1000);
        assertThat(client.read().closeCode()).isEqualTo(1000);
        client.raw().expectClosed();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Sends bytes in pieces, each a write of its own. */
    private void chopped(byte[] bytes, int size) {
        for (int at = 0; at < bytes.length; at += size) {
            client.raw().send(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size)));
        }
    }

    /** Sends a message in frames of a size. */
    private void fragmented(int opcode, byte[] payload, int size) {
        for (int at = 0; at == 0 || at < payload.length; at += size) {
            int end = Math.min(payload.length, at + size);
            client.send((at == 0 ? opcode : CONT) | (end == payload.length ? FIN : 0),
                    Arrays.copyOfRange(payload, at, end));
        }
    }

    // ---- 1: framing

    @ParameterizedTest
    @ValueSource(ints = { 0, 125, 126, 127, 128, 65_535, 65_536 })
    void case1Framing(int size) {
        byte[] payload = bytes("*".repeat(size));
        client.send(FIN | TEXT, payload);
        expect(FIN | TEXT, payload);
        Arrays.fill(payload, (byte) 0xfe);
        client.send(FIN | BINARY, payload);
        expect(FIN | BINARY, payload);
        expectGoodbye();
    }

    @ParameterizedTest
    @ValueSource(ints = { TEXT, BINARY })
    void case1FramingInChops(int opcode) {
        byte[] payload = bytes("*".repeat(65_536));
        chopped(FrameClient.frame(FIN | opcode, payload), 997);
        expect(FIN | opcode, payload);
    }

    // ---- 2: pings and pongs

    @ParameterizedTest
    @ValueSource(ints = { 0, 1, 8, 125 })
    void case2PingsAreAnsweredWithTheirPayload(int size) {
        byte[] payload = new byte[size];
        Arrays.fill(payload, (byte) 0xfe);
        client.send(PING, payload);
        expect(PONG, payload);
        chopped(FrameClient.frame(PING, payload), 1);
        expect(PONG, payload);
        expectGoodbye();
    }

    @Test
    void case2APingOf126Bytes() {
        client.send(PING, new byte[126]);
        expectFailure(1002);
    }

    @Test
    void case2PongsThatNobodyAskedFor() {
        client.send(PONG, "").send(PONG, "unsolicited").send(PING, "ping");
        expect(PONG, "ping");
        expectGoodbye();
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 1_000 })
    void case2TenPingsInOrder(int chop) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < 10; i++) {
            all.writeBytes(FrameClient.frame(PING, bytes("payload-" + i)));
        }
        chopped(all.toByteArray(), chop);
        for (int i = 0; i < 10; i++) {
            expect(PONG, "payload-" + i);
        }
    }

    // ---- 3: reserved bits

    @ParameterizedTest
    @ValueSource(ints = { 0xa1, 0x91, 0xb1, 0xd1, 0xe2, 0xf9, 0xe9, 0xf8, 0xc9, 0xc0 })
    void case3ReservedBits(int first) {
        client.send(FIN | TEXT, "before");
        expect(FIN | TEXT, "before");
        chopped(FrameClient.frame(first, bytes("x")), 1);
        client.send(PING, "");
        expectFailure(1002);
    }

    // ---- 4: opcodes

    @ParameterizedTest
    @ValueSource(ints = { 3, 4, 5, 6, 7, 11, 12, 13, 14, 15 })
    void case4ReservedOpcodes(int opcode) {
        client.send(FIN | TEXT, "before").send(FIN | opcode, opcode % 2 == 0 ? "payload" : "").send(PING, "");
        expect(FIN | TEXT, "before");
        expectFailure(1002);
    }

    // ---- 5: fragmentation

    @ParameterizedTest
    @ValueSource(ints = { 0x09, 0x0a, 0x08 })
    void case5ControlFramesInFragments(int first) {
        client.send(first, "fragment1").send(FIN, "fragment2");
        expectFailure(1002);
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 3, 10_000 })
    void case5TextInFragments(int chop) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(FrameClient.frame(TEXT, bytes("fragment1")));
        all.writeBytes(FrameClient.frame(FIN, bytes("fragment2")));
        chopped(all.toByteArray(), chop);
        expect(FIN | TEXT, "fragment1fragment2");
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 10_000 })
    void case5PingsBetweenFragments(int chop) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(FrameClient.frame(TEXT, bytes("1")));
        all.writeBytes(FrameClient.frame(CONT, bytes("2")));
        all.writeBytes(FrameClient.frame(PING, bytes("a")));
        all.writeBytes(FrameClient.frame(CONT, bytes("3")));
        all.writeBytes(FrameClient.frame(CONT, bytes("")));
        all.writeBytes(FrameClient.frame(PING, bytes("b")));
        all.writeBytes(FrameClient.frame(FIN, bytes("5")));
        chopped(all.toByteArray(), chop);
        expect(PONG, "a");
        expect(PONG, "b");
        expect(FIN | TEXT, "1235");
    }

    @ParameterizedTest
    @ValueSource(ints = { CONT, FIN })
    void case5AContinuationOfNothing(int first) {
        client.send(TEXT, "1").send(FIN, "2").send(first, "nothing").send(FIN | TEXT, "after");
        expect(FIN | TEXT, "12");
        expectFailure(1002);
    }

    @ParameterizedTest
    @ValueSource(ints = { CONT, FIN })
    void case5AContinuationAtTheBeginning(int first) {
        client.send(first, "nothing").send(FIN | TEXT, "after");
        expectFailure(1002);
    }

    @Test
    void case5AMessageWithinAMessage() {
        client.send(TEXT, "1").send(FIN | TEXT, "2");
        expectFailure(1002);
    }

    // ---- 6: UTF-8

    @Test
    void case6EmptyFragments() {
        client.send(TEXT, "").send(CONT, "").send(FIN, "");
        expect(FIN | TEXT, "");
        client.send(TEXT, "").send(CONT, "middle").send(FIN, "");
        expect(FIN | TEXT, "middle");
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 2, 3, 1_000 })
    void case6ValidTextCutAnywhere(int size) {
        String text = "Hello-µ@ßöäüàá-UTF-8!! κόσμε 𐀀 \ud83d\ude00";
        fragmented(TEXT, bytes(text), size);
        expect(FIN | TEXT, text);
        expectGoodbye();
    }

    @Test
    void case6InvalidTextFailsInItsFrame() {
        // The third piece never comes.
        byte[] frame = FrameClient.frame(FIN | TEXT,
                HexFormat.of().parseHex("cebae1bdb9cf83cebcceb5f4908080656469746564"));
        client.raw().send(Arrays.copyOf(frame, frame.length - 7));
        assertThat(client.read().closeCode()).isEqualTo(1007);
    }

    @ParameterizedTest
    @CsvSource({ "cebae1bdb9cf83cebcceb5, f4908080", "cebae1bdb9cf83cebcceb5f4, 90" })
    void case6InvalidTextFailsInItsFragment(String first, String second) {
        client.send(TEXT, HexFormat.of().parseHex(first)).send(CONT, HexFormat.of().parseHex(second));
        expectFailure(1007);
    }

    static Stream<String> sequences() {
        List<String> all = new ArrayList<>(List.of(
                // 6.5, 6.6: the beginnings of a Greek word
                "ce", "ceba", "cebae1", "cebae1bd", "cebae1bdb9", "cebae1bdb9cf", "cebae1bdb9cf83", "cebae1bdb9cf83ce",
                "cebae1bdb9cf83cebc", "cebae1bdb9cf83cebcce", "cebae1bdb9cf83cebcceb5",
                // 6.7 to 6.11: first and last possible ones, other bounds
                "00", "c280", "e0a080", "f0908080", "f888808080", "fc8480808080", "7f", "dfbf", "efbfbf", "f48fbfbf",
                "f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf", "ed9fbf", "ee8080", "efbfbd", "f4908080",
                // 6.12 to 6.14: continuations without a beginning, and beginnings without
                "80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf", "c020c120c220", "e020e120ef20",
                "f020f120f720", "f820f920fb20", "fc20fd20", "c0", "e080", "f08080", "f8808080", "fc80808080", "df",
                "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf",
                "c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf",
                // 6.16 to 6.19: impossible, and longer than needed
                "fe", "ff", "fefeffff", "c0af", "e080af", "f08080af", "f8808080af", "fc80808080af", "c1bf", "e09fbf",
                "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf", "c080", "e08080", "f0808080", "f880808080", "fc8080808080",
                // 6.20, 6.21: surrogates, alone and in pairs
                "eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf", "eda080edb080", "eda080edbfbf",
                "edadbfedb080", "edadbfedbfbf", "edae80edb080", "edae80edbfbf", "edafbfedb080", "edafbfedbfbf",
                // 6.23: replacement characters
                "efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd", "efbfbe", "efbfbf"));
        // 6.22: characters that are none are valid
        for (int plane = 0; plane <= 16; plane++) {
            for (int last = 0xfffe; last <= 0xffff; last++) {
                all.add(HexFormat.of().formatHex(bytes(Character.toString(plane << 16 | last))));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("sequences")
    void case6Sequences(String hex) {
        byte[] payload = HexFormat.of().parseHex(hex);
        boolean valid;
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload));
            valid = true;
        } catch (CharacterCodingException e) {
            valid = false;
        }
        client.send(FIN | TEXT, payload);
        if (valid) {
            expect(FIN | TEXT, payload);
        } else {
            expectFailure(1007);
        }
    }

    // ---- 7: close

    @Test
    void case7NothingBehindACloseIsAnswered() {
        client.send(FIN | TEXT, "before").send(TEXT, "begun").close(1000).send(FIN, "end").send(PING, "p")
                .send(FIN | TEXT, "x").close(1000);
        expect(FIN | TEXT, "before");
        assertThat(client.read().closeCode()).isEqualTo(1000);
        client.raw().expectClosed();
    }

    @Test
    void case7ACloseWithoutAStatus() {
        client.send(CLOSE, "");
        expect(CLOSE, "");
        client.raw().expectClosed();
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 1, 123 })
    void case7ACloseWithAReason(int length) {
        byte[] payload = ("\u0003\u00e8" + "*".repeat(length)).getBytes(StandardCharsets.ISO_8859_1);
        client.send(CLOSE, payload);
        assertThat(client.read().closeCode()).isEqualTo(1000);
        client.raw().expectClosed();
    }

    @ParameterizedTest
    @CsvSource({ "03, 1002", "03e8ceba80, 1007" })
    void case7AMalformedClose(String hex, int code) {
        client.send(CLOSE, HexFormat.of().parseHex(hex));
        expectFailure(code);
    }

    @Test
    void case7ACloseThatIsTooLong() {
        client.send(CLOSE, ("\u0003\u00e8" + "*".repeat(124)).getBytes(StandardCharsets.ISO_8859_1));
        expectFailure(1002);
    }

    @ParameterizedTest
    @ValueSource(ints = { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000,
        4999 })
    void case7StatusesThatMayBeSent(int code) {
        assertThat(client.close(code).read().closeCode()).isEqualTo(code);
        client.raw().expectClosed();
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535 })
    void case7StatusesThatMayNotBeSent(int code) {
        client.close(code);
        expectFailure(1002);
    }

    // ---- 9: limits and performance; 10: fragments of the sender's making

    @ParameterizedTest
    @ValueSource(ints = { 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20 })
    void case9LargeMessages(int size) {
        large(FIN | TEXT, size, size);
        large(FIN | BINARY, size, size);
    }

    @ParameterizedTest
    @ValueSource(ints = { 256, 1_300, 4 << 10, 64 << 10, 1 << 20 })
    void case9LargeMessagesInFragments(int fragment) {
        large(FIN | TEXT, 1 << 20, fragment);
        large(FIN | BINARY, 1 << 20, fragment);
    }

    @ParameterizedTest
    @ValueSource(ints = { 64, 1_024 })
    @Tag("long")
    void case9FourMegabytesInSmallFragments(int fragment) {
        large(FIN | TEXT, 4 << 20, fragment);
    }

    private void large(int first, int size, int fragment) {
        byte[] payload = new byte[size];
        for (int i = 0; i < size; i++) {
            payload[i] = (byte) ('a' + i % 23);
        }
        // The echo comes while the client still sends, where it sends more than one message; here it does not.
        fragmented(first & 15, payload, fragment);
        expect(first, payload);
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 16, 64, 256, 1_024 })
    void case9ManySmallMessages(int size) {
        byte[] payload = bytes("x".repeat(size));
        for (int i = 0; i < 200; i++) {
            client.send(FIN | TEXT, payload);
            expect(FIN | TEXT, payload);
        }
    }

    // ---- 12, 13: compression

    static Stream<Arguments> offers() {
        List<String> offers = List.of("permessage-deflate", "permessage-deflate; client_max_window_bits",
                "permessage-deflate; server_no_context_takeover", "permessage-deflate; server_max_window_bits=9",
                "permessage-deflate; server_max_window_bits=15; client_no_context_takeover",
                "permessage-deflate; server_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9",
                "permessage-deflate; server_max_window_bits=8",
                "x-unknown, permessage-deflate; server_max_window_bits=10; client_max_window_bits, permessage-deflate");
        return offers.stream().flatMap(offer -> IntStream.of(16, 256, 8_192, 131_072)
                .mapToObj(size -> arguments(offer, size)));
    }

    @ParameterizedTest
    @MethodSource("offers")
    void case12And13Compression(String offer, int size) throws Exception {
        try (RawClient connection = server.client();
                FrameClient compressing = FrameClient.open(connection, "Sec-WebSocket-Extensions: " + offer)) {
            String agreed = compressing.opening().header("Sec-WebSocket-Extensions").orElse("");
            assertThat(agreed).startsWith("permessage-deflate").contains("client_no_context_takeover");
            Random random = new Random(size);
            for (int i = 0; i < 20; i++) {
                byte[] payload = new byte[size];
                for (int j = 0; j < size; j++) {
                    payload[j] = (byte) ('a' + random.nextInt(i + 1));
                }
                byte[] packed = deflate(payload);
                int half = packed.length / 2;
                if (i % 2 == 0) {
                    compressing.send(0xc1, packed);
                } else {
                    compressing.send(0x41, Arrays.copyOf(packed, half)).send(PING, "p").send(FIN,
                            Arrays.copyOfRange(packed, half, packed.length));
                    assertThat(compressing.read().first()).isEqualTo(PONG);
                }
                FrameClient.Frame echo = compressing.read();
                assertThat(echo.first()).isEqualTo(0xc1);
                assertThat(inflate(echo.payload(), size)).isEqualTo(payload);
            }
        }
    }

    private static byte[] deflate(byte[] payload) {
        Deflater deflater = new Deflater(6, true);
        try {
            deflater.setInput(payload);
            byte[] out = new byte[payload.length * 2 + 100];
            int n = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
            return Arrays.copyOf(out, n - 4);
        } finally {
            deflater.end();
        }
    }

    private static byte[] inflate(byte[] packed, int size) throws DataFormatException {
        Inflater inflater = new Inflater(true);
        try {
            byte[] whole = Arrays.copyOf(packed, packed.length + 4);
            whole[packed.length + 2] = (byte) 0xff;
            whole[packed.length + 3] = (byte) 0xff;
            inflater.setInput(whole);
            byte[] out = new byte[size + 1];
            int n = 0;
            for (int more; (more = inflater.inflate(out, n, out.length - n)) > 0;) {
                n += more;
            }
            return Arrays.copyOf(out, n);
        } finally {
            inflater.end();
        }
    }

    @Test
    void case13ACompressedFrameWithoutCompression() {
        client.send(0xc1, deflate(bytes("x")));
        expectFailure(1002);
    }
}
