package io.zokor.servlet.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import jakarta.websocket.CloseReason;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which classes are annotated endpoints, what is said of those that are not, and what their methods are given. */
class AnnotatedEndpointTest {

    record Order(int number) {
    }

    /** Makes orders of text. */
    public static final class OrderDecoder implements Decoder.Text<Order> {

        @Override
        public Order decode(String text) {
            return new Order(text.length());
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }
    }

    /** All shapes of @OnMessage; the name begins with the kind, or with "no" and is refused. */
    @SuppressWarnings("unused")
    static final class Shapes {

        @OnMessage
        public void textWhole(String message, Session session, @PathParam("room") String room) {
        }

        @OnMessage
        public void textReader(java.io.Reader message) {
        }

        @OnMessage
        public int textPrimitive(int message) {
            return message;
        }

        @OnMessage
        public void textBoolean(boolean message) {
        }

        @OnMessage
        public void textDecoded(Session session, Order message) {
        }

        @OnMessage
        public void textPart(String part, boolean last) {
        }

        @OnMessage
        public void textPartAfterItsFlag(Boolean last, Session session, String part) {
        }

        @OnMessage
        public void binaryWhole(byte[] message) {
        }

        @OnMessage
        public void binaryStream(java.io.InputStream message) {
        }

        @OnMessage
        public ByteBuffer binaryPart(ByteBuffer part, boolean last) {
            return part;
        }

        @OnMessage
        public void pongWhole(PongMessage pong) {
        }

        @OnMessage
        public void noMessage(Session session) {
        }

        @OnMessage
        public void noTwoMessages(String one, String two) {
        }

        @OnMessage
        public void noTwoSessions(Session one, Session two, String message) {
        }

        @OnMessage
        public void noPartsOfPrimitives(int part, boolean last) {
        }

        @OnMessage
        public void noPartsOfPongs(PongMessage part, boolean last) {
        }

        @OnMessage
        public void noDecoder(Thread message) {
        }

        @OnMessage
        public void noSuchPathType(String message, @PathParam("room") Thread room) {
        }

        @OnMessage(maxMessageSize = 1L << 31)
        public void noSuchSize(String message) {
        }

        @OnMessage
        void noHiddenMethod(String message) {
        }
    }

    static Stream<String> shapes() {
        return Stream.of(Shapes.class.getDeclaredMethods()).map(Method::getName);
    }

    private static CoderTypes<Decoder> decoders() throws DeploymentException {
        return CoderTypes.ofDecoders(List.of(OrderDecoder.class));
    }

