package io.zokor.net;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Stands between one client and a server and cuts what the client sends into other pieces. */
final class Relay implements AutoCloseable {

    /** Hands bytes on. */
    interface Pump {
        void pump(InputStream from, OutputStream to) throws IOException;
    }

    /** Each byte in a packet of its own. */
    static final Pump ONE_BY_ONE = (from, to) -> {
        for (int b = from.read(); b >= 0; b = from.read()) {
            to.write(b);
            to.flush();
        }
    };

    /** Each byte of the first TLS record in a record of its own. */
    static final Pump SPLIT_FIRST_RECORD = (from, to) -> {
        DataInputStream in = new DataInputStream(from);
        byte[] header = in.readNBytes(3);
        byte[] content = in.readNBytes(in.readUnsignedShort());
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (byte b : content) {
            records.writeBytes(header);
            records.writeBytes(new byte[] { 0, 1, b });
        }
        to.write(records.toByteArray());
        in.transferTo(to);
    };

    private final ServerSocket acceptor;

    private final int port;

    private final Pump pump;

    Relay(int port, Pump pump) throws IOException {
        this.acceptor = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        this.port = port;
        this.pump = pump;
        Thread.ofVirtual().start(this::run);
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), acceptor.getLocalPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    @Override
    public void close() throws IOException {
        acceptor.close();
    }

    private void run() {
        try (Socket client = acceptor.accept(); Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
            server.setTcpNoDelay(true);
            Thread back = Thread.ofVirtual().start(() -> {
                try {
                    server.getInputStream().transferTo(client.getOutputStream());
                    client.shutdownOutput();
                } catch (IOException e) {
                    // The end of the test.
                }
            });
            pump.pump(client.getInputStream(), server.getOutputStream());
            server.shutdownOutput();
            back.join();
        } catch (IOException e) {
            // The end of the test.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
