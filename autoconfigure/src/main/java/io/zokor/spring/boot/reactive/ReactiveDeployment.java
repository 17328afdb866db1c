package io.zokor.spring.boot.reactive;

import io.zokor.http.Handler;
import io.zokor.spring.boot.Deployment;

import org.jspecify.annotations.Nullable;

/** A WebFlux application as what a server serves: Spring starts and ends it, there is nothing to do here. Immutable. */
record ReactiveDeployment(Handler handler) implements Deployment {

    @Override
    public @Nullable String contextPath() {
        return null;
    }

    @Override
    public void initialize() {
    }

    @Override
    public void start() {
    }

    @Override
    public void destroy() {
    }
}
