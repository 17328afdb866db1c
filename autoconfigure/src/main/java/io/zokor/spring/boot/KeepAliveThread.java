package io.zokor.spring.boot;

import java.util.concurrent.CountDownLatch;

/**
 * Keeps the JVM alive: all threads of a server are daemons. Runs from {@link #begin} to {@link #end()}, also while the server is
 * stopped or has no port, as an application may be started again.
 */
final class KeepAliveThread {

    private final CountDownLatch ended = new CountDownLatch(1);

    private KeepAliveThread() {
    }

    static KeepAliveThread begin(String serverName) {
        KeepAliveThread keepAlive = new KeepAliveThread();
        Thread.ofPlatform().name("zokor-" + serverName + "-keep-alive").daemon(false)
                .inheritInheritableThreadLocals(false)
                .start(keepAlive::await);
        return keepAlive;
    }

    private void await() {
        boolean waiting = true;
        while (waiting) {
            try {
                ended.await();
                waiting = false;
            } catch (InterruptedException e) {
                // Nobody but end() ends this thread.
                waiting = ended.getCount() > 0;
            }
        }
    }

    void end() {
        ended.countDown();
    }
}
