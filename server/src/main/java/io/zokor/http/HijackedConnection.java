package io.zokor.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import io.zokor.net.Conn;

/**
 * A connection that a handler has taken over. The thread that took it owns it and must close it; one thread may read while
 * another writes. No deadline is set on it, nor would the server see to one that is set. The server's stop neither waits for it
 * nor touches it; a hook ({@code Server.onShutdown}) tells the owner that it is time to end.
 *
 * @param conn the connection
 * @param input reads what the client sends, what the server had read already first
 * @param output writes to the client, unbuffered
 */
public record HijackedConnection(Conn conn, InputStream input, OutputStream output) implements Closeable {

    /** Closes the connection. */
    @Override
    public void close() throws IOException {
        conn.close();
    }
}
