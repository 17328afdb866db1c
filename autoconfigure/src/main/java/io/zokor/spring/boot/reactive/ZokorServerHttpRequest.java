package io.zokor.spring.boot.reactive;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

import io.zokor.http.Authority;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.Request;
import io.zokor.http.RequestCookie;
import io.zokor.http.ResponseController;
import io.zokor.net.TlsInfo;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Flux;

/** A request as WebFlux wants it. Its head never changes; the body is the exchange's. */
final class ZokorServerHttpRequest extends AbstractServerHttpRequest {

    private static final String BEYOND_THE_GRAMMAR = "{}|^`";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final Request request;
    private final Flux<DataBuffer> body;
    private final int maxCookies;
    private final ResponseController controller;

    private ZokorServerHttpRequest(Request request, URI uri, BodyPublisher body, int maxCookies,
            ResponseController controller) {
        super(HttpMethod.valueOf(request.method()), uri, null, headers(request));
        this.request = request;
        this.body = Flux.from(body);
        this.maxCookies = maxCookies;
        this.controller = controller;
    }

    static ZokorServerHttpRequest of(Request request, BodyPublisher body, int maxCookies, ResponseController controller)
            throws RejectedRequestException {
        return new ZokorServerHttpRequest(request, uri(request), body, maxCookies, controller);
    }

    private static URI uri(Request request) throws RejectedRequestException {
        String path = request.path();
        String query = request.query();
        // OPTIONS * has no path (RFC 9112 section 3.2.4).
        String text = request.scheme() + "://" + authority(request) + (path.startsWith("*") ? "/" + path : path)
                + (query == null ? "" : "?" + encoded(query));
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new RejectedRequestException(400, RejectReason.TARGET,
                    "the target is not a URI (RFC 3986): " + e.getReason());
        }
    }

    /**
     * Browsers leave some characters of a query as they are that the grammar does not know (RFC 3986 section 3.4), and the server
     * takes them. A {@link URI} does not: there they stand encoded, which means the same.
     */
    private static String encoded(String query) {
        StringBuilder text = null;
        for (int i = 0; i < query.length(); i++) {
            char c = query.charAt(i);
            boolean raw = BEYOND_THE_GRAMMAR.indexOf(c) >= 0;
            if (raw && text == null) {
                text = new StringBuilder(query.length() + 16).append(query, 0, i);
            }
            if (text != null) {
                if (raw) {
                    text.append('%').append(HEX.toHexDigits((byte) c));
                } else {
                    text.append(c);
                }
            }
        }
        return text == null ? query : text.toString();
    }

    /** A request by HTTP/1.0 may name no host; what it connected to stands for it then. */
    private static String authority(Request request) {
        String host = request.host();
        if (!host.isEmpty()) {
            return host;
        }
        if (request.connection().localAddress() instanceof InetSocketAddress local) {
            return Authority.of(local).toString();
        }
        return "localhost";
    }

    private static HttpHeaders headers(Request request) {
        HttpHeaders headers = new HttpHeaders();
        request.headers().forEach(headers::add);
        return headers;
    }

    @Override
    protected String initId() {
        return request.connection().id() + "-" + request.number();
    }

    @Override
    protected MultiValueMap<String, HttpCookie> initCookies() {
        MultiValueMap<String, HttpCookie> cookies = new LinkedMultiValueMap<>();
        try {
            for (RequestCookie cookie : RequestCookie.read(request.headers(), maxCookies)) {
                cookies.add(cookie.name(), new HttpCookie(cookie.name(), cookie.value()));
            }
        } catch (RejectedRequestException e) {
            controller.refused(e);
            throw new ResponseStatusException(HttpStatusCode.valueOf(e.status()), null, e);
        }
        return cookies;
    }

    @Override
    protected @Nullable SslInfo initSslInfo() {
        TlsInfo tls = request.tls();
        if (tls == null) {
            return null;
        }
        return tls.peerCertificates().isEmpty()
                ? SslInfo.from(tls.sessionId())
                : SslInfo.from(tls.sessionId(), tls.peerCertificates().toArray(X509Certificate[]::new));
    }

    @Override
    public @Nullable InetSocketAddress getLocalAddress() {
        return network(request.connection().localAddress());
    }

    @Override
    public @Nullable InetSocketAddress getRemoteAddress() {
        return network(request.connection().remoteAddress());
    }

    /** A Unix domain socket has no such address. */
    private static @Nullable InetSocketAddress network(SocketAddress address) {
        return address instanceof InetSocketAddress network ? network : null;
    }

    @Override
    public Flux<DataBuffer> getBody() {
        return body;
    }

    @Override
    @SuppressWarnings("unchecked") // the caller says what it expects, as the interface wants it
    public <T> T getNativeRequest() {
        return (T) request;
    }
}
