package io.zokor.servlet.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.zokor.testing.Await;
import io.zokor.testing.FrameClient;
import io.zokor.testing.RawClient;

import jakarta.websocket.CloseReason;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Classes with {@code @ServerEndpoint}, frames in and frames out. */
@Timeout(60)
class AnnotatedSessionTest {

    private static final List<String> EVENTS = new CopyOnWriteArrayList<>();

    @BeforeEach
    void none() {
        EVENTS.clear();
    }

    private static void await(String event) {
        Await.until(event, () -> EVENTS.contains(event));
    }

    /** Says what happens. */
    @ServerEndpoint("/rooms/{room}/{number}")
    public static class Room {

        @OnOpen
        public void open(Session session, EndpointConfig config, @PathParam("room") String room,
                @PathParam("number") int number) {
            EVENTS.add("open " + room + " " + number + " " + session.getPathParameters());
        }

        @OnMessage
        public String text(String text, @PathParam("room") String room) {
            return room + ": " + text;
        }

        @OnClose
        public void close(CloseReason reason, @PathParam("number") long number) {
            EVENTS.add("close " + reason.getCloseCode().getCode() + " " + reason.getReasonPhrase() + number);
        }
    }

    @Test
    void pathParametersReachEveryMethod() throws Exception {
        try (SocketApp app = SocketApp.of(Room.class); FrameClient client = app.open("/rooms/blue%20one/7")) {
            assertThat(client.send(0x81, "hello").read().text()).isEqualTo("blue one: hello");
            client.close(4001).read();
            await("close 4001 7");
            assertThat(EVENTS).contains("open blue one 7 {room=blue one, number=7}", "close 4001 7");
        }
    }

    @Test
    void aPathParameterThatIsNoNumberEndsTheSession() throws Exception {
        try (SocketApp app = SocketApp.of(Room.class); FrameClient client = app.open("/rooms/blue/x")) {
            assertThat(client.read().closeCode()).isEqualTo(1011);
        }
    }

    @Test
    void aPathThatNobodyHasIsNotFound() throws Exception {
        try (SocketApp app = SocketApp.of(Room.class); RawClient client = app.client()) {
            assertThat(FrameClient.askAt(client, "/rooms/blue").readResponse().status()).isEqualTo(404);
        }
    }

    @Test
    void aRequestWithoutUpgradeIsNotTheEndpoints() throws Exception {
        try (SocketApp app = SocketApp.of(Room.class); RawClient client = app.client()) {
            assertThat(client.get("/rooms/blue/1").status()).isEqualTo(404);
        }
    }

    /** All kinds of messages. */
    @ServerEndpoint("/ws")
    public static class Bytes {

        @OnMessage
        public byte[] binary(byte[] bytes) {
            return bytes;
        }

        @OnMessage
        public int number(int number) {
            return number + 1;
        }

        @OnMessage
        public void pong(PongMessage pong, Session session) {
            EVENTS.add("pong " + StandardCharsets.UTF_8.decode(pong.getApplicationData()));
        }

        @OnError
        public void error(Throwable failure, Session session) {
            EVENTS.add(failure.getClass().getSimpleName() + " " + session.isOpen());
        }
    }

    @Test
    void bytesNumbersAndPongs() throws Exception {
        try (SocketApp app = SocketApp.of(Bytes.class); FrameClient client = app.open()) {
            assertThat(client.send(0x82, new byte[] { 1, 2 }).read().payload()).containsExactly(1, 2);
            assertThat(client.send(0x81, "41").read().text()).isEqualTo("42");
            client.send(0x8a, "zk");
            await("pong zk");
        }
    }

    @Test
    void whatCannotBeDecodedIsAnErrorAndTheSessionGoesOn() throws Exception {
        try (SocketApp app = SocketApp.of(Bytes.class); FrameClient client = app.open()) {
            client.send(0x81, "many");
            await("DecodeException true");
            assertThat(client.send(0x81, "1").read().text()).isEqualTo("2");
        }
    }

