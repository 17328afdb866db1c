package io.zokor.server;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.SocketAddress;

import io.zokor.net.Conn;
import io.zokor.net.Listener;

/** Its connections fail at their first read, with an exception that names no cause. */
final class BrokenInputListener implements Listener {

    private final Listener inner;

    BrokenInputListener(Listener inner) {
        this.inner = inner;
    }

    @Override
    public Conn accept() throws IOException {
        Conn conn = inner.accept();
        return (Conn) Proxy.newProxyInstance(Conn.class.getClassLoader(), new Class<?>[] { Conn.class },
                (proxy, method, arguments) -> {
                    if (method.getName().equals("read")) {
                        throw new IOException("no more");
                    }
                    try {
                        return method.invoke(conn, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Override
    public SocketAddress address() {
        return inner.address();
    }

    @Override
    public boolean isOpen() {
        return inner.isOpen();
    }

    @Override
    public void shutdown() throws IOException {
        inner.shutdown();
    }

    @Override
    public void close() throws IOException {
        inner.close();
    }
}
