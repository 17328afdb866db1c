package io.zokor.testing;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

import io.zokor.config.Http2;
import io.zokor.config.ServerConfig;
import io.zokor.config.Timeouts;
import io.zokor.http.Handler;
import io.zokor.net.TcpListener;
import io.zokor.net.TlsContext;
import io.zokor.net.TlsContexts;
import io.zokor.net.TlsListener;
import io.zokor.server.Server;

/**
 * Serves a handler for a conformance bench until the process is stopped, on a plain and a TLS port of the loopback address, in HTTP/1.1
 * and HTTP/2.
 * Arguments: the port, the TLS port (0 for one that the system chooses, -1 for none), and the seconds that reading a head, a
 * body, a handshake, writing a response, and waiting for the next request may take (none: the defaults).
 */
public final class ConformanceServer {

    private ConformanceServer() {
    }

    /**
     * Serves {@link ConformanceHandler}.
     *
     * @param args see the class comment
     * @throws Exception if the server cannot start
     */
    public static void main(String[] args) throws Exception {
        run(new ConformanceHandler(), args);
    }

    /**
     * Serves a handler.
     *
     * @param handler the handler
     * @param args see the class comment
     * @throws Exception if the server cannot start
     */
    public static void run(Handler handler, String[] args) throws Exception {
        if (args.length < 1 || args.length > 3) {
            System.err.println("arguments: PORT [TLS-PORT [SECONDS]]");
            System.exit(2);
        }
        Timeouts timeouts = Timeouts.defaults();
        if (args.length > 2) {
            Duration limit = Duration.ofSeconds(Long.parseLong(args[2]));
            timeouts = new Timeouts(limit, limit, limit, limit, limit, limit, null);
        }
        ServerConfig config = ServerConfig.builder().name("conformance").timeouts(timeouts).build();
        Server server = Server.builder().handler(handler).config(config)
                .http2(Http2.defaults().withEnabled(true)).build();
        TcpListener plain = TcpListener.bind(loopback(args[0]), config.backlog());
        server.start(plain);
        System.out.println("http " + plain.address());
        if (args.length > 1 && !args[1].equals("-1")) {
            TestCertificates.Identity identity = TestCertificates.selfSigned("localhost");
            TlsListener tls = new TlsListener(TcpListener.bind(loopback(args[1]), config.backlog()),
                    TlsContexts.of(TlsContext.of(identity.context())), server.http2().applicationProtocols());
            server.start(tls);
            System.out.println("https " + tls.address());
        }
        // the server's own threads are daemons
        Thread.currentThread().join();
    }

    private static InetSocketAddress loopback(String port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
    }
}