    /** Messages in parts. */
    @ServerEndpoint("/ws")
    public static class Parts {

        @OnMessage
        public void text(String part, boolean last, Session session) throws IOException {
            session.getBasicRemote().sendText(part, last);
        }

        @OnMessage
        public void binary(boolean last, ByteBuffer part, Session session) throws IOException {
            session.getBasicRemote().sendBinary(part, last);
        }
    }

    @Test
    void partsAsTheyCome() throws Exception {
        try (SocketApp app = SocketApp.of(Parts.class); FrameClient client = app.open()) {
            FrameClient.Frame first = client.send(0x01, "a").read();
            assertThat(first.first()).isEqualTo(0x01);
            assertThat(first.text()).isEqualTo("a");
            FrameClient.Frame last = client.send(0x80, "b").read();
            assertThat(last.first()).isEqualTo(0x80);
            assertThat(last.text()).isEqualTo("b");
            assertThat(client.send(0x82, "c").read().first()).isEqualTo(0x82);
        }
    }

    /** Messages as streams. */
    @ServerEndpoint("/ws")
    public static class Streams {

        @OnMessage
        public String text(Reader text) throws IOException {
            char[] begun = new char[1];
            int n = text.read(begun);
            EVENTS.add("begun " + n + begun[0]);
            StringBuilder rest = new StringBuilder();
            for (int c; (c = text.read()) >= 0;) {
                rest.append((char) c);
            }
            return rest.reverse().toString();
        }

        @OnMessage
        public long binary(InputStream bytes) throws IOException {
            return bytes.readNBytes(2).length;
        }
    }

    @Test
    void aStreamIsReadWhileTheMessageComes() throws Exception {
        try (SocketApp app = SocketApp.of(Streams.class); FrameClient client = app.open()) {
            client.send(0x01, "a");
            await("begun 1a");
            assertThat(client.send(0x80, "bc").read().text()).isEqualTo("cb");
        }
    }

    @Test
    void theRestOfAStreamIsReadPast() throws Exception {
        try (SocketApp app = SocketApp.of(Streams.class); FrameClient client = app.open()) {
            assertThat(client.send(0x82, new byte[200_000]).read().text()).isEqualTo("2");
            assertThat(client.send(0x82, new byte[1]).read().text()).isEqualTo("1");
        }
    }

    /** A message of the application's own. */
    public record Order(String item, int count) {
    }

    /** Reads and writes orders. */
    public static class OrderCoder implements Decoder.Text<Order>, Encoder.Text<Order> {

        @Override
        public void init(EndpointConfig config) {
            EVENTS.add("init");
        }

        @Override
        public void destroy() {
            EVENTS.add("destroy");
        }

        @Override
        public Order decode(String text) throws DecodeException {
            String[] parts = text.split("x");
            return new Order(parts[1], Integer.parseInt(parts[0]));
        }

        @Override
        public boolean willDecode(String text) {
            return text.matches("[0-9]+x.+");
        }

        @Override
        public String encode(Order order) {
            return order.count() + "x" + order.item();
        }
    }

    /** Doubles orders. */
    @ServerEndpoint(value = "/ws", decoders = OrderCoder.class, encoders = OrderCoder.class)
    public static class Orders {

        @OnMessage
        public Order order(Order order) {
            return new Order(order.item(), 2 * order.count());
        }

        @OnError
        public void error(Throwable failure) {
            EVENTS.add(failure.getClass().getSimpleName());
        }
    }

    @Test
    void ownTypesByDecodersAndEncoders() throws Exception {
        try (SocketApp app = SocketApp.of(Orders.class); FrameClient client = app.open()) {
            assertThat(client.send(0x81, "2xapple").read().text()).isEqualTo("4xapple");
            client.send(0x81, "none");
            await("DecodeException");
            client.close(1000).read();
            Await.until("destroyed", () -> EVENTS.stream().filter("destroy"::equals).count() == 2);
            assertThat(EVENTS.stream().filter("init"::equals)).hasSize(2);
        }
    }

