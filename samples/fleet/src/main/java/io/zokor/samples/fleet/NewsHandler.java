package io.zokor.samples.fleet;

import java.io.IOException;

import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.TextWebSocketHandler;

/**
 * Tells who has signed in which instance serves him, and sends back what he says. When the instance goes, the client connects again and
 * is on another one: what has to last is in the HTTP session. Stateless.
 */
class NewsHandler extends TextWebSocketHandler {

    private final String instance;

    NewsHandler(String instance) {
        this.instance = instance;
    }

    @Override
    public void afterConnectionEstablished(WebSocketSession session) throws IOException {
        if (session.getAttributes().get(CartController.CART) instanceof Cart cart) {
            session.sendMessage(new TextMessage(instance + " " + cart.customer() + " " + cart.items().size()));
        } else {
            session.close(CloseStatus.POLICY_VIOLATION.withReason("nobody has signed in"));
        }
    }

    @Override
    protected void handleTextMessage(WebSocketSession session, TextMessage message) throws IOException {
        session.sendMessage(message);
    }
}
