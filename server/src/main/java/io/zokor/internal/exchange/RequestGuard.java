package io.zokor.internal.exchange;

import java.util.concurrent.atomic.AtomicReference;

import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.DeadlineReaper;
import io.zokor.net.TimeoutKind;

/**
 * Ends a handler that runs too long: outside socket I/O by interrupting its thread, inside it by the deadline of the I/O. The
 * state moves by compare-and-set, so that the interrupt can reach neither an I/O operation, which would close the socket, nor
 * the next request.
 */
final class RequestGuard implements DeadlineReaper.Expirable {

    private enum State {
        HANDLER, IO, EXPIRING, EXPIRED, DONE
    }

    private final Thread thread;

    private final AtomicReference<State> state = new AtomicReference<>(State.HANDLER);

    private volatile long deadline;

    RequestGuard(Thread thread, long deadline) {
        this.thread = thread;
        this.deadline = deadline;
    }

    void deadline(long next) {
        deadline = next;
    }

    long deadline() {
        return deadline;
    }

    @Override
    public void expire(long now) {
        if (deadline != Deadline.NONE && deadline <= now && state.compareAndSet(State.HANDLER, State.EXPIRING)) {
            thread.interrupt();
            state.set(State.EXPIRED);
        }
    }

    /** The thread is about to read or write. */
    void enterIo() throws DeadlineExceededException {
        if (Thread.currentThread() == thread && !state.compareAndSet(State.HANDLER, State.IO) && isExpired()) {
            throw new DeadlineExceededException(TimeoutKind.REQUEST);
        }
    }

    /** The thread has read or written. */
    void leaveIo() {
        if (Thread.currentThread() == thread) {
            state.compareAndSet(State.IO, State.HANDLER);
        }
    }

    /** The handler has returned. Takes back an interrupt that came too late to be seen. */
    boolean end() {
        if (state.compareAndSet(State.HANDLER, State.DONE) || state.compareAndSet(State.IO, State.DONE)) {
            return false;
        }
        while (state.get() == State.EXPIRING) {
            Thread.onSpinWait();
        }
        if (state.getAndSet(State.DONE) == State.EXPIRED) {
            if (Thread.currentThread() == thread) {
                Thread.interrupted();
            }
            return true;
        }
        return false;
    }

    /** Whether the time was over, so that what the handler throws is a consequence of that. */
    boolean isExpired() {
        State now = state.get();
        return now == State.EXPIRING || now == State.EXPIRED;
    }
}
