package io.zokor.internal.http1;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.zokor.config.ServerConfig;
import io.zokor.event.ServerListener;
import io.zokor.http.ClientAddresses;
import io.zokor.http.ConnectionInfo;
import io.zokor.http.Handler;
import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;
import io.zokor.http.ServerErrorHandler;
import io.zokor.internal.exchange.Clients;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.DateField;
import io.zokor.internal.exchange.ErrorAnswer;
import io.zokor.internal.exchange.RequestGate;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.net.ByteReader;
import io.zokor.net.DeadlineReaper;
import io.zokor.net.LogLimit;
import io.zokor.net.Ticker;

/** Serves what a {@link ScriptedConn} brings, without sockets and threads, and keeps the verdict. */
final class Wire implements AutoCloseable {

    /**
     * What became of a connection.
     *
     * @param output what the server sent, without Date
     * @param end why the connection ended, or what was thrown
     * @param rejected why requests were refused
     * @param aborted whether the connection was reset
     */
    record Verdict(String output, String end, List<RejectReason> rejected, boolean aborted) {

        private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

        /** All statuses in order, interim ones included. */
        List<Integer> statuses() {
            List<Integer> statuses = new ArrayList<>();
            Matcher matcher = STATUS.matcher(output);
            while (matcher.find()) {
                statuses.add(Integer.valueOf(matcher.group(1)));
            }
            return statuses;
        }
    }

    private static final Pattern DATE = Pattern.compile("\r\nDate: [^\r]*");

    private final DeadlineReaper reaper = new DeadlineReaper(Ticker.system(), "test-reaper");
    private final ServerConfig config = ServerConfig.defaults();
    private final Handler handler;

    Wire(Handler handler) {
        this.handler = handler;
    }

    /** Answers with all that it was told. */
    static void echo(Request request, ResponseWriter response) throws IOException {
        byte[] body = request.body().readAllBytes();
        response.write(request.method() + "|" + request.target().raw() + "|" + request.host() + "|" + body.length + "|"
                + Arrays.hashCode(body) + "|" + text(request.headers()) + "|" + text(request.trailers()));
    }

    /** Answers without a look at the body. */
    static void ignore(Request request, ResponseWriter response) throws IOException {
        response.write("ignored");
    }

    static byte[] bytes(String text) {
        return text.replace("~", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    Verdict serve(ScriptedConn conn) {
        List<RejectReason> rejected = new ArrayList<>();
        ServerListener listener = new ServerListener() {
            @Override
            public void requestRejected(ConnectionInfo connection, RejectReason reason, int status) {
                rejected.add(reason);
            }
        };
        Clients clients = new Clients(ClientAddresses.ofPeers());
        ServerContext server = new ServerContext(config, config::limits, listener, Ticker.system(), reaper,
                new RequestGate(config::limits, clients.requests()), clients, new DateField(),
                new ErrorAnswer(ServerErrorHandler.standard()),
                new LogLimit(System.getLogger("io.zokor.server"), System.Logger.Level.WARNING), null, () -> true,
                (name, task) -> Thread.ofVirtual().name(name).unstarted(task));
        ConnectionContext connection = new ConnectionContext(1, conn, server);
        String end = onVirtualThread(() -> {
            try {
                return new Http1Connection(connection, new ByteReader(conn), handler).serve().name();
            } catch (IOException e) {
                return e.getClass().getSimpleName();
            }
        });
        return new Verdict(DATE.matcher(conn.output()).replaceAll(""), end, rejected, conn.isAborted());
    }

    /** As in the server: what the loop does to be fair, such as yielding, is made for virtual threads. */
    private static String onVirtualThread(Callable<String> task) {
        FutureTask<String> future = new FutureTask<>(task);
        Thread.ofVirtual().start(future);
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        reaper.close();
    }

    private static String text(Headers fields) {
        StringBuilder text = new StringBuilder();
        fields.forEach((name, value) -> text.append(name).append(": ").append(value).append(';'));
        return text.toString();
    }
}
