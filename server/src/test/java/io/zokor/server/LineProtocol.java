package io.zokor.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.http.Handler;
import io.zokor.http.Headers;
import io.zokor.http.HijackedConnection;
import io.zokor.http.RequestTarget;
import io.zokor.http.Tunnel;
import io.zokor.http.Upgrade;
import io.zokor.internal.exchange.BodySize;
import io.zokor.internal.exchange.BodySource;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.Exchange;
import io.zokor.internal.exchange.ExchangeCodec;
import io.zokor.internal.exchange.Outcome;
import io.zokor.internal.exchange.ProtocolConnection;
import io.zokor.internal.exchange.RequestHead;
import io.zokor.internal.exchange.ResponseHead;
import io.zokor.internal.exchange.Turn;
import io.zokor.net.ByteReader;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.DeadlineSlot;
import io.zokor.net.PeerGoneException;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * A protocol with several turns at once, to see what all protocols share: a request is a line, {@code get PATH}, and has a body that never
 * comes; its response is {@code NUMBER STATUS BODY} on a line, or {@code NUMBER cut}. The line {@code cancel NUMBER} gives a request up.
 * The connection's thread reads; each turn has a thread of its own; the lock of this object guards the output.
 */
final class LineProtocol implements ProtocolConnection {

    private final ConnectionContext connection;
    private final ByteReader in;
    private final Handler handler;
    private final ConcurrentSkipListMap<Long, LineTurn> turns = new ConcurrentSkipListMap<>();
    private final CountDownLatch drained = new CountDownLatch(1);

    LineProtocol(ConnectionContext connection, ByteReader in, Handler handler) {
        this.connection = connection;
        this.in = in;
        this.handler = handler;
    }

    @Override
    public CloseReason serve() throws IOException {
        connection.transition(ConnectionState.NEW, ConnectionState.ACTIVE);
        StringBuilder line = new StringBuilder();
        while (in.available() > 0 || in.more()) {
            char c = (char) in.array()[in.position()];
            in.skip(1);
            if (c != '\n') {
                line.append(c);
            } else {
                take(line.toString().split(" "));
                line.setLength(0);
            }
        }
        return connection.isDraining() ? CloseReason.SHUTDOWN : CloseReason.CLIENT;
    }

    private void take(String[] words) {
        if (words[0].equals("cancel")) {
            LineTurn turn = turns.get(Long.valueOf(words[1]));
            if (turn != null) {
                turn.gone.release(1_000);
                turn.exchangeMade.cancel();
            }
            return;
        }
        long number = connection.countRequest();
        LineTurn turn = new LineTurn(number, words[1]);
        connection.server().threads().newThread(Thread.currentThread().getName() + "-" + number, turn).start();
        try {
            turn.ready.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void print(String line) throws IOException {
        connection.conn().write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public void drain() {
        drained.countDown();
        closeIfDone();
    }

    private void closeIfDone() {
        if (drained.getCount() == 0 && turns.isEmpty()) {
            connection.closeFrom(ConnectionState.ACTIVE);
        }
    }

    @Override
    public void expire(long now) {
        turns.values().forEach(turn -> turn.expire(now));
    }

    @Override
    public Collection<Turn> turns() {
        List<Turn> running = new ArrayList<>();
        turns.values().forEach(turn -> running.add(turn.exchangeMade));
        return running;
    }

    private final class LineTurn implements Runnable, ExchangeCodec, BodySource {

        private final long number;
        private final RequestHead head;
        private final StringBuilder response = new StringBuilder();
        private final DeadlineSlot reading = new DeadlineSlot();
        private final Semaphore gone = new Semaphore(0);
        private final CountDownLatch ready = new CountDownLatch(1);
        private Exchange exchangeMade;

        private LineTurn(long number, String path) {
            this.number = number;
            this.head = new RequestHead("GET", new RequestTarget.Origin(path, path, null), "LINE/1", "a",
                    new Headers().seal(), -1, false, connection.server().ticker().nanos(), "line-" + number, null);
        }

        @Override
        public void run() {
            exchangeMade = new Exchange(this, connection, number, handler);
            turns.put(number, this);
            ready.countDown();
            Outcome outcome = exchangeMade.run();
            if (!(outcome instanceof Outcome.Aborted)) {
                finishLine();
            }
            turns.remove(number);
            closeIfDone();
        }

        private void finishLine() {
            try {
                print(number + " " + response);
            } catch (IOException e) {
                // The test sees that nothing came.
                response.append(e);
            }
        }

        private void expire(long now) {
            if (reading.claim(now)) {
                gone.release(1_000);
            }
        }

        @Override
        public RequestHead head() {
            return head;
        }

        @Override
        public BodySource body() {
            return this;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            gone.acquireUninterruptibly();
            reading.check();
            throw new PeerGoneException("the turn was cancelled", null);
        }

        @Override
        public int available() {
            return 0;
        }

        @Override
        public @Nullable Headers trailers() {
            return null;
        }

        @Override
        public void writeInterim(ResponseHead interim) {
            // This protocol has none.
        }

        @Override
        public void writeHead(ResponseHead given, BodySize size) {
            response.append(given.status()).append(' ');
        }

        @Override
        public void writeBody(ByteBuffer bytes) {
            response.append(StandardCharsets.US_ASCII.decode(bytes).toString().strip());
        }

        @Override
        public void writeBody(FileChannel file, long position, long count) {
            throw new UnsupportedOperationException("no files");
        }

        @Override
        public void flush() {
            // A line goes out as a whole.
        }

        @Override
        public void finish(Headers trailers) {
            // The line is written when the turn has ended.
        }

        @Override
        public void abort() {
            try {
                print(number + " cut");
            } catch (IOException e) {
                response.append(e);
            }
        }

        @Override
        public HijackedConnection hijack() {
            throw new UnsupportedOperationException("a turn has no connection to give");
        }

        @Override
        public Tunnel upgrade(Upgrade upgrade) {
            throw new UnsupportedOperationException("this protocol has no upgrade");
        }

        @Override
        public void deadline(Direction direction, long deadline, TimeoutKind kind) throws DeadlineExceededException {
            // Nothing is written before the end.
            if (direction == Direction.READING) {
                reading.set(deadline, kind);
            }
        }

        @Override
        public void watch(Runnable action) {
            // The tests do not ask for it.
        }
    }
}
