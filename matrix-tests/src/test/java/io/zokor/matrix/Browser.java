package io.zokor.matrix;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.jspecify.annotations.Nullable;

/**
 * Sends a scenario's requests to one server, keeps cookies and connections as a browser does, and makes what it is told
 * comparable: what must differ from server to server, or from run to run, is replaced by its name. One thread.
 */
final class Browser implements AutoCloseable {

    private static final Pattern CSRF = Pattern.compile("_csrf(?:\" type=\"hidden\" value=\"|=)([A-Za-z0-9_-]{40,})");

    private final int port;

    private final Map<String, String> cookies = new LinkedHashMap<>();

    /** What to replace by which name. */
    private final Map<String, String> secrets = new LinkedHashMap<>();

    private String csrf = "none";

    private @Nullable RawClient connection;

    Browser(int port) {
        this.port = port;
        secrets.put("127.0.0.1:" + port, "HOST");
    }

    /** Sends a request and gives the answer, its traits by name in a stable order. */
    Map<String, String> send(Scenario.Step step) {
        List<String> head = new ArrayList<>();
        for (String line : step.head()) {
            head.add(fill(line));
        }
        if (!cookies.isEmpty()) {
            List<String> pairs = new ArrayList<>();
            cookies.forEach((name, value) -> pairs.add(name + "=" + value));
            head.add("Cookie: " + String.join("; ", pairs));
        }
        byte[] body = fill(new String(step.body(), StandardCharsets.ISO_8859_1))
                .getBytes(StandardCharsets.ISO_8859_1);
        head.replaceAll(line -> line.startsWith("Content-Length: " + step.body().length)
                ? "Content-Length: " + body.length
                : line);
        RawClient client = connection;
        if (client == null) {
            client = RawClient.connect(port);
            connection = client;
        }
        client.trySend(new String(Scenario.wire(head, body), StandardCharsets.ISO_8859_1));
        RawResponse response;
        try {
            response = step.method().equals("HEAD") ? client.readHeadResponse() : client.readResponse();
        } catch (AssertionError | UncheckedIOException e) {
            client.close();
            connection = null;
            return Map.of("status", "-", "body", "", "failure",
                    "no HTTP/1.1 response: " + clean(String.valueOf(e.getMessage())));
        }
        learn(response);
        Map<String, String> traits = traits(response);
        if (response.headers("Connection").contains("close") || !response.complete()) {
            client.close();
            connection = null;
        }
        return traits;
    }

    private String fill(String text) {
        return text.replace("{host}", "127.0.0.1:" + port).replace("{csrf}", csrf).replace("{session}",
                cookies.getOrDefault("JSESSIONID", "none"));
    }

    private void learn(RawResponse response) {
        for (String field : response.headers("Set-Cookie")) {
            String pair = field.split(";", 2)[0];
            String name = pair.substring(0, pair.indexOf('='));
            String value = pair.substring(pair.indexOf('=') + 1);
            if (field.contains("Expires=Thu, 01 Jan 1970 ") || value.isEmpty()) {
                cookies.remove(name);
            } else {
                cookies.put(name, value);
                if (value.length() > 20) {
                    secrets.put(value, "THE-" + name);
                }
            }
        }
        Matcher matcher = CSRF.matcher(response.text());
        if (matcher.find()) {
            csrf = matcher.group(1);
            secrets.put(csrf, "THE-CSRF-TOKEN");
        }
    }

    private Map<String, String> traits(RawResponse response) {
        Map<String, String> traits = new LinkedHashMap<>();
        traits.put("version", response.version());
        traits.put("status", Integer.toString(response.status()));
        traits.put("reason", response.reason());
        Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        response.headers().forEach(e -> fields.computeIfAbsent(e.getKey(), _ -> new ArrayList<>()).add(e.getValue()));
        fields.replaceAll((name, values) -> name.equalsIgnoreCase("Date") ? List.of("THE-DATE") : values);
        fields.computeIfPresent("Set-Cookie", (_, values) -> values.stream().map(Browser::sorted).toList());
        fields.forEach((name, values) -> traits.put("field " + name.toLowerCase(Locale.ROOT),
                clean(values.toString())));
        traits.put("framing", response.framing().toString());
        traits.put("complete", Boolean.toString(response.complete()));
        traits.put("interim", response.interim().stream().map(r -> clean(r.status() + " " + r.headers())).toList()
                .toString());
        String body = clean(response.text());
        traits.put("body", body.length() > 20_000 ? body.length() + " characters, " + body.hashCode() : body);
        if (!response.trailers().isEmpty()) {
            traits.put("trailers", response.trailers().toString());
        }
        return traits;
    }

    /** The order of a cookie's attributes means nothing (RFC 6265 section 5.2). */
    private static String sorted(String cookie) {
        String[] parts = cookie.split("; *");
        Arrays.sort(parts, 1, parts.length);
        return String.join("; ", parts);
    }

    private String clean(String text) {
        String clean = text;
        for (Map.Entry<String, String> secret : secrets.entrySet()) {
            clean = clean.replace(secret.getKey(), secret.getValue());
        }
        return clean.replace(Integer.toString(port), "PORT")
                .replaceAll("\"timestamp\":\"[^\"]*\"", "\"timestamp\":\"NOW\"")
                .replaceAll("Expires=[A-Z][a-z]{2}, [0-9A-Za-z :-]+ GMT", "Expires=WHEN")
                .replaceAll("(<div id=(?:'|\")created(?:'|\")>)[^<]*", "$1NOW");
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.close();
        }
    }
}
