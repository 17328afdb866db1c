package io.zokor.demo.chat;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.ConcurrentWebSocketSessionDecorator;
import org.springframework.web.socket.handler.TextWebSocketHandler;

/**
 * Gives each text to everybody who is there. Whoever does not take its messages is closed, and keeps nobody waiting meanwhile. Safe for
 * use by many threads.
 */
final class ChatRoom extends TextWebSocketHandler {

    private static final Log logger = LogFactory.getLog(ChatRoom.class);

    private static final int SEND_MILLIS = 5_000;

    private static final int BUFFERED = 64 * 1024;

    private static final int MAX_TEXT = 500;

    private final Map<String, WebSocketSession> present = new ConcurrentHashMap<>();

    @Override
    public void afterConnectionEstablished(WebSocketSession session) {
        present.put(session.getId(), new ConcurrentWebSocketSessionDecorator(session, SEND_MILLIS, BUFFERED));
        tell(present.size() + " here");
    }

    @Override
    protected void handleTextMessage(WebSocketSession session, TextMessage message) throws IOException {
        String text = message.getPayload().strip();
        if (text.length() > MAX_TEXT) {
            session.close(CloseStatus.TOO_BIG_TO_PROCESS);
        } else if (!text.isEmpty()) {
            tell("> " + text);
        }
    }

    @Override
    public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
        if (present.remove(session.getId()) != null) {
            tell(present.size() + " here");
        }
    }

    private void tell(String text) {
        TextMessage message = new TextMessage(text);
        present.values().forEach(session -> {
            try {
                session.sendMessage(message);
            } catch (IOException | RuntimeException e) {
                // It has left or does not take its messages; its own end is told of elsewhere.
                logger.debug("not told: " + session, e);
            }
        });
    }
}
