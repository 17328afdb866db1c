package io.zokor.websocket;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/** How a session ends: the first who says so decides it for good, and who wants to be told is told once. Safe for use by many threads. */
final class Closing {

    private static final Runnable TOLD = () -> {
    };

    private final AtomicReference<@Nullable WebSocketClose> decided = new AtomicReference<>();

    /** Who is told; {@link #TOLD} once that has been done. */
    private final AtomicReference<@Nullable Runnable> action = new AtomicReference<>();

    /** {@return how it ends, or {@code null} as long as it is open} */
    @Nullable
    WebSocketClose get() {
        return decided.get();
    }

    /** {@return whether this was the first to say so} */
    boolean begin(CloseStatus status, WebSocketClose.By by) {
        if (!decided.compareAndSet(null, new WebSocketClose(status, by))) {
            return false;
        }
        Runnable told = action.getAndSet(TOLD);
        if (told != null) {
            told.run();
        }
        return true;
    }

    /** Has an action run once it has begun, at once where it has already. */
    void onBegin(Runnable told) {
        if (action.getAndUpdate(known -> known == TOLD ? TOLD : told) == TOLD) {
            told.run();
        }
    }
}
