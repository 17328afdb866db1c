package io.zokor.internal.exchange;

import java.io.IOException;

import io.zokor.http.RejectedRequestException;
import io.zokor.net.DeadlineExceededException;

import org.jspecify.annotations.Nullable;

/** What is behind a Throwable. Stateless. */
final class Causes {

    /** An application can make a ring of causes. */
    private static final int MAX = 50;

    private Causes() {
    }

    static <T extends Throwable> @Nullable T find(Throwable thrown, Class<T> type) {
        Throwable cause = thrown;
        for (int i = 0; cause != null && i < MAX; i++) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
            cause = cause.getCause();
        }
        return null;
    }

    /** Whatever else ends the input, such as a TLS record that cannot be decrypted, is the client's doing as well. */
    static boolean isBrokenInput(@Nullable IOException failure) {
        return failure != null && !(failure instanceof DeadlineExceededException)
                && !(failure instanceof RejectedRequestException);
    }
}
