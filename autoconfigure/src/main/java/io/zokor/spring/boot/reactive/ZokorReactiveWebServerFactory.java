package io.zokor.spring.boot.reactive;

import io.zokor.spring.boot.TemporaryDirectories;
import io.zokor.spring.boot.ZokorWebServerFactory;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.reactive.ConfigurableReactiveWebServerFactory;
import org.springframework.context.ResourceLoaderAware;
import org.springframework.core.io.ResourceLoader;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.util.ClassUtils;

/** Makes servers that run WebFlux applications. Used by one thread at a time. */
public final class ZokorReactiveWebServerFactory extends ZokorWebServerFactory
        implements ConfigurableReactiveWebServerFactory, ResourceLoaderAware {

    private @Nullable ResourceLoader resourceLoader;

    /** Makes a factory of servers on port 8080. */
    public ZokorReactiveWebServerFactory() {
    }

    /**
     * Makes a factory.
     *
     * @param port port of the servers, 0 for any free one, -1 for none
     */
    public ZokorReactiveWebServerFactory(int port) {
        super(port);
    }

    @Override
    public void setResourceLoader(ResourceLoader resourceLoader) {
        this.resourceLoader = resourceLoader;
    }

    @Override
    public WebServer getWebServer(HttpHandler httpHandler) {
        return createWebServer(
                (limits, webSockets) -> new ReactiveDeployment(
                        new ZokorHttpHandlerAdapter(httpHandler, limits, webSockets)),
                new TemporaryDirectories(getPort()),
                classLoader());
    }

    private ClassLoader classLoader() {
        ResourceLoader loader = resourceLoader;
        ClassLoader own = loader == null ? null : loader.getClassLoader();
        if (own == null) {
            own = ClassUtils.getDefaultClassLoader();
        }
        return own == null ? ZokorReactiveWebServerFactory.class.getClassLoader() : own;
    }
}
