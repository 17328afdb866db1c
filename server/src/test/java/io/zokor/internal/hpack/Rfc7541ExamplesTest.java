package io.zokor.internal.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The examples of RFC 7541 appendix C: each block, what it holds, and how large the table is behind it. */
class Rfc7541ExamplesTest {

    private final HpackDecoder decoder = new HpackDecoder(4096);

    private final HpackDecoder small = new HpackDecoder(256);

    @Test
    void c21LiteralWithIndexing() throws Exception {
        check(decoder, "400a637573746f6d2d6b65790d637573746f6d2d686561646572",
                55, "custom-key: custom-header");
    }

    @Test
    void c22LiteralWithoutIndexing() throws Exception {
        check(decoder, "040c2f73616d706c652f70617468",
                0, ":path: /sample/path");
    }

    @Test
    void c23LiteralNeverIndexed() throws Exception {
        check(decoder, "100870617373776f726406736563726574",
                0, "password: secret");
    }

    @Test
    void c24Indexed() throws Exception {
        check(decoder, "82",
                0, ":method: GET");
    }

    @Test
    void c3RequestsWithoutHuffmanCode() throws Exception {
        check(decoder, "828684410f7777772e6578616d706c652e636f6d",
                57, ":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com");
        check(decoder, "828684be58086e6f2d6361636865",
                110, ":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com",
                "cache-control: no-cache");
        check(decoder, "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
                164, ":method: GET", ":scheme: https", ":path: /index.html", ":authority: www.example.com",
                "custom-key: custom-value");
    }

    @Test
    void c4RequestsWithHuffmanCode() throws Exception {
        check(decoder, "828684418cf1e3c2e5f23a6ba0ab90f4ff",
                57, ":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com");
        check(decoder, "828684be5886a8eb10649cbf",
                110, ":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com",
                "cache-control: no-cache");
        check(decoder, "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
                164, ":method: GET", ":scheme: https", ":path: /index.html", ":authority: www.example.com",
                "custom-key: custom-value");
    }

    @Test
    void c5ResponsesWithoutHuffmanCode() throws Exception {
        check(small, "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a32"
                + "3120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d",
                222, ":status: 302", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
                "location: https://www.example.com");
        check(small, "4803333037c1c0bf",
                222, ":status: 307", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
                "location: https://www.example.com");
        check(small, "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a6970"
                + "7738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d61"
                + "67653d333630303b2076657273696f6e3d31",
                215, ":status: 200", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:22 GMT",
                "location: https://www.example.com", "content-encoding: gzip",
                "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1");
    }

    @Test
    void c6ResponsesWithHuffmanCode() throws Exception {
        check(small, "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad"
                + "171863c78f0b97c8e9ae82ae43d3",
                222, ":status: 302", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
                "location: https://www.example.com");
        check(small, "4883640effc1c0bf",
                222, ":status: 307", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
                "location: https://www.example.com");
        check(small, "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2"
                + "e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
                215, ":status: 200", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:22 GMT",
                "location: https://www.example.com", "content-encoding: gzip",
                "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1");
    }

    private static void check(HpackDecoder decoder, String hex, int tableBytes, String... fields) throws Exception {
        assertThat(Blocks.decode(decoder, hex)).containsExactly(fields);
        assertThat(decoder.tableBytes()).isEqualTo(tableBytes);
    }
}
