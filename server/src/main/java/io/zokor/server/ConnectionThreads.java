package io.zokor.server;

/** Makes the threads that connections are served on. Called by accepting threads, so it must be safe for use by several. */
@FunctionalInterface
public interface ConnectionThreads {

    /**
     * Makes a thread, not yet started.
     *
     * @param name what it is to be called: server, port and number of the connection
     * @param task what it is to run
     * @return the thread
     */
    Thread newThread(String name, Runnable task);

    /** {@return virtual threads that inherit no thread-local variables: the default} */
    static ConnectionThreads virtual() {
        return (name, task) -> Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).unstarted(task);
    }

    /**
     * Platform threads, for a server that must answer while the virtual threads' carriers are busy computing.
     *
     * @return daemon threads that inherit no thread-local variables
     */
    static ConnectionThreads platform() {
        return (name, task) -> Thread.ofPlatform().daemon().name(name).inheritInheritableThreadLocals(false)
                .unstarted(task);
    }
}
