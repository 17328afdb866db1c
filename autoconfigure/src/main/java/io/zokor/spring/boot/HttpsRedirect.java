package io.zokor.spring.boot;

import java.util.function.IntSupplier;

import io.zokor.http.Authority;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;

/**
 * Redirects every request to HTTPS on the same host. 308 keeps method and body (RFC 9110 section 15.4.9). Has no state but where
 * the port is asked for.
 */
final class HttpsRedirect implements Handler {

    private final IntSupplier httpsPort;

    HttpsRedirect(IntSupplier httpsPort) {
        this.httpsPort = httpsPort;
    }

    @Override
    public void handle(Request request, ResponseWriter response) throws Exception {
        String host = Authority.of(request.host()).host();
        if (host.isEmpty()) {
            throw new RejectedRequestException(400, RejectReason.HOST, "a request without Host cannot be redirected");
        }
        int port = httpsPort.getAsInt();
        String query = request.query();
        String path = request.path().startsWith("/") ? request.path() : "/";
        response.headers().set("Location",
                "https://" + new Authority(host, port == 443 ? Authority.NO_PORT : port) + path
                        + (query == null ? "" : "?" + query));
        response.writeHead(308);
    }
}
