package io.zokor.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

import io.zokor.config.Limits;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.net.ByteReader;
import io.zokor.net.PeerGoneException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chunked coding (RFC 9112 section 7.1); every text is read whole and byte by byte. */
class ChunkedInputTest {

    @ParameterizedTest
    @CsvSource(quoteCharacter = '|', value = { "|0~~|, ||", "|5~hello~0~~|, |hello|",
        "|3~abc~2~de~00~~|, |abcde|", "|A~0123456789~0~~|, |0123456789|", "|a~0123456789~0~~|, |0123456789|",
        "|000000000000005~hello~0~~|, |hello|", "|1;a~x~0;b=c~~|, |x|", "|1;a;b;c=d~x~0~~|, |x|",
        "|1 ; a = b~x~0~~|, |x|", "|1;a=\"b c\"~x~0~~|, |x|", "|1;a=\"\\\"\"~x~0~~|, |x|",
        "|1;a=\"\";b~x~0~~|, |x|" })
    void body(String wire, String expected) throws Exception {
        assertThat(read(wire)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = { "~", ";a~x~", "g~", "-1~", "+1~", "0x5~", "5h~", "5 5~", "5 ~", "5\t~", " 5~", "5,~",
        "1:x~", "1;~x", "1;;a~x", "1;=a~x", "1;a=~x", "1;a b~x", "1;a=b c~x", "1;a=\"b~x", "1;a=\"b\"c~x",
        "1;a=\"\\~x", "1;a/b~x", "1;a=b=c~x", "1;\u00e4~x", "\u0661~x", "\uff11~x" })
    void malformedSizeLine(String wire) {
        refused(400, RejectReason.CHUNK, wire + "~0~~");
    }

    /** CVE-2026-42580 and CVE-2017-7657: sizes that overflow an int, a long, or wrap to something small. */
    @ParameterizedTest
    @ValueSource(strings = { "0000000000000005", "100000000000000000000004", "10000000000000004",
        "ffffffffffffffff", "7fffffffffffffff", "fffffffffffffffff", "8000000000000000", "1000000000000000" })
    void chunkSizeOverflow(String size) {
        refused(400, RejectReason.CHUNK, size + "~hello~0~~");
    }

    @ParameterizedTest
    @ValueSource(strings = { "80000000", "100000004", "100000000", "7fffffff", "fffffffff", "fffffffffffffff" })
    void chunkSizesBeyondIntAreTakenAsTheyAre(String size) {
        assertThatThrownBy(() -> read(size + "~hello~0~~")).isInstanceOf(PeerGoneException.class);
    }

    /** CVE-2025-22871, CVE-2025-58056 (bare LF), CVE-2026-2332, CVE-2026-33870 (line ends in quotes). */
    @ParameterizedTest
    @ValueSource(strings = { "5\nhello~0~~", "5~hello\n0~~", "5~hello~0\n~", "5~hello~0~\n", "5\rhello~0~~",
        "5~hello\r0~~", "1;a=\"\n\"~x~0~~", "1;a=\"\r\"~x~0~~", "1;a=\"~\"~x~0~~", "1;a\n~x~0~~",
        "1;a\u0000~x~0~~", "1;a=\"\u0007\"~x~0~~", "5~hello!~0~~", "5~hell~0~~", "2;\n\n~xx~45~0~~" })
    void bareLineEndsAndControls(String wire) {
        assertThatThrownBy(() -> read(wire)).isInstanceOfSatisfying(RejectedRequestException.class,
                e -> assertThat(e.status()).isEqualTo(400));
    }

    @Test
    void endInTheMiddle() {
        for (String wire : new String[] { "", "5", "5~", "5~hel", "5~hello", "5~hello~", "0", "0~", "0~a: b~" }) {
            assertThatThrownBy(() -> read(wire)).as(wire).isInstanceOf(PeerGoneException.class);
        }
    }

    @Test
    void trailersAreKept() throws Exception {
        ChunkedInput input = input("1~x~0~Checksum: abc~x-y:~~", 1 << 16);
        assertThat(input.trailers()).isNull();
        assertThat(drain(input)).isEqualTo("x");
        assertThat(input.trailers().names()).containsExactlyInAnyOrder("Checksum", "x-y");
        assertThat(input.trailers().get("checksum")).isEqualTo("abc");
        assertThat(input.remaining()).isZero();
    }

    @Test
    void trailersThatWouldChangeWhatIsSettledAreDropped() throws Exception {
        ChunkedInput input = input("0~Content-Length: 5~TRANSFER-ENCODING: chunked~Host: x~Authorization: y~Cookie: z~"
                + "Connection: close~Content-Type: a/b~ok: 1~~", 1 << 16);
        drain(input);
        assertThat(input.trailers().names()).containsExactly("ok");
    }

    @ParameterizedTest
    @ValueSource(strings = { "0~no colon~~", "0~a : b~~", "0~ a: b~~", "0~a: b~ folded~~", "0~: b~~",
        "0~a: \u0000~~", "0~\u00e4: b~~" })
    void malformedTrailer(String wire) {
        refused(400, RejectReason.FIELD, wire);
    }

    @Test
    void trailersHaveTheLimitsOfHeaders() throws Exception {
        String value = "v".repeat((int) Limits.defaults().maxHeaderBytes() - "a: ~~".length() - 2);
        assertThat(read("0~a: " + value + "~~")).isEmpty();
        refused(431, RejectReason.HEADER_TOO_LARGE, "0~a: " + value + "v~~");
        String fields = "a: b~".repeat(Limits.defaults().maxHeaderCount());
        assertThat(read("0~" + fields + "~")).isEmpty();
        refused(431, RejectReason.HEADER_TOO_LARGE, "0~" + fields + "a: b~~");
    }

    @Test
    void aSizeLineHasALimit() throws Exception {
        String longest = "1;" + "a".repeat(4 * 1024 - 4);
        assertThat(read(longest + "~x~0~~")).isEqualTo("x");
        refused(400, RejectReason.CHUNK, longest + "a~x~0~~");
    }

    /** CVE-2023-39326: a gigabyte of extensions for a few bytes of body. */
    @Test
    void chunkExtensionAmplification() {
        refused(400, RejectReason.CHUNK, ("1;" + "a".repeat(200) + "~x~").repeat(200) + "0~~");
    }

    @Test
    void manySmallChunksAreNoAmplification() throws Exception {
        assertThat(read("1~x~".repeat(30_000) + "0~~", 1 << 12)).hasSize(30_000);
    }

    private static void refused(int status, RejectReason reason, String wire) {
        for (int piece : new int[] { 1, 1 << 16 }) {
            assertThatThrownBy(() -> read(wire, piece)).as("%s in pieces of %s", wire, piece)
                    .isInstanceOfSatisfying(RejectedRequestException.class, e -> {
                        assertThat(e.status()).isEqualTo(status);
                        assertThat(e.reason()).isEqualTo(reason);
                    });
        }
    }

    /** Reads a body whose CRLFs are written as tildes. */
    private static String read(String wire) throws IOException {
        String whole = read(wire, 1 << 16);
        assertThat(read(wire, 1)).isEqualTo(whole);
        return whole;
    }

    private static String read(String wire, int piece) throws IOException {
        return drain(input(wire, piece));
    }

    private static ChunkedInput input(String wire, int piece) {
        byte[] bytes = wire.replace("~", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        ByteReader reader = new ByteReader(ScriptedConn.inPieces(bytes, piece));
        return new ChunkedInput(reader, new LineReader(reader), Limits.defaults());
    }

    private static String drain(ChunkedInput input) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] bytes = new byte[1000];
        int n;
        while ((n = input.read(bytes, 0, bytes.length)) >= 0) {
            assertThat(n).isPositive();
            body.write(bytes, 0, n);
        }
        assertThat(input.read(bytes, 0, 1)).isEqualTo(-1);
        return body.toString(StandardCharsets.ISO_8859_1);
    }
}
