package io.zokor.spring;

import java.util.ArrayList;
import java.util.List;

import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

/** Single requests, each on a connection of its own, as the tests of whole applications need them. Stateless. */
public final class Ask {

    private Ask() {
    }

    /** {@return the answer to a GET with further fields} */
    public static RawResponse get(int port, String target, String... fields) {
        List<String> head = new ArrayList<>(List.of("GET " + target + " HTTP/1.1", "Host: a"));
        head.addAll(List.of(fields));
        try (RawClient client = RawClient.connect(port)) {
            client.sendHead(head.toArray(String[]::new));
            return client.readResponse();
        }
    }

    /** {@return whether the answer is packed for a client that takes gzip} */
    public static boolean compressed(int port, String target, String field) {
        return get(port, target, "Accept-Encoding: gzip", field).header("Content-Encoding").orElse("").equals("gzip");
    }
}
