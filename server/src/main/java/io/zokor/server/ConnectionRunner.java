package io.zokor.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.zokor.config.Limits;
import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.ServerErrorBody;
import io.zokor.http.Status;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.ProtocolConnection;
import io.zokor.internal.exchange.Refusal;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.net.AddressRange;
import io.zokor.net.ByteReader;
import io.zokor.net.Conn;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.PeerGoneException;
import io.zokor.net.PlainHttpOnTlsException;
import io.zokor.net.ProxyProtocolException;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/** One connection from its handshake to its end; the last catch of its thread, which owns it. */
final class ConnectionRunner implements Runnable {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    private static final String PLAIN_HTTP = "This port expects HTTPS. Use an address that begins with https://\n";

    private final ConnectionContext connection;

    private final Conn conn;

    private final Handler handler;

    private final ConnectionRegistry registry;

    private final ProtocolSelector protocols;

    /** Whom the connection counts for, once it does; {@code null} where for nobody. */
    private @Nullable AddressRange client;

    /** Whether what fails is the TLS handshake: neither what a proxy has put before it nor what follows. */
    private boolean handshaking;

    ConnectionRunner(ConnectionContext connection, Handler handler, ConnectionRegistry registry,
            ProtocolSelector protocols) {
        this.connection = connection;
        this.conn = connection.conn();
        this.handler = handler;
        this.registry = registry;
        this.protocols = protocols;
    }

    @Override
    public void run() {
        CloseReason reason = CloseReason.SERVER;
        try {
            ProtocolConnection protocol = begin();
            reason = protocol == null ? CloseReason.PER_CLIENT : protocol.serve();
        } catch (PlainHttpOnTlsException e) {
            reason = plainHttp(e);
        } catch (ProxyProtocolException e) {
            reason = CloseReason.PROTOCOL_ERROR;
            LOGGER.log(Level.DEBUG, () -> connection + " refused: " + e.getMessage());
        } catch (DeadlineExceededException e) {
            reason = timedOut(e);
        } catch (PeerGoneException e) {
            reason = CloseReason.CLIENT_ABORT;
            LOGGER.log(Level.DEBUG, () -> connection + " left", e);
        } catch (IOException e) {
            reason = handshaking ? CloseReason.TLS : CloseReason.CLIENT_ABORT;
            LOGGER.log(Level.DEBUG, () -> connection + " ended", e);
        } catch (Throwable t) {
            // What was sent may look whole to the client.
            conn.abort();
            LOGGER.log(Level.ERROR, "serving " + connection + " failed", t);
        } finally {
            end(reason);
        }
    }

    /** {@return what the connection speaks, or {@code null} where its client has too many; that one was reset} */
    private @Nullable ProtocolConnection begin() throws IOException {
        preamble();
        if (!takePlace()) {
            return null;
        }
        handshake();
        // Within TLS, a PROXY protocol header has come only now.
        if (!takePlace()) {
            return null;
        }
        ProtocolConnection protocol = protocols.select(connection, new ByteReader(conn), handler);
        connection.protocol(protocol);
        return protocol;
    }

    private void preamble() throws IOException {
        conn.readDeadline(
                Deadline.after(connection.acceptedNanos(), connection.server().config().timeouts().tlsHandshake()),
                TimeoutKind.TLS_HANDSHAKE);
        conn.preamble();
    }

    /**
     * Counts the connection for its client, once that is known. Where it is one too many, it is reset: no answer that costs something,
     * and nothing of it that stays with the kernel.
     */
    private boolean takePlace() {
        ServerContext server = connection.server();
        int max = server.limits().get().maxPerClient();
        if (max == Limits.OFF || client != null) {
            return true;
        }
        AddressRange found = server.clients().of(conn);
        if (found == null) {
            return true;
        }
        if (!server.clients().connections().take(found, max)) {
            conn.abort();
            return false;
        }
        client = found;
        return true;
    }

    private void handshake() throws IOException {
        ServerContext server = connection.server();
        if (!conn.isEncrypted()) {
            conn.handshake();
            return;
        }
        connection.transition(ConnectionState.NEW, ConnectionState.TLS);
        long started = server.ticker().nanos();
        handshaking = true;
        try {
            conn.handshake();
        } catch (IOException e) {
            server.listener().tlsHandshake(connection, null, Duration.ofNanos(server.ticker().nanos() - started), e);
            throw e;
        }
        handshaking = false;
        server.listener().tlsHandshake(connection, conn.tls(), Duration.ofNanos(server.ticker().nanos() - started),
                null);
    }

    /** Answered in plain text, whatever protocols the port speaks. */
    private CloseReason plainHttp(PlainHttpOnTlsException request) {
        ServerErrorBody body = ServerErrorBody.of("text/plain; charset=utf-8", PLAIN_HTTP);
        return new Refusal(connection, 1, null, request.isHead(), connection.acceptedNanos()).answer(
                RejectReason.PLAIN_ON_TLS,
                RejectReason.PLAIN_ON_TLS.status(), body, (status, fields, content) -> {
                    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " " + Status.reason(status) + "\r\n");
                    fields.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
                    byte[] start = head.append("Connection: close\r\n\r\n").toString()
                            .getBytes(StandardCharsets.ISO_8859_1);
                    request.answer(ByteBuffer.allocate(start.length + content.length).put(start).put(content).flip());
                });
    }

    private CloseReason timedOut(DeadlineExceededException timeout) {
        TimeoutKind kind = timeout.kind();
        connection.server().listener().timeout(connection, kind);
        LOGGER.log(Level.DEBUG, () -> connection + " closed: " + timeout.getMessage());
        return kind == TimeoutKind.IDLE ? CloseReason.IDLE_TIMEOUT : CloseReason.TIMEOUT;
    }

    private void end(CloseReason reason) {
        ConnectionState before = connection.state();
        boolean cut = before == ConnectionState.CLOSED;
        if (reason != CloseReason.HIJACKED) {
            try {
                conn.close();
            } catch (IOException e) {
                LOGGER.log(Level.DEBUG, () -> "closing " + connection, e);
            }
        }
        CloseReason told = !cut ? reason : connection.isDraining() ? CloseReason.SHUTDOWN : CloseReason.SERVER;
        try {
            connection.closed();
            connection.server().listener().connectionClosed(connection, told);
        } finally {
            if (client != null) {
                connection.server().clients().connections().giveBack(client);
            }
            registry.remove(connection);
        }
    }
}
