package io.zokor.servlet.internal.request;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.locks.ReentrantLock;

import io.zokor.http.HijackedConnection;
import io.zokor.servlet.internal.stream.ContainerInput;
import io.zokor.servlet.internal.stream.ContainerOutput;
import io.zokor.servlet.internal.stream.StreamOwner;
import io.zokor.servlet.internal.stream.WaitPoint;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;

/**
 * A connection that speaks another protocol now (Servlet 6.1 section 2.3.3.5). A thread of its own calls the handler and the
 * listeners of its streams and ends it; blocking handlers use the streams from threads of theirs.
 */
public final class UpgradedConnection implements WebConnection, StreamOwner, Application.OpenWork {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.servlet");

    private final Application application;

    private final HttpUpgradeHandler handler;

    private final HijackedConnection connection;

    private final String id;

    private final WaitPoint point = new WaitPoint();

    private final ContainerInput input;

    private final ContainerOutput output;

    /** Guarded by the wait point's lock. */
    private boolean closed;

    private UpgradedConnection(Application application, HttpUpgradeHandler handler, HijackedConnection connection,
            String id) {
        this.application = application;
        this.handler = handler;
        this.connection = connection;
        this.id = id;
        this.input = new ContainerInput(connection.input(), -1, this, point);
        this.output = new ContainerOutput(new RawSink(connection.output()), this, point);
    }

    /** Starts the thread that runs the connection from now on. */
    public static void start(Application application, HttpUpgradeHandler handler, HijackedConnection connection,
            String id) {
        UpgradedConnection upgraded = new UpgradedConnection(application, handler, connection, id);
        application.began(upgraded);
        application.newThread("zokor-upgrade-" + id, upgraded::run).start();
    }

    private void run() {
        try {
            handler.init(this);
            boolean open = true;
            while (open) {
                open = step();
            }
        } catch (Exception | Error e) {
            LOGGER.log(Level.ERROR, "the handler of an upgraded connection failed", e);
        } finally {
            end();
        }
    }

    /**
     * Waits for the next callback and makes it; answers whether the connection is still open. Where reading or writing failed,
     * and the listeners have heard of it, it is not: the client has disconnected (Javadoc of {@code HttpUpgradeHandler}).
     */
    private boolean step() throws Exception {
        boolean read;
        point.lock.lock();
        try {
            while (!closed && !hasCallbackLocked() && !isBrokenLocked()) {
                point.changed.awaitUninterruptibly();
            }
            if (closed || !hasCallbackLocked()) {
                return false;
            }
            read = input.hasCallbackLocked();
        } finally {
            point.lock.unlock();
        }
        if (read) {
            input.callback();
        } else {
            output.callback();
        }
        return true;
    }

    private boolean hasCallbackLocked() {
        return input.hasCallbackLocked() || output.hasCallbackLocked();
    }

    private boolean isBrokenLocked() {
        return (input.hasFailedLocked() || output.hasFailedLocked()) && !output.isWriting();
    }

    private void end() {
        application.ended(this);
        try {
            close();
            handler.destroy();
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.DEBUG, "an upgraded connection did not end cleanly", e);
        }
    }

    @Override
    public ServletInputStream getInputStream() {
        return input;
    }

    @Override
    public ServletOutputStream getOutputStream() {
        return output;
    }

    /** Ends the connection; a second call does nothing. */
    @Override
    public void close() throws IOException {
        point.lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            point.changed.signalAll();
        } finally {
            point.lock.unlock();
        }
        connection.close();
    }

    @Override
    public void applicationEnds() {
        try {
            close();
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, "an upgraded connection did not end cleanly", e);
        }
    }

    @Override
    public void checkOpen() {
        // The socket says when it is closed.
    }

    @Override
    public boolean mayListen() {
        return true;
    }

    /** Nothing is read from the socket after its end: there is no need to know who reads. */
    @Override
    public boolean isOwnThread() {
        return true;
    }

    @Override
    public void startHelper(String purpose, Runnable task) {
        application.newThread("zokor-upgrade-" + purpose + "-" + id, task).start();
    }

    /** The stream that failed tells its listener or its caller. */
    @Override
    public void ioFailed(Throwable cause) {
        LOGGER.log(Level.DEBUG, "input or output of an upgraded connection failed", cause);
    }

    /** The connection's output, unbuffered. Its lock keeps a close from cutting a write of another thread in half. */
    private final class RawSink implements ContainerOutput.Sink {

        private final OutputStream target;

        private final WritableByteChannel channel;

        private final ReentrantLock lock = new ReentrantLock();

        RawSink(OutputStream target) {
            this.target = target;
            this.channel = Channels.newChannel(target);
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            lock.lock();
            try {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            lock.lock();
            try {
                target.write(bytes, offset, length);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void flush() throws IOException {
            lock.lock();
            try {
                target.flush();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() throws IOException {
            UpgradedConnection.this.close();
        }

        @Override
        public boolean fits(int length) {
            return length == 0;
        }
    }
}
