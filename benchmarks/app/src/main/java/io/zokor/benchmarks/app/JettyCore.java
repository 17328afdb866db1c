package io.zokor.benchmarks.app;

import java.nio.ByteBuffer;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/**
 * Jetty's server without servlets and without Spring, on virtual threads, beside which Zokor's core is measured: two bytes for whatever
 * is asked, by HTTP/1.1 and HTTP/2 without TLS. The argument is the port. Without state.
 */
public final class JettyCore extends Handler.Abstract {

    private static final byte[] OK = { 'o', 'k' };

    private static final long IDLE_MILLISECONDS = 600_000;

    private static final int QUEUE = 1024;

    private JettyCore() {
    }

    /**
     * Serves until the process is stopped.
     *
     * @param args see the class comment
     * @throws Exception if the server cannot start
     */
    public static void main(String[] args) throws Exception {
        Server server = new Server(new VirtualThreadPool());
        HttpConfiguration configuration = new HttpConfiguration();
        ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(configuration),
                new HTTP2CServerConnectionFactory(configuration));
        connector.setHost("127.0.0.1");
        connector.setPort(Integer.parseInt(args[0]));
        connector.setIdleTimeout(IDLE_MILLISECONDS);
        connector.setAcceptQueueSize(QUEUE);
        server.addConnector(connector);
        server.setHandler(new JettyCore());
        server.start();
        server.join();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain");
        response.write(true, ByteBuffer.wrap(OK), callback);
        return true;
    }
}
