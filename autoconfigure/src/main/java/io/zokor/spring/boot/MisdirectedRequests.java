package io.zokor.spring.boot;

import io.zokor.http.Authority;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;
import io.zokor.net.ServerNames;
import io.zokor.net.TlsContexts;
import io.zokor.net.TlsInfo;

/**
 * Refuses requests for a host whose TLS terms are others than those that the handshake was made under: a client could otherwise
 * pass by the client certificates that a host demands (CVE-2025-66614). Has no state but the terms.
 */
final class MisdirectedRequests implements Handler {

    private final Handler handler;
    private final TlsContexts terms;

    MisdirectedRequests(Handler handler, TlsContexts terms) {
        this.handler = handler;
        this.terms = terms;
    }

    @Override
    public void handle(Request request, ResponseWriter response) throws Exception {
        TlsInfo tls = request.tls();
        if (tls != null && !ServerNames.sameContext(terms, tls.serverName(), Authority.of(request.host()).host())) {
            throw new RejectedRequestException(421, RejectReason.MISDIRECTED,
                    "Host is not one that the TLS server name's bundle is for, see server.ssl.server-name-bundles");
        }
        handler.handle(request, response);
    }
}
