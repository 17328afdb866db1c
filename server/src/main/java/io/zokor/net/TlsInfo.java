package io.zokor.net;

import java.security.cert.X509Certificate;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a connection's TLS session once the handshake is done. Immutable.
 *
 * @param protocol for example {@code TLSv1.3}
 * @param cipherSuite for example {@code TLS_AES_256_GCM_SHA384}
 * @param keySize effective bits of the cipher's key, 0 where unknown
 * @param sessionId identifier of the session in hexadecimal digits, empty where it has none
 * @param serverName name that the client asked for (SNI), lower case, or {@code null}
 * @param applicationProtocol protocol chosen by ALPN, or {@code null}
 * @param peerCertificates the client's certificate chain, its own first; empty where it sent none
 */
public record TlsInfo(String protocol, String cipherSuite, int keySize, String sessionId, @Nullable String serverName,
        @Nullable String applicationProtocol, List<X509Certificate> peerCertificates) {

    /** Copies the list. */
    public TlsInfo {
        peerCertificates = List.copyOf(peerCertificates);
    }
}
