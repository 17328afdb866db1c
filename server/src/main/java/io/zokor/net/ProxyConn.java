package io.zokor.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A connection that begins with a PROXY protocol header. The reading thread owns {@code rest}; the announced addresses are
 * written once, by the handshake, and read by any thread. Nothing of a header outlives its connection (CVE-2024-7885).
 */
final class ProxyConn extends ConnLayer {

    private final List<AddressRange> trusted;

    private final LogLimit refusals;

    private volatile @Nullable InetSocketAddress announcedRemote;

    private volatile @Nullable InetSocketAddress announcedLocal;

    /** The header was read, which may announce no address; of the connection's own thread. */
    private boolean announced;

    /** What came after the header in the same read; dropped when it is consumed. */
    private @Nullable ByteBuffer rest;

    ProxyConn(Conn inner, List<AddressRange> trusted, LogLimit refusals) {
        super(inner);
        this.trusted = trusted;
        this.refusals = refusals;
    }

    @Override
    public void handshake() throws IOException {
        inner.handshake();
        readHeader();
    }

    @Override
    public void preamble() throws IOException {
        inner.preamble();
        if (!inner.isEncrypted()) {
            readHeader();
        }
    }

    private void readHeader() throws IOException {
        if (announced) {
            return;
        }
        SocketAddress proxy = inner.remoteAddress();
        if (!(proxy instanceof UnixDomainSocketAddress) && !AddressRange.anyContains(trusted, proxy)) {
            String message = "a connection from " + proxy
                    + ", which is none of zokor.trusted-proxies, on a listener with zokor.proxy-protocol=required";
            refusals.log(() -> "Refused " + message);
            throw new ProxyProtocolException(message);
        }
        ByteBuffer in = ByteBuffer.allocate(ProxyHeader.MAX_V2);
        ProxyHeader header = null;
        while (header == null) {
            // Never full here: a header of this length is either complete or refused.
            if (inner.read(in) < 0) {
                throw new PeerGoneException("the connection from " + proxy + " ended before its PROXY protocol header",
                        null);
            }
            in.flip();
            header = ProxyHeader.parse(in);
            if (header == null) {
                in.compact();
            }
        }
        in.position(header.length());
        rest = in.hasRemaining() ? in : null;
        announcedRemote = header.source();
        announcedLocal = header.destination();
        announced = true;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        ByteBuffer first = rest;
        if (first == null) {
            return inner.read(target);
        }
        int n = Math.min(first.remaining(), target.remaining());
        target.put(first.slice(first.position(), n));
        first.position(first.position() + n);
        if (!first.hasRemaining()) {
            rest = null;
        }
        return n;
    }

    @Override
    public SocketAddress remoteAddress() {
        InetSocketAddress announced = announcedRemote;
        return announced != null ? announced : inner.remoteAddress();
    }

    @Override
    public @Nullable SocketAddress clientAddress() {
        return announcedRemote;
    }

    @Override
    public SocketAddress localAddress() {
        InetSocketAddress announced = announcedLocal;
        return announced != null ? announced : inner.localAddress();
    }

    @Override
    public String toString() {
        return "ProxyConn[" + remoteAddress() + " by " + inner + "]";
    }
}
