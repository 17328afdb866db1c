package io.zokor.spring.restart;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The client of the restart check: sends POSTs at a steady rate over kept connections until its standard input ends, and tells
 * which of them got no complete 201, and why. Each connection has a thread of its own; what they have in common is concurrent.
 */
public final class PostLoad {

    /** Longer than nginx waits for an instance, whose 504 then tells what was the matter. */
    private static final int PATIENCE_MILLIS = 120_000;

    private final int port;

    private final String prefix;

    private final long intervalNanos;

    private final long started = System.nanoTime();

    private final AtomicLong answered = new AtomicLong();

    private final AtomicLong slowestNanos = new AtomicLong();

    private final Map<String, String> failed = new ConcurrentSkipListMap<>();

    private volatile boolean over;

    private PostLoad(int port, String prefix, long intervalNanos) {
        this.port = port;
        this.prefix = prefix;
        this.intervalNanos = intervalNanos;
    }

    /**
     * Runs it.
     *
     * @param arguments port, POSTs a second, connections, what the names of the POSTs begin with
     */
    public static void main(String[] arguments) throws Exception {
        int connections = Integer.parseInt(arguments[2]);
        double rate = Double.parseDouble(arguments[1]);
        PostLoad load = new PostLoad(Integer.parseInt(arguments[0]), arguments[3],
                (long) (connections / rate * 1_000_000_000L));
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            int number = i;
            threads.add(Thread.ofVirtual().start(() -> load.run(number, connections)));
        }
        while (System.in.read() >= 0) {
            // The caller closes it when it has seen enough.
        }
        load.over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        double seconds = (System.nanoTime() - load.started) / 1e9;
        StringBuilder result = new StringBuilder();
        result.append("answered ").append(load.answered).append('\n');
        result.append("seconds ").append(seconds).append('\n');
        result.append("slowest ").append(load.slowestNanos.get() / 1_000_000).append('\n');
        load.failed.forEach((name, why) -> result.append("failed ").append(name).append(' ').append(why).append('\n'));
        System.out.print(result);
        System.out.flush();
    }

    private void run(int number, int connections) {
        long due = started + intervalNanos * number / connections;
        int count = 0;
        Socket socket = null;
        InputStream in = null;
        while (!over) {
            long pause = due - System.nanoTime();
            if (pause > 0) {
                LockSupport.parkNanos(pause);
                continue;
            }
            // Who is late does not catch up by a burst.
            due = Math.max(due, System.nanoTime() - intervalNanos) + intervalNanos;
            String name = prefix + "-" + number + "-" + count++;
            long begun = System.nanoTime();
            String doing = "connecting";
            boolean kept = socket != null;
            try {
                if (socket == null) {
                    socket = new Socket(InetAddress.getLoopbackAddress(), port);
                    socket.setTcpNoDelay(true);
                    socket.setSoTimeout(PATIENCE_MILLIS);
                    in = new BufferedInputStream(socket.getInputStream(), 1024);
                }
                doing = "sending";
                socket.getOutputStream().write(("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + name.length()
                        + "\r\n\r\n" + name).getBytes(StandardCharsets.US_ASCII));
                doing = "reading the answer";
                String head = head(in);
                doing = "reading the body of a " + head.substring(9, 12);
                String body = body(in, head);
                if (!head.startsWith("HTTP/1.1 201 ")) {
                    failed.put(name, "status " + head.substring(9, 12));
                } else if (!body.equals(name)) {
                    failed.put(name, "another one's answer");
                } else {
                    answered.incrementAndGet();
                    slowestNanos.accumulateAndGet(System.nanoTime() - begun, Math::max);
                }
                if (head.toLowerCase(java.util.Locale.ROOT).contains("\nconnection: close")) {
                    close(socket);
                    socket = null;
                }
            } catch (IOException e) {
                String where = kept && doing.equals("reading the answer") ? " on a connection that was idle" : "";
                String what = e instanceof EOFException ? "end of input"
                        : e instanceof SocketTimeoutException ? "time-out" : e.getMessage();
                failed.put(name, what + " while " + doing + where + " after "
                        + (System.nanoTime() - begun) / 1_000_000 + " ms");
                close(socket);
                socket = null;
            }
        }
        close(socket);
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder(256);
        while (head.length() < 4 || head.lastIndexOf("\r\n\r\n", head.length() - 4) != head.length() - 4) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException();
            }
            head.append((char) b);
        }
        return head.toString();
    }

    private static String body(InputStream in, String head) throws IOException {
        for (String line : head.split("\r\n")) {
            if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                int length = Integer.parseInt(line.substring(15).strip());
                byte[] body = in.readNBytes(length);
                if (body.length < length) {
                    throw new EOFException();
                }
                return new String(body, StandardCharsets.US_ASCII);
            }
        }
        throw new IOException("an answer without Content-Length");
    }

    private static void close(Socket socket) {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                System.err.println("closing: " + e);
            }
        }
    }
}
