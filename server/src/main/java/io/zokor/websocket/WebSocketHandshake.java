package io.zokor.websocket;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.zokor.http.Headers;
import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;
import io.zokor.http.Status;
import io.zokor.http.Upgrade;
import io.zokor.internal.websocket.ExtensionOffers;

import org.jspecify.annotations.Nullable;

/**
 * The opening handshake (RFC 6455 section 4.2, over HTTP/2 RFC 8441): the question, taken apart and judged, and what confirms it. For
 * one request, used by its thread.
 */
public final class WebSocketHandshake {

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final Request request;

    private final WebSocketOptions options;

    private List<ExtensionOffers.Offer> offers = List.of();

    private Set<String> asked = Set.of();

    private boolean compression;

    private int refusal;

    private String reason = "";

    private WebSocketHandshake(Request request, WebSocketOptions options) {
        this.request = request;
        this.options = options;
        this.compression = options.compression();
    }

    /**
     * Takes a request for a handshake.
     *
     * @param request the request
     * @param options what is accepted
     * @return the handshake, whose {@link #refusal()} says whether it is one
     */
    public static WebSocketHandshake of(Request request, WebSocketOptions options) {
        return of(request, options, true);
    }

    /**
     * Takes a request for a handshake.
     *
     * @param request the request
     * @param options what is accepted
     * @param checkOrigin whether the Origin field is judged; {@code false} where somebody else does
     * @return the handshake, whose {@link #refusal()} says whether it is one
     */
    public static WebSocketHandshake of(Request request, WebSocketOptions options, boolean checkOrigin) {
        WebSocketHandshake handshake = new WebSocketHandshake(request, options);
        handshake.judge(checkOrigin);
        return handshake;
    }

    /**
     * Whether a request asks for a session, be it well or badly.
     *
     * @param request the request
     * @return whether its Upgrade field, or its {@code :protocol}, names websocket
     */
    public static boolean isAskedFor(Request request) {
        return "websocket".equalsIgnoreCase(request.connectProtocol())
                || request.headers().containsToken("Upgrade", "websocket");
    }

    /** {@return the status that it must be refused with, or 0 where it can be accepted} */
    public int refusal() {
        return refusal;
    }

    /** {@return the subprotocols that the client asks for, in its order} */
    public List<String> subprotocols() {
        return List.copyOf(asked);
    }

    /** {@return the first of {@link WebSocketOptions#subprotocols()} that the client asks for, or {@code null}} */
    public @Nullable String subprotocol() {
        for (String ours : options.subprotocols()) {
            if (asked.contains(ours)) {
                return ours;
            }
        }
        return null;
    }

    /** Leaves the client's offers of compression, although the options accept them; before {@link #fields} and {@link #upgrade}. */
    public void declineCompression() {
        compression = false;
    }

    /** {@return the extensions that the client offers, as in its fields, one each} */
    public List<String> extensions() {
        List<String> texts = new ArrayList<>();
        for (ExtensionOffers.Offer offer : offers) {
            StringBuilder text = new StringBuilder(offer.name());
            for (ExtensionOffers.Parameter parameter : offer.parameters()) {
                text.append("; ").append(parameter.name());
                if (parameter.value() != null) {
                    text.append('=').append(parameter.value());
                }
            }
            texts.add(text.toString());
        }
        return texts;
    }

    /**
     * Refuses it: sets the status and the fields that go with it, and writes a short text.
     *
     * @param response the response
     * @throws IOException if that fails
     * @throws IllegalStateException if it can be accepted
     */
    public void refuse(ResponseWriter response) throws IOException {
        if (refusal == 0) {
            throw new IllegalStateException("the handshake is in order");
        }
        response.status(refusal);
        refusalFields().forEach(response.headers()::set);
        response.headers().set("Content-Type", "text/plain; charset=utf-8");
        response.write(refusal + " " + Status.reason(refusal) + "\n");
    }

    /** {@return the fields that go with the refusal} */
    public Headers refusalFields() {
        Headers fields = new Headers();
        if (refusal == 426) {
            fields.set("Upgrade", "websocket").set("Connection", "Upgrade").set("Sec-WebSocket-Version", "13");
        } else if (refusal == 405) {
            fields.set("Allow", "GET");
        }
        return fields;
    }

    /**
     * The status that confirms it.
     *
     * @return 101, or 200 for an extended CONNECT
     */
    public int status() {
        return request.connectProtocol() == null ? 101 : 200;
    }

    /**
     * The fields that confirm it.
     *
     * @param subprotocol one that the client asks for, or {@code null}
     * @return the fields
     * @throws IllegalArgumentException if the client has not asked for it
     */
    public Headers fields(@Nullable String subprotocol) {
        checkAccepted(subprotocol);
        Headers fields = new Headers();
        if (request.connectProtocol() == null) {
            fields.set("Upgrade", "websocket").set("Connection", "Upgrade")
                    .set("Sec-WebSocket-Accept", accept(key()));
        }
        if (subprotocol != null) {
            fields.set("Sec-WebSocket-Protocol", subprotocol);
        }
        ExtensionOffers.Deflate deflate = deflate();
        if (deflate != null) {
            fields.set("Sec-WebSocket-Extensions", deflate.response());
        }
        return fields;
    }

