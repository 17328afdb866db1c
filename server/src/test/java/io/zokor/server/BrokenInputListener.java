package io.zokor.server;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

import io.zokor.net.Conn;
import io.zokor.net.Listener;
import io.zokor.testing.ListenerDouble;

/** Its connections fail at their first read, with an exception that names no cause. */
final class BrokenInputListener extends ListenerDouble {

    BrokenInputListener(Listener inner) {
        super(inner);
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
}
