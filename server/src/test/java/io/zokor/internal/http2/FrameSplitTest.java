package io.zokor.internal.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.zokor.config.Http2;
import io.zokor.testing.ConformanceHandler;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is made of a connection's bytes never depends on how the network cuts them. */
@Timeout(120)
class FrameSplitTest {

    /** Frames of every kind, and a body that comes back. */
    private static byte[] conversation() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] request = Http2Client.request("POST", "/echo", "content-length", "6");
        bytes.writeBytes(Http2Client.PREFACE);
        bytes.writeBytes(Http2Client.frame(Frames.SETTINGS, 0, 0, new byte[] { 0, 4, 0, 1, 0, 0 }));
        bytes.writeBytes(Http2Client.frame(Frames.SETTINGS, Frames.ACK, 0));
        ByteArrayOutputStream padded = new ByteArrayOutputStream();
        padded.write(3);
        padded.writeBytes(new byte[] { 0, 0, 0, 0, 1 });
        padded.writeBytes(Arrays.copyOf(request, 10));
        padded.writeBytes(new byte[3]);
        bytes.writeBytes(
                Http2Client.frame(Frames.HEADERS, Frames.PADDED | Frames.PRIORITY_FIELDS, 1, padded.toByteArray()));
        bytes.writeBytes(Http2Client.frame(Frames.CONTINUATION, 0, 1, Arrays.copyOfRange(request, 10, 20)));
        bytes.writeBytes(Http2Client.frame(Frames.CONTINUATION, Frames.END_HEADERS, 1,
                Arrays.copyOfRange(request, 20, request.length)));
        bytes.writeBytes(Http2Client.frame(Frames.PRIORITY, 0, 3, new byte[5]));
        bytes.writeBytes(Http2Client.frame(Frames.DATA, Frames.PADDED, 1, new byte[] { 2, 'a', 'b', 'c', 0, 0 }));
        bytes.writeBytes(Http2Client.frame(Frames.WINDOW_UPDATE, 0, 1, Http2Client.int32(5)));
        bytes.writeBytes(Http2Client.frame(0xfa, 0xff, 7, new byte[] { 1, 2, 3 }));
        bytes.writeBytes(Http2Client.frame(Frames.DATA, Frames.END_STREAM, 1, new byte[] { 'd', 'e', 'f' }));
        bytes.writeBytes(Http2Client.frame(Frames.PING, 0, 0, new byte[8]));
        return bytes.toByteArray();
    }

    private static final Http2 ON = Http2.defaults().withEnabled(true);

    @Test
    void splitAtEveryByte() {
        byte[] bytes = conversation();
        try (TestServer server = TestServer.builder(new ConformanceHandler()).server(made -> made.http2(ON)).start()) {
            List<Http2Client> clients = new ArrayList<>();
            for (int cut = 1; cut < bytes.length; cut++) {
                clients.add(Http2Client.silent(server).raw(Arrays.copyOf(bytes, cut)));
            }
            // Each has been read up to its cut by the time that its rest is sent, or not; both must come to the same.
            server.awaitOpenConnections(clients.size());
            for (int cut = 1; cut < bytes.length; cut++) {
                Http2Client client = clients.get(cut - 1);
                client.raw(Arrays.copyOfRange(bytes, cut, bytes.length));
                isAnswered(client, "cut at " + cut);
                client.close();
            }
        }
    }

    @Test
    void byteByByte() {
        byte[] bytes = conversation();
        try (TestServer server = TestServer.builder(new ConformanceHandler()).server(made -> made.http2(ON)).start();
                Http2Client client = Http2Client.silent(server)) {
            for (byte one : bytes) {
                client.raw(new byte[] { one });
            }
            isAnswered(client, "byte by byte");
        }
    }

    private static void isAnswered(Http2Client client, String what) {
        assertThat(client.response(1).text()).as(what).isEqualTo("abcdef");
        assertThat(client.response(1).reset).as(what).isNull();
        client.sync();
        assertThat(client.frames()).as(what).noneMatch(frame -> frame.type() == Frames.GOAWAY);
    }
}
