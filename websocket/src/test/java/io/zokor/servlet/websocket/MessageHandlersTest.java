package io.zokor.servlet.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.util.List;

import jakarta.websocket.DeploymentException;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Session.addMessageHandler: the type is found by reflection, one handler for each kind of messages. */
class MessageHandlersTest {

    private MessageHandlers handlers;

    private abstract static class Sized<A, B> implements MessageHandler.Whole<B> {

        @Override
        public void onMessage(B message) {
        }
    }

    private abstract static class SizedInt<T> extends Sized<Integer, T> {
    }

    private static final class Deep extends SizedInt<byte[]> {
    }

    private static final class Parts implements MessageHandler.Partial<ByteBuffer> {

        @Override
        public void onMessage(ByteBuffer part, boolean last) {
        }
    }

    private static final class PongParts implements MessageHandler.Partial<PongMessage> {

        @Override
        public void onMessage(PongMessage part, boolean last) {
        }
    }

    @BeforeEach
    void none() throws DeploymentException {
        handlers = new MessageHandlers(CoderTypes.ofDecoders(List.of()));
    }

    private void refused(MessageHandler handler, String reason) {
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> handlers.add(handler))
                .withMessageContaining(reason);
    }

    @Test
    void theTypeIsFoundThroughAllClasses() {
        Deep deep = new Deep();
        handlers.add(deep);
        MessageHandlers.Entry entry = handlers.of(MessageKind.BINARY);
        assertThat(entry).isNotNull();
        assertThat(entry.handler()).isSameAs(deep);
        assertThat(entry.type()).isEqualTo(byte[].class);
    }

    @Test
    void aSecondHandlerOfAKindIsRefusedWholeOrPartial() {
        handlers.add(new Deep());
        refused(new Parts(), "has a handler of BINARY messages already");
    }

    @Test
    void aLambdaNeedsItsType() {
        MessageHandler.Whole<String> lambda = message -> {
        };
        refused(lambda, "does not say which messages");
        handlers.add(String.class, lambda);
        assertThat(handlers.of(MessageKind.TEXT)).isNotNull();
    }

    @Test
    void aHandlerMustBeWholeOrPartialOfATypeThatThereIs() {
        refused(new MessageHandler() {
        }, "must implement one of");
        refused(new PongParts(), "of parts");
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> handlers.add(Thread.class, thread -> {
                })).withMessageContaining("no decoder");
    }

    @Test
    void eachKindHasItsHandlerAndARemovedOneMakesRoom() {
        MessageHandler.Whole<PongMessage> pongs = pong -> {
        };
        Parts parts = new Parts();
        handlers.add(PongMessage.class, pongs);
        handlers.add(parts);
        assertThat(handlers.all()).containsExactlyInAnyOrder(pongs, parts);
        handlers.remove(parts);
        handlers.remove(parts);
        handlers.add(ByteBuffer.class, (part, last) -> {
        });
        assertThat(handlers.all()).hasSize(2).doesNotContain(parts);
    }
}
