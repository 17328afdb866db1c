package io.zokor.servlet.session;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;

import io.zokor.testing.ManualClock;
import jakarta.servlet.ServletContext;

/** A session manager on a clock that moves only when told to. */
final class Sessions {

    static final ServletContext CONTEXT = (ServletContext) Proxy.newProxyInstance(Sessions.class.getClassLoader(),
            new Class<?>[] { ServletContext.class }, (proxy, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName());
            });

    final ManualClock clock = new ManualClock();

    final RecordedEvents events = new RecordedEvents();

    final SessionManager manager;

    Sessions() {
        this(Duration.ofSeconds(30), null, SessionSettings.OFF);
    }

    Sessions(Duration timeout, Path store, int maxSessions) {
        this.manager = new SessionManager(new SessionSettings(() -> CONTEXT, timeout, events, clock, store,
                Sessions.class::getClassLoader, maxSessions));
    }

    ZokorSession used(int times) {
        ZokorSession session = manager.create();
        for (int i = 0; i < times; i++) {
            session.beginAccess();
            session.endAccess();
        }
        return session;
    }
}