    private static AnnotatedEndpoint endpoint(Class<?> type) throws DeploymentException {
        return AnnotatedEndpoint.of(type, decoders(), CoderTypes.ofEncoders(List.of()));
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("shapes")
    void everyShapeOfOnMessageIsOfItsKindOrRefused(String name) throws DeploymentException {
        Method method = Stream.of(Shapes.class.getDeclaredMethods()).filter(each -> each.getName().equals(name))
                .findFirst().orElseThrow();
        OnMessage annotation = method.getAnnotation(OnMessage.class);
        if (name.startsWith("no")) {
            assertThatExceptionOfType(DeploymentException.class)
                    .isThrownBy(() -> MessageMethod.of(method, annotation, decoders())).withMessageContaining(name);
            return;
        }
        MessageMethod message = MessageMethod.of(method, annotation, decoders());
        assertThat(name).startsWithIgnoringCase(message.kind().name());
        assertThat(message.partial()).isEqualTo(name.contains("Part"));
    }

    /** Keeps what it was given. */
    public static class Chat {

        @Nullable
        Object seen;

        /** Keeps the path's values. */
        @OnOpen
        public void open(EndpointConfig config, @PathParam("room") String room, @PathParam("number") int number,
                @PathParam("other") @Nullable String other) {
            seen = room + number + other;
        }

        /** Throws. */
        @OnMessage
        public void part(boolean last, String part) throws IOException {
            throw new IOException(part + last);
        }

        /** Keeps the reason. */
        @OnClose
        public void close(CloseReason reason) {
            seen = reason;
        }

        /** Keeps the failure. */
        @OnError
        public void failed(Throwable failure) {
            seen = failure;
        }
    }

    /** Overrides one method, without the annotation. */
    public static class Quiet extends Chat {

        @Override
        public void part(boolean last, String part) {
            seen = part;
        }
    }

    /** Two methods for one event. */
    public static class TwoOpen extends Chat {

        /** The second. */
        @OnOpen
        public void again() {
        }
    }

    /** Two methods for text. */
    public static class TwoText extends Chat {

        /** The second. */
        @OnMessage
        public void number(int number) {
        }
    }

    /** Has no parameter for what went wrong. */
    public static class NoThrowable {

        /** Does not get it. */
        @OnError
        public void failed(Session session) {
        }
    }

    /** Asks for what is not there yet. */
    public static class ReasonTooEarly {

        /** A close reason when the session begins. */
        @OnOpen
        public void open(CloseReason reason) {
        }
    }

    /** Returns what nothing encodes. */
    public static class NoEncoder {

        /** Answers with an order. */
        @OnMessage
        public Order answer(String message) {
            return new Order(1);
        }
    }

    /** Cannot be made. */
    public abstract static class Half {
    }

    @ParameterizedTest
    @ValueSource(classes = { TwoOpen.class, TwoText.class, NoThrowable.class, ReasonTooEarly.class, NoEncoder.class,
        Half.class })
    void whatHasNoMeaningIsRefusedByName(Class<?> type) {
        assertThatExceptionOfType(DeploymentException.class).isThrownBy(() -> endpoint(type))
                .withMessageContaining(type.getSimpleName());
    }

    @Test
    void inheritedMethodsCountUnlessTheyAreOverridden() throws DeploymentException {
        AnnotatedEndpoint quiet = endpoint(Quiet.class);
        assertThat(quiet.onOpen()).isNotNull();
        assertThat(quiet.onMessage()).isEmpty();
        assertThat(endpoint(Chat.class).onMessage()).containsOnlyKeys(MessageKind.TEXT);
    }

    private static void invoke(@Nullable MethodBinding binding, Object endpoint, Map<String, String> path,
            @Nullable CloseReason reason, List<Object> payloads) throws Throwable {
        Session session = (Session) java.lang.reflect.Proxy.newProxyInstance(Session.class.getClassLoader(),
                new Class<?>[] { Session.class }, (proxy, method, arguments) -> null);
        assertThat(binding).isNotNull();
        java.util.Objects.requireNonNull(binding).invoke(endpoint,
                new MethodBinding.Call(session, path, null, reason, null, payloads));
    }

    @Test
    void pathParametersBecomeWhatTheMethodAsksForAndNullIfThereIsNone() throws Throwable {
        Chat chat = new Chat();
        invoke(endpoint(Chat.class).onOpen(), chat, Map.of("room", "a", "number", "7"), null, List.of());
        assertThat(chat.seen).isEqualTo("a7null");
    }

    @ParameterizedTest
    @ValueSource(strings = { "x", "" })
    void aPathParameterThatIsNoNumberIsADecodeException(String number) throws DeploymentException {
        AnnotatedEndpoint endpoint = endpoint(Chat.class);
        Map<String, String> path = number.isEmpty() ? Map.of() : Map.of("number", number);
        assertThatExceptionOfType(DecodeException.class)
                .isThrownBy(() -> invoke(endpoint.onOpen(), new Chat(), path, null, List.of()));
    }

    @Test
    void theReasonReachesOnClose() throws Throwable {
        Chat chat = new Chat();
        CloseReason reason = new CloseReason(CloseReason.CloseCodes.GOING_AWAY, "bye");
        invoke(endpoint(Chat.class).onClose(), chat, Map.of(), reason, List.of());
        assertThat(chat.seen).isSameAs(reason);
    }

    @Test
    void whatAMethodThrowsComesOutAsItIs() throws DeploymentException {
        MessageMethod message = endpoint(Chat.class).onMessage().get(MessageKind.TEXT);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> invoke(message.binding(), new Chat(), Map.of(), null, message.part("p", true)))
                .withMessage("ptrue");
    }
}
