package io.zokor.websocket;

import java.nio.ByteBuffer;

/** A message or a part of one. Its reader owns what is in it. */
public sealed interface WebSocketMessage {

    /** What a message is made of. */
    enum Kind {
        /** Characters. */
        TEXT,
        /** Bytes. */
        BINARY
    }

    /** {@return whether it is a whole message or the last part of one} */
    boolean last();

    /**
     * Text.
     *
     * @param text the text; parts are cut between characters
     * @param last whether it is whole or the last part
     */
    record Text(String text, boolean last) implements WebSocketMessage {

        /**
         * A whole message.
         *
         * @param text the text
         */
        public Text(String text) {
            this(text, true);
        }
    }

    /**
     * Bytes.
     *
     * @param bytes the bytes, from position to limit
     * @param last whether it is whole or the last part
     */
    record Binary(ByteBuffer bytes, boolean last) implements WebSocketMessage {

        /**
         * A whole message.
         *
         * @param bytes the bytes
         */
        public Binary(ByteBuffer bytes) {
            this(bytes, true);
        }
    }
}
