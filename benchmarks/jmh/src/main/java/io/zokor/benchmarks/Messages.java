package io.zokor.benchmarks;

import java.nio.charset.StandardCharsets;

/** What clients send. */
final class Messages {

    /** As load generators and services ask: few fields. */
    static final byte[] SMALL = ascii("""
            GET /raw HTTP/1.1
            Host: localhost:8080
            User-Agent: bench
            Accept: */*

            """);

    /** As a browser asks: many fields, some of them long. */
    static final byte[] BROWSER = ascii("""
            GET /articles/2026/spring?page=2&sort=date HTTP/1.1
            Host: www.example.com
            Connection: keep-alive
            Cache-Control: max-age=0
            sec-ch-ua: "Browser";v="140", "Engine";v="140"
            sec-ch-ua-mobile: ?0
            sec-ch-ua-platform: "Linux"
            Upgrade-Insecure-Requests: 1
            User-Agent: Mozilla/5.0 (X11; Linux x86_64) Engine/537.36 (like any other) Browser/140.0.0.0 Safari/537.36
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8
            Sec-Fetch-Site: same-origin
            Sec-Fetch-Mode: navigate
            Sec-Fetch-User: ?1
            Sec-Fetch-Dest: document
            Referer: https://www.example.com/articles/2026
            Accept-Encoding: gzip, deflate, br, zstd
            Accept-Language: en-GB,en;q=0.9,de;q=0.8
            Cookie: SESSION=5f2c9a4e7b1d4c0f8a6e3b2d1c0f9e8d; theme=dark; consent=1

            """);

    private Messages() {
    }

    /** A POST with a body of declared length. */
    static byte[] post(int length) {
        return concat(ascii("""
                POST /echo HTTP/1.1
                Host: localhost:8080
                Content-Type: application/octet-stream
                Content-Length: %d

                """.formatted(length)), new byte[length]);
    }

    /** A POST with a chunked body. */
    static byte[] chunkedPost(int chunks, int size) {
        return concat(ascii("""
                POST /echo HTTP/1.1
                Host: localhost:8080
                Content-Type: application/octet-stream
                Transfer-Encoding: chunked

                """), chunks(chunks, size));
    }

    /** Some chunks of the same size, and the last one. */
    static byte[] chunks(int count, int size) {
        String chunk = Integer.toHexString(size) + "\r\n" + "x".repeat(size) + "\r\n";
        return (chunk.repeat(count) + "0\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] ascii(String text) {
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
