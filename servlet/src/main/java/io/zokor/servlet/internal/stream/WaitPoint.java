package io.zokor.servlet.internal.stream;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one lock and condition of a request's asynchronous life: its connection's thread waits here, and every other thread
 * that has something for it changes state under the lock and signals. Never held while application code or I/O runs.
 */
public final class WaitPoint {

    public final ReentrantLock lock = new ReentrantLock();

    public final Condition changed = lock.newCondition();
}
