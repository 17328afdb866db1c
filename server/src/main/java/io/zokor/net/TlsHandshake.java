package io.zokor.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

import org.jspecify.annotations.Nullable;

/**
 * One handshake in the server's part, from the ClientHello to the tickets. Owned by the connection's thread and dropped when it
 * is done.
 */
final class TlsHandshake {

    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    /**
     * What a handshake results in.
     *
     * @param engine encrypts and decrypts
     * @param info what was agreed
     */
    record Session(SSLEngine engine, TlsInfo info) {
    }

    private final Conn conn;

    private final TlsInput input;

    /** When all must be over. */
    private final long deadline;

    /** Records that are yet to be sent; {@code null} if none are. */
    private @Nullable ByteBuffer flight;

    TlsHandshake(Conn conn, TlsInput input, long deadline) {
        this.conn = conn;
        this.input = input;
        this.deadline = deadline;
    }

    /**
     * Makes the handshake. If it fails, the peer has been told why as far as that is possible in TLS.
     *
     * @param contexts chooses the terms
     * @param applicationProtocols for ALPN
     * @return the session
     * @throws PlainHttpOnTlsException if the peer speaks plain HTTP; it is not answered yet
     * @throws SSLException if the handshake fails
     * @throws IOException if the peer leaves or takes too long
     */
    Session run(TlsContexts contexts, List<String> applicationProtocols) throws IOException {
        try {
            ClientHello hello = ClientHello.read(input);
            TlsContext context = contexts.forServerName(hello.serverName());
            SSLEngine engine = context.newEngine(applicationProtocols);
            negotiate(engine);
            return new Session(engine, info(engine, context, hello));
        } catch (PlainHttpOnTlsException e) {
            throw e.on(conn, input.available() >= 4 && input.peek(0) == 'H' && input.peek(3) == 'D');
        } catch (ClientHelloException e) {
            LastWords.sayAndLinger(conn, e.alert().asRecord());
            throw e;
        }
    }

    private void negotiate(SSLEngine engine) throws IOException {
        try {
            engine.beginHandshake();
            boolean done = false;
            while (!done) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_TASK -> {
                        StarvationGuard.beforeComputing();
                        runTasks(engine);
                    }
                    case NEED_WRAP -> wrap(engine);
                    case NEED_UNWRAP -> {
                        flush();
                        unwrap(engine);
                    }
                    case NEED_UNWRAP_AGAIN -> engine.unwrap(EMPTY.duplicate(), EMPTY.duplicate());
                    case NOT_HANDSHAKING, FINISHED -> {
                        flush();
                        done = true;
                    }
                }
            }
        } catch (SSLException e) {
            flight = null;
            ByteBuffer alert = lastRecords(engine);
            if (alert.hasRemaining()) {
                LastWords.sayAndLinger(conn, alert);
            }
            throw e;
        } catch (RuntimeException e) {
            // Security providers report some of what a peer can cause so.
            throw new SSLException("the TLS engine failed", e);
        }
    }

    private void unwrap(SSLEngine engine) throws IOException {
        if (!input.awaitRecord()) {
            throw new PeerGoneException("the peer left during the TLS handshake", null);
        }
        SSLEngineResult result = engine.unwrap(input.buffer(), EMPTY.duplicate());
        input.release();
        if (result.getStatus() == Status.CLOSED) {
            throw new PeerGoneException("the peer ended the TLS handshake", null);
        }
        if (result.getStatus() != Status.OK) {
            throw new SSLException("data before the end of the TLS handshake: " + result.getStatus());
        }
    }

    private void wrap(SSLEngine engine) throws IOException {
        int most = engine.getSession().getPacketBufferSize();
        if (flight != null && flight.remaining() < most) {
            flush();
        }
        if (flight == null) {
            // Room for a whole flight in one write: its records are small, but the engine asks for that of the largest.
            flight = ByteBuffer.allocate(most + most / 2);
        }
        SSLEngineResult result = engine.wrap(EMPTY.duplicate(), flight);
        if (result.getStatus() != Status.OK && result.getStatus() != Status.CLOSED || result.bytesProduced() == 0) {
            throw new SSLException("the TLS handshake cannot go on: " + result.getStatus());
        }
    }

    private void flush() throws IOException {
        ByteBuffer records = flight;
        // Dropped before the wait for the peer's answer.
        flight = null;
        if (records != null) {
            // A client that does not read must not hold the handshake either. Not set while reading: there, the read deadline
            // has the better end.
            conn.writeDeadline(deadline, TimeoutKind.TLS_HANDSHAKE);
            conn.write(records.flip());
            conn.writeDeadline(Deadline.NONE, TimeoutKind.TLS_HANDSHAKE);
        }
    }

    /**
     * Runs what the engine wants to be run.
     *
     * @param engine the engine
     */
    static void runTasks(SSLEngine engine) {
        Runnable task = engine.getDelegatedTask();
        while (task != null) {
            task.run();
            task = engine.getDelegatedTask();
        }
    }

    /**
     * Takes the engine's last records: a pending alert, or the close_notify after {@link SSLEngine#closeOutbound()}.
     *
     * @param engine the engine
     * @return the records, perhaps none
     */
    static ByteBuffer lastRecords(SSLEngine engine) {
        int most = engine.getSession().getPacketBufferSize();
        ByteBuffer records = ByteBuffer.allocate(2 * most);
        try {
            // Bounded by progress as well as by room: no state of the engine may turn this into an endless loop (CVE-2023-1108).
            int produced = 1;
            while (produced > 0 && records.remaining() >= most && !engine.isOutboundDone()
                    && engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
                produced = engine.wrap(EMPTY.duplicate(), records).bytesProduced();
            }
        } catch (SSLException e) {
            // The engine repeats the failure that the caller already has; what it wrote before stands.
            return records.flip();
        }
        return records.flip();
    }

    private static TlsInfo info(SSLEngine engine, TlsContext context, ClientHello hello) {
        SSLSession session = engine.getSession();
        String chosen = engine.getApplicationProtocol();
        return new TlsInfo(session.getProtocol(), session.getCipherSuite(), keySize(session.getCipherSuite()),
                HexFormat.of().formatHex(session.getId()), hello.serverName(),
                chosen == null || chosen.isEmpty() ? null : chosen, peerCertificates(session, context));
    }

    private static List<X509Certificate> peerCertificates(SSLSession session, TlsContext context) {
        if (context.clientAuth() == TlsContext.ClientAuth.NONE) {
            return List.of();
        }
        try {
            return Arrays.stream(session.getPeerCertificates()).filter(X509Certificate.class::isInstance)
                    .map(X509Certificate.class::cast).toList();
        } catch (SSLPeerUnverifiedException e) {
            // The client declined, as it may.
            return List.of();
        }
    }

    /** The bits of a cipher suite's key, by its name: JSSE does not tell them. */
    static int keySize(String cipherSuite) {
        if (cipherSuite.contains("_AES_256_") || cipherSuite.contains("_CHACHA20_")) {
            return 256;
        }
        if (cipherSuite.contains("_AES_128_")) {
            return 128;
        }
        return cipherSuite.contains("_3DES_") ? 168 : 0;
    }
}
