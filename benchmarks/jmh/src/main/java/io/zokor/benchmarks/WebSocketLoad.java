package io.zokor.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Puts a WebSocket echo under load. Each line of its input is one measurement: port, path, sessions, bytes of a message, seconds. Each
 * session sends a message, waits for it to come back, and sends the next one. When all sessions are in full swing it prints
 * {@code begin}, at the end {@code end} with the messages a second, the median and the 99th percentile in milliseconds and the number
 * of messages, or {@code failed} with the reason. Everything happens on the main thread, which polls its sockets with one selector; it
 * stays from one measurement to the next, so that it is compiled when it counts.
 */
public final class WebSocketLoad {

    /** How long the sessions run before they are measured, so that all have begun. */
    private static final long RAMP = 300_000_000L;

    private static final int MICROSECONDS = 2_000_000;

    /** Of round trips by their microseconds; the last place is for all that are longer. */
    private final int[] histogram = new int[MICROSECONDS + 1];

    private long messages;

    private WebSocketLoad() {
    }

    /**
     * Measures until its input ends.
     *
     * @param args none
     * @throws IOException if the input cannot be read
     */
    public static void main(String[] args) throws IOException {
        WebSocketLoad load = new WebSocketLoad();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line;
        while ((line = lines.readLine()) != null) {
            String[] words = line.split(" ");
            try {
                load.measure(Integer.parseInt(words[0]), words[1], Integer.parseInt(words[2]),
                        Integer.parseInt(words[3]),
                        Double.parseDouble(words[4]));
            } catch (IOException e) {
                System.out.println("failed " + e.getMessage());
            }
        }
    }

    private void measure(int port, String path, int count, int size, double seconds) throws IOException {
        List<EchoSession> sessions = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            EchoSession.Message message = new EchoSession.Message(size);
            for (int i = 0; i < count; i++) {
                sessions.add(EchoSession.open(port, path, message));
            }
            for (EchoSession session : sessions) {
                session.begin(selector);
            }
            run(selector, RAMP);
            forget();
            System.out.println("begin");
            long start = System.nanoTime();
            run(selector, (long) (seconds * 1e9));
            double elapsed = (System.nanoTime() - start) / 1e9;
            System.out.printf(Locale.ROOT, "end %.1f %.3f %.3f %d%n", messages / elapsed, percentile(0.5),
                    percentile(0.99), messages);
        } finally {
            for (EchoSession session : sessions) {
                session.close();
            }
        }
    }

    private void forget() {
        Arrays.fill(histogram, 0);
        messages = 0;
    }

    private void run(Selector selector, long nanos) throws IOException {
        long now = System.nanoTime();
        long end = now + nanos;
        while (now < end) {
            selector.select(Math.max(1, (end - now) / 1_000_000));
            for (SelectionKey key : selector.selectedKeys()) {
                EchoSession session = (EchoSession) key.attachment();
                long took = session.ready();
                if (took >= 0) {
                    histogram[(int) Math.min(took / 1000, MICROSECONDS)]++;
                    messages++;
                }
            }
            selector.selectedKeys().clear();
            now = System.nanoTime();
        }
    }

    private double percentile(double share) {
        long rank = (long) Math.ceil(messages * share);
        long seen = 0;
        for (int i = 0; i < histogram.length; i++) {
            seen += histogram[i];
            if (seen >= rank) {
                return i / 1000.0;
            }
        }
        return MICROSECONDS / 1000.0;
    }
}
