package io.zokor.servlet;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one lock and condition of a request's asynchronous life: its connection's thread waits here, and every other thread
 * that has something for it changes state under the lock and signals. Never held while application code or I/O runs.
 */
final class WaitPoint {

    final ReentrantLock lock = new ReentrantLock();

    final Condition changed = lock.newCondition();
}
