package io.zokor.matrix;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests that one client sends one after the other, with the cookies that it was given meanwhile. Immutable once built.
 *
 * @param name what it is about, unique
 * @param steps its requests in order
 */
record Scenario(String name, List<Step> steps) {

    /**
     * A request as wire text. <code>{csrf}</code> stands for the last CSRF token seen, <code>{host}</code> for loopback and port.
     *
     * @param head request line and fields, without the empty line
     * @param body bytes behind it, framed as the head says
     */
    record Step(List<String> head, byte[] body) {

        String method() {
            return head.getFirst().split(" ", 2)[0];
        }

        /** The same in a context path. */
        Step below(String contextPath) {
            List<String> below = new ArrayList<>(head);
            below.replaceAll(line -> line.replaceFirst("^([A-Za-z]+ (?:http://[^/ ]+)?)(/[^ ]* HTTP/1)",
                    "$1" + contextPath + "$2"));
            return new Step(below, body);
        }

        /** The same with more fields. */
        Step with(String... fields) {
            List<String> more = new ArrayList<>(head);
            more.addAll(List.of(fields));
            return new Step(more, body);
        }
    }

    static Scenario of(String name, Step... steps) {
        return new Scenario(name, List.of(steps));
    }

    static Scenario one(String name, String target, String... fields) {
        return of(name, request("GET", target, fields));
    }

    /** A request without a body. */
    static Step request(String method, String target, String... fields) {
        return raw(method + " " + target + " HTTP/1.1", fields(fields));
    }

    static Step get(String target, String... fields) {
        return request("GET", target, fields);
    }

    /** A request with a body of known length. */
    static Step post(String target, String type, String body, String... fields) {
        return send("POST", target, type, body.getBytes(StandardCharsets.UTF_8), fields);
    }

    static Step send(String method, String target, String type, byte[] body, String... fields) {
        Step step = request(method, target, fields);
        return new Step(step.with("Content-Type: " + type, "Content-Length: " + body.length).head(), body);
    }

    static Step form(String target, String body, String... fields) {
        return post(target, "application/x-www-form-urlencoded", body, fields);
    }

    static Step multipart(String target, String... parts) {
        String body = "--b0undary\r\n" + String.join("\r\n--b0undary\r\n", parts) + "\r\n--b0undary--\r\n";
        return post(target, "multipart/form-data; boundary=b0undary", body);
    }

    /** A part of a form: its fields, an empty line, its content. */
    static String part(String disposition, String type, String content) {
        return "Content-Disposition: form-data; " + disposition + "\r\n"
                + (type.isEmpty() ? "" : "Content-Type: " + type + "\r\n") + "\r\n" + content;
    }

    /** A head word by word, Host included where there is to be one. */
    static Step raw(String requestLine, String... fields) {
        List<String> head = new ArrayList<>(List.of(requestLine));
        head.addAll(List.of(fields));
        return new Step(head, new byte[0]);
    }

    /** A request whose body's bytes are given as they are on the wire. */
    static Step framed(String requestLine, String body, String... fields) {
        Step step = raw(requestLine, fields(fields));
        return new Step(step.head(), body.getBytes(StandardCharsets.UTF_8));
    }

    private static String[] fields(String... more) {
        String[] fields = new String[more.length + 1];
        fields[0] = "Host: {host}";
        System.arraycopy(more, 0, fields, 1, more.length);
        return fields;
    }

    @Override
    public String toString() {
        return name;
    }

    /** The bytes of a head. */
    static byte[] wire(List<String> head, byte[] body) {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        wire.writeBytes((String.join("\r\n", head) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        wire.writeBytes(body);
        return wire.toByteArray();
    }
}
