package io.zokor.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.zokor.http.Handler;
import io.zokor.http.Handlers;
import io.zokor.http.Headers;
import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;

/**
 * The handlers that the conformance benches of HTTP/1 and HTTP/2 ask questions of: echo, streams, wrong lengths, panics. Stateless; the
 * servlet module has the same ones as a servlet.
 */
public final class ConformanceHandler implements Handler {

    private static final Handler NOT_FOUND = Handlers.text(404, "not found");

    private static final int PIECE = 8192;

    /** Makes one. */
    public ConformanceHandler() {
    }

    @Override
    public void handle(Request request, ResponseWriter response) throws Exception {
        switch (request.path()) {
            case "/" -> text(response, "ok");
            case "/echo" -> echo(request, response);
            case "/headers" -> text(response, lines(request.headers()));
            case "/stream" -> stream(response, number(request, "n", 3), number(request, "ms", 0));
            case "/ignore" -> text(response, "ignored");
            case "/panic" -> throw new IllegalStateException("a panic on purpose");
            case "/slow" -> {
                Thread.sleep(number(request, "ms", 1000));
                text(response, "slow");
            }
            case "/uri" -> text(response,
                    request.method() + " " + request.target().raw() + " " + request.protocol() + "\n");
            case "/setheader" -> {
                response.headers().set("X-Test", value(request, "v", ""));
                text(response, "ok");
            }
            case "/rawheader" -> {
                response.headers().set(value(request, "n", "X-Test"), value(request, "v", ""));
                text(response, "ok");
            }
            case "/earlyhints" -> {
                Headers hints = new Headers();
                hints.set("Link", "</a>; rel=preload");
                response.controller().writeInterim(103, hints);
                text(response, "ok");
            }
            case "/sendtrailers" -> {
                response.trailers().set("X-Trailer", "end");
                text(response, "ok");
            }
            case "/status" -> {
                int status = (int) number(request, "c", 200);
                response.status(status);
                if (status != 204 && status != 304) {
                    response.write("body");
                }
            }
            case "/statusbody" -> {
                response.status((int) number(request, "c", 200));
                response.write("body");
            }
            case "/big" -> {
                long length = number(request, "n", 1 << 20);
                response.headers().set("Content-Type", "text/plain");
                response.headers().set("Content-Length", Long.toString(length));
                fill(response, length);
            }
            case "/cl" -> {
                response.headers().set("Content-Type", "text/plain");
                response.headers().set("Content-Length", Long.toString(number(request, "n", 10)));
                fill(response, number(request, "m", 10));
            }
            case "/trailers" -> {
                request.body().transferTo(OutputStream.nullOutputStream());
                Headers trailers = request.trailers();
                text(response, trailers == null ? "" : lines(trailers));
            }
            case "/mem" -> {
                Runtime runtime = Runtime.getRuntime();
                text(response, "heap " + (runtime.totalMemory() - runtime.freeMemory()) + " threads "
                        + Thread.activeCount() + "\n");
            }
            default -> NOT_FOUND.handle(request, response);
        }
    }

    private static void text(ResponseWriter response, String text) throws IOException {
        response.headers().set("Content-Type", "text/plain");
        response.write(text);
    }

    private static void echo(Request request, ResponseWriter response) throws IOException {
        byte[] body;
        try (InputStream in = request.body()) {
            body = in.readAllBytes();
        }
        String type = request.headers().get("Content-Type");
        response.headers().set("Content-Type", type == null ? "application/octet-stream" : type);
        response.write(body);
    }

    private static void stream(ResponseWriter response, long count, long pause) throws Exception {
        response.headers().set("Content-Type", "text/plain");
        for (long i = 0; i < count; i++) {
            if (i > 0 && pause > 0) {
                Thread.sleep(pause);
            }
            response.write("chunk-" + i + "\n");
            response.flush();
        }
    }

    private static void fill(ResponseWriter response, long length) throws IOException {
        byte[] piece = new byte[PIECE];
        Arrays.fill(piece, (byte) 'x');
        for (long left = length; left > 0; left -= PIECE) {
            response.write(piece, 0, (int) Math.min(left, PIECE));
        }
    }

    private static String lines(Headers headers) {
        StringBuilder text = new StringBuilder();
        headers.forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
        return text.toString();
    }

    private static long number(Request request, String name, long otherwise) {
        return Long.parseLong(value(request, name, Long.toString(otherwise)));
    }

    private static String value(Request request, String name, String otherwise) {
        String query = request.query();
        if (query != null) {
            for (String pair : query.split("&")) {
                if (pair.startsWith(name + "=")) {
                    return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
                }
            }
        }
        return otherwise;
    }
}