    /**
     * What serves the session after the confirmation; for {@link io.zokor.http.ResponseController#upgrade}.
     *
     * @param subprotocol that of {@link #fields}
     * @param handler what the session does
     * @return the upgrade
     */
    public Upgrade upgrade(@Nullable String subprotocol, WebSocketHandler handler) {
        return session(subprotocol, handler);
    }

    SessionUpgrade session(@Nullable String subprotocol, WebSocketHandler handler) {
        checkAccepted(subprotocol);
        WebSocketRequest facts = new WebSocketRequest(request.scheme(), request.host(), request.path(),
                request.query(), request.headers(), request.connection());
        return new SessionUpgrade(options, facts, subprotocol, deflate(), handler);
    }

    void confirm(ResponseWriter response, @Nullable String subprotocol) {
        response.status(status());
        fields(subprotocol).forEach(response.headers()::set);
    }

    private void checkAccepted(@Nullable String subprotocol) {
        if (refusal != 0) {
            throw new IllegalStateException("the handshake must be refused: " + reason);
        }
        if (subprotocol != null && !asked.contains(subprotocol)) {
            throw new IllegalArgumentException("the client has not asked for the subprotocol " + subprotocol);
        }
    }

    private ExtensionOffers.@Nullable Deflate deflate() {
        return compression ? ExtensionOffers.deflate(offers) : null;
    }

    private String key() {
        return String.valueOf(request.headers().get("Sec-WebSocket-Key")).strip();
    }

    private void judge(boolean checkOrigin) {
        Headers headers = request.headers();
        boolean extended = "websocket".equalsIgnoreCase(request.connectProtocol());
        List<String> versions = headers.all("Sec-WebSocket-Version");
        if (!extended && !request.method().equals("GET")) {
            refuse(405, "method");
        } else if (!extended && (!headers.containsToken("Upgrade", "websocket")
                || !headers.containsToken("Connection", "Upgrade") || request.protocol().equals("HTTP/1.0"))) {
            refuse(426, "upgrade");
        } else if (versions.size() != 1 || !versions.getFirst().strip().equals("13")) {
            refuse(426, "version");
        } else if (!extended && !isKey(headers.all("Sec-WebSocket-Key"))) {
            refuse(400, "key");
        } else if (!extended && (request.contentLength() != 0 || headers.contains("Transfer-Encoding"))) {
            refuse(400, "body");
        } else if (!parse(headers)) {
            refuse(400, "syntax");
        } else if (checkOrigin && !OriginRule.allows(request, options.allowedOrigins())) {
            refuse(403, "origin");
            if (options.sessions().isFirstForeignOrigin()) {
                System.getLogger("io.zokor.websocket").log(Level.WARNING,
                        "a WebSocket from a page of another origin was refused; if such pages are yours, name their origins in"
                                + " zokor.websocket.allowed-origins (this is said once)");
            }
        } else if (!options.sessions().hasRoom()) {
            refuse(503, "max-sessions");
            if (options.sessions().isFirstBeyond()) {
                System.getLogger("io.zokor.websocket").log(Level.WARNING, "a WebSocket was refused: there are "
                        + options.sessions().max()
                        + " already; zokor.websocket.max-sessions raises the limit (this is said once)");
            }
        }
    }

    private void refuse(int status, String why) {
        refusal = status;
        reason = why;
        options.listener().rejected(request, why, status);
    }

    private boolean parse(Headers headers) {
        try {
            offers = ExtensionOffers.parse(headers.all("Sec-WebSocket-Extensions"));
            asked = tokens(headers.all("Sec-WebSocket-Protocol"));
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Set<String> tokens(List<String> lines) {
        Set<String> tokens = new LinkedHashSet<>();
        for (String line : lines) {
            for (String element : line.split(",", -1)) {
                String token = element.strip();
                if (!token.chars().allMatch(c -> ExtensionOffers.isTokenCharacter((char) c))) {
                    throw new IllegalArgumentException("malformed Sec-WebSocket-Protocol");
                }
                if (!token.isEmpty()) {
                    tokens.add(token);
                }
            }
        }
        return tokens;
    }

    /** 16 bytes in base64 (section 4.1). */
    private static boolean isKey(List<String> keys) {
        if (keys.size() != 1) {
            return false;
        }
        String key = keys.getFirst().strip();
        if (key.length() != 24 || !key.endsWith("==")) {
            return false;
        }
        try {
            return Base64.getDecoder().decode(key).length == 16;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String accept(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
