package io.zokor.spring.boot;

import java.util.ArrayList;
import java.util.List;

import io.zokor.http.Handler;

/** Makes servers of a handler; counts what is done to it. */
final class HandlerWebServerFactory extends ZokorWebServerFactory {

    final List<String> events = new ArrayList<>();
    private final Handler handler;
    Exception initializeFailure;
    Exception startFailure;

    HandlerWebServerFactory(Handler handler) {
        super(0);
        this.handler = handler;
    }

    ZokorWebServer create() {
        return createWebServer((limits, webSockets) -> new Deployment() {

            @Override
            public Handler handler() {
                return handler;
            }

            @Override
            public String contextPath() {
                return "";
            }

            @Override
            public void initialize() throws Exception {
                events.add("initialize");
                if (initializeFailure != null) {
                    throw initializeFailure;
                }
            }

            @Override
            public void start() throws Exception {
                events.add("start");
                if (startFailure != null) {
                    throw startFailure;
                }
            }

            @Override
            public void destroy() {
                events.add("destroy");
            }
        }, new TemporaryDirectories(0), getClass().getClassLoader());
    }
}