    /** Takes short texts. */
    @ServerEndpoint("/ws")
    public static class Short {

        @OnMessage(maxMessageSize = 3)
        public String text(String text) {
            return text;
        }

        @OnError
        public void error(Throwable failure) {
            EVENTS.add(failure.getMessage());
        }
    }

    @Test
    void aMessageBeyondTheMethodsLimitIs1009() throws Exception {
        try (SocketApp app = SocketApp.of(Short.class); FrameClient client = app.open()) {
            assertThat(client.send(0x81, "abc").read().text()).isEqualTo("abc");
            assertThat(client.send(0x81, "abcd").read().closeCode()).isEqualTo(1009);
            client.close(1009);
            Await.until("told", () -> EVENTS.stream().anyMatch(event -> event.contains("max-message-size")));
        }
    }

    /** Fails. */
    @ServerEndpoint("/ws")
    public static class Failing {

        @OnMessage
        public void text(String text) {
            throw new IllegalStateException(text);
        }

        @OnError
        public void error(Session session, Throwable failure) {
            EVENTS.add("error " + failure.getMessage());
            if (failure.getMessage().equals("twice")) {
                throw new IllegalArgumentException("again");
            }
        }

        @OnClose
        public void close(CloseReason reason) {
            EVENTS.add("close " + reason.getCloseCode().getCode());
        }
    }

    @Test
    void aFailureIsToldAndTheSessionGoesOn() throws Exception {
        try (SocketApp app = SocketApp.of(Failing.class); FrameClient client = app.open()) {
            client.send(0x81, "one");
            await("error one");
            client.send(0x81, "two");
            await("error two");
        }
    }

    @Test
    void aFailureOfOnErrorEndsTheSession() throws Exception {
        try (SocketApp app = SocketApp.of(Failing.class); FrameClient client = app.open()) {
            assertThat(client.send(0x81, "twice").read().closeCode()).isEqualTo(1011);
            client.close(1011);
            await("close 1011");
            assertThat(EVENTS).containsExactly("error twice", "close 1011");
        }
    }

    @Test
    void aPeerThatLeavesWithoutACloseFrameIsAnErrorAnd1006() throws Exception {
        try (SocketApp app = SocketApp.of(Failing.class); FrameClient client = app.open()) {
            client.send(0x81, "one");
            await("error one");
            client.raw().reset();
            await("close 1006");
            assertThat(EVENTS).containsExactly("error one", "error the peer has gone without a Close frame",
                    "close 1006");
        }
    }

    /** Has no methods but to be open. */
    @ServerEndpoint("/other")
    public static class Silent {
    }

    @Test
    void messagesThatNobodyTakesAreReadPast() throws Exception {
        try (SocketApp app = SocketApp.of(Silent.class); FrameClient client = app.open("/other")) {
            client.send(0x82, new byte[300_000]).send(0x81, "x").send(0x89, "p");
            assertThat(client.read().first()).isEqualTo(0x8a);
        }
    }

    @Test
    void twoOfOnePathAreRefused() throws Exception {
        try (SocketApp app = SocketApp.of(Bytes.class)) {
            assertThatThrownBy(() -> app.sockets.addEndpoint(Parts.class)).isInstanceOf(DeploymentException.class)
                    .hasMessageContaining(Bytes.class.getName()).hasMessageContaining(Parts.class.getName());
        }
    }

    @Test
    void aClassWithoutTheAnnotationIsRefused() throws Exception {
        try (SocketApp app = SocketApp.of()) {
            assertThatThrownBy(() -> app.sockets.addEndpoint(String.class)).isInstanceOf(DeploymentException.class)
                    .hasMessageContaining("@ServerEndpoint");
            assertThatThrownBy(() -> app.sockets.addEndpoint((Class<?>) null)).isInstanceOf(DeploymentException.class);
        }
    }
}
