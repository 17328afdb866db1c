package io.zokor.internal.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the encoder writes (RFC 7541), which fields it keeps in the table, and what it says of the table's size. */
class HpackEncoderTest {

    private final HpackEncoder encoder = new HpackEncoder();

    @ParameterizedTest
    @CsvSource({ "200, 88", "204, 89", "206, 8a", "304, 8b", "400, 8c", "404, 8d", "500, 8e", "201, 0803323031",
        "103, 0803313033", "999, 0803393939" })
    void status(int status, String hex) {
        assertThat(encode(":status: " + status)).isEqualTo(hex);
        assertThat(hex.length() / 2).isLessThanOrEqualTo(HpackEncoder.MAX_STATUS);
    }

    @Test
    void repeatedValueIsOneByte() {
        assertThat(encode("content-type: text/plain", "vary: accept-encoding")).startsWith("5f");
        assertThat(encode("content-type: text/plain", "vary: accept-encoding")).isEqualTo("bfbe");
        assertThat(encode("vary: accept-encoding")).isEqualTo("be");
    }

    /** A name that is no literal of the program's, as applications make them. */
    @Test
    void repeatedNameNeedNotBeTheSameObject() {
        encode("x-frame-options: DENY");
        assertThat(encode(new StringBuilder("x-frame-options: DENY").toString())).isEqualTo("be");
    }

    @ParameterizedTest
    @ValueSource(strings = { "content-length: 77", "etag: \"abc\"", "location: /there", "x-request-id: 4711",
        "content-type: multipart/byteranges; boundary=qwertz", "content-security-policy: script-src 'nonce-abc'" })
    void valuesOfOneResponseStayOut(String field) {
        String first = encode(field);
        assertThat(encoder.tableBytes()).isZero();
        assertThat(encode(field)).isEqualTo(first);
        assertThat(Integer.parseInt(first.substring(0, 1), 16)).as("literal without indexing").isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = { "set-cookie: a=b", "authorization: x", "www-authenticate: Basic", "proxy-authorization: x",
        "x-csrf-token: x", "cookie: a=b" })
    void secretsAreNeverIndexed(String field) {
        assertThat(encode(field)).startsWith("1");
        assertThat(encoder.tableBytes()).isZero();
    }

    @Test
    void longValuesStayOut() {
        encode("cache-control: " + "x".repeat(600));
        assertThat(encoder.tableBytes()).isZero();
    }

    @Test
    void huffmanOnlyWhereItIsShorter() {
        assertThat(encode("x: \u00ff\u00fe")).isEqualTo("00" + "0178" + "02fffe");
        assertThat(encode("x: aaaaaaaa")).isEqualTo("00" + "0178" + "85" + "18c6318c63");
    }

    @Test
    void beyondLatin1IsAQuestionMark() throws Exception {
        byte[] block = Blocks.encode(encoder, "x: \u010a\u0130", "y: aaaaaaaaaa\u010a");
        assertThat(Blocks.decode(new HpackDecoder(4096), block)).containsExactly("x: ??", "y: aaaaaaaaaa?");
    }

    // ---- section 4.2

    @Test
    void smallerTable() {
        encode("vary: origin");
        encoder.maxTableBytes(100);
        assertThat(encode(":status: 200")).isEqualTo("3f45" + "88");
        assertThat(encode(":status: 200")).isEqualTo("88");
        encoder.maxTableBytes(41);
        assertThat(encode(":status: 200")).isEqualTo("3f0a" + "88");
        assertThat(encoder.tableBytes()).isZero();
    }

    @Test
    void noTable() {
        encode("vary: origin");
        encoder.maxTableBytes(0);
        String first = encode("vary: origin");
        assertThat(first).startsWith("20" + "0f2c");
        assertThat(encode("vary: origin")).isEqualTo(first.substring(2));
    }

    @Test
    void smallestAndLastAreBothSaid() {
        encode("vary: origin");
        encoder.maxTableBytes(1000);
        encoder.maxTableBytes(0);
        encoder.maxTableBytes(2000);
        encoder.maxTableBytes(65_536);
        assertThat(encode(":status: 200")).isEqualTo("20" + "3fe11f" + "88");
        assertThat(encoder.tableBytes()).isZero();
    }

    @Test
    void largerTableIsNotUsed() {
        encoder.maxTableBytes(0xffff_ffffL);
        assertThat(encode(":status: 200")).isEqualTo("88");
    }

    @Test
    void largerAgain() {
        encoder.maxTableBytes(50);
        assertThat(encode(":status: 200")).isEqualTo("3f13" + "88");
        encoder.maxTableBytes(4096);
        assertThat(encode(":status: 200")).isEqualTo("3fe11f" + "88");
    }

    // ---- there and back

    @Test
    void randomRoundTrips() throws Exception {
        Random random = new Random(7540);
        String[] names = { "content-type", "vary", "date", "cache-control", "set-cookie", "etag", "x-a",
            "x-frame-options",
            "accept-encoding", "location", ":path", "grpc-status", "x-" + "long".repeat(40) };
        for (int connection = 0; connection < 50; connection++) {
            HpackEncoder there = new HpackEncoder();
            HpackDecoder back = new HpackDecoder(4096);
            for (int block = 0; block < 100; block++) {
                if (random.nextInt(10) == 0) {
                    there.maxTableBytes(random.nextInt(5000));
                }
                List<String> fields = new ArrayList<>();
                fields.add(":status: " + (100 + random.nextInt(900)));
                for (int i = random.nextInt(12); i > 0; i--) {
                    fields.add(names[random.nextInt(names.length)] + ": " + value(random));
                }
                byte[] bytes = Blocks.encode(there, fields.toArray(new String[0]));
                assertThat(Blocks.decode(back, bytes)).isEqualTo(fields);
                assertThat(there.tableBytes()).isEqualTo(back.tableBytes());
            }
        }
    }

    private static String value(Random random) {
        StringBuilder value = new StringBuilder();
        int kind = random.nextInt(3);
        for (int i = random.nextInt(random.nextInt(8) == 0 ? 700 : 12); i > 0; i--) {
            value.append((char) (kind == 0 ? 'a' + random.nextInt(2)
                    : kind == 1 ? 32 + random.nextInt(95) : random.nextInt(256)));
        }
        return value.toString();
    }

    private String encode(String... fields) {
        return Blocks.hex(Blocks.encode(encoder, fields));
    }
}
