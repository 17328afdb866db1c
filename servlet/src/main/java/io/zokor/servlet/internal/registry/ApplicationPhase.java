package io.zokor.servlet.internal.registry;

import org.jspecify.annotations.Nullable;

/**
 * How far an application's life has come, and so who may configure it (Servlet 6.1 section 4.4). Changed by the thread that starts
 * or ends the application, read by any.
 */
public final class ApplicationPhase {

    /** Steps of an application's life, in order. */
    public enum Step {
        /** Made: everything may be configured. */
        NEW,
        /** Initializers run. */
        INITIALIZERS,
        /** Context listeners run: declared ones may configure, but add no context listeners. */
        LISTENERS,
        /** Configured for good. */
        READY,
        /** Requests that run may end, others are refused. */
        ENDING,
        /** Over. */
        ENDED
    }

    private volatile Step step = Step.NEW;

    /** The thread that runs a listener which may not configure the context, or {@code null}. */
    private volatile @Nullable Thread restricted;

    public boolean is(Step asked) {
        return step == asked;
    }

    public void advance(Step next) {
        step = next;
    }

    /** Runs a listener that was not declared: it may not configure the context (Servlet 6.1 section 4.4). */
    public void restrict(Runnable listener) {
        restricted = Thread.currentThread();
        try {
            listener.run();
        } finally {
            restricted = null;
        }
    }

    /** @throws UnsupportedOperationException if this thread runs such a listener */
    public void checkUnrestricted() {
        if (restricted == Thread.currentThread()) {
            throw new UnsupportedOperationException(
                    "a context listener that was not declared may not configure the context (Servlet 6.1 section 4.4)");
        }
    }

    /**
     * Checks that the application may still be configured.
     *
     * @throws UnsupportedOperationException if this thread may not
     * @throws IllegalStateException if nobody may any more
     */
    public void checkNotInitialized() {
        checkUnrestricted();
        if (step.compareTo(Step.LISTENERS) > 0) {
            throw new IllegalStateException("the context is initialised already");
        }
    }

    public boolean mayAddContextListeners() {
        return step.compareTo(Step.INITIALIZERS) <= 0;
    }
}
