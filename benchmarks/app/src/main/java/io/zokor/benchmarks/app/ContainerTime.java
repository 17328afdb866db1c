package io.zokor.benchmarks.app;

import java.util.concurrent.atomic.AtomicLong;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.servlet.ServletWebServerFactory;
import org.springframework.boot.web.servlet.ServletContextInitializer;

/**
 * Prints how long the container took to start: its factory's {@code getWebServer} and its server's {@code start}, less what
 * Spring's own initializers (which create the filters and servlets) took in between. Everything runs on the thread that starts
 * the application.
 */
final class ContainerTime implements BeanPostProcessor {

    private final AtomicLong nanos = new AtomicLong();

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (!(bean instanceof ServletWebServerFactory factory)) {
            return bean;
        }
        return (ServletWebServerFactory) initializers -> {
            ServletContextInitializer[] timed = new ServletContextInitializer[initializers.length];
            for (int i = 0; i < timed.length; i++) {
                ServletContextInitializer initializer = initializers[i];
                timed[i] = context -> {
                    long start = System.nanoTime();
                    initializer.onStartup(context);
                    nanos.addAndGet(start - System.nanoTime());
                };
            }
            long start = System.nanoTime();
            WebServer server = factory.getWebServer(timed);
            nanos.addAndGet(System.nanoTime() - start);
            return new TimedServer(server);
        };
    }

    /** A server whose start is timed. */
    private final class TimedServer implements WebServer {

        private final WebServer server;

        TimedServer(WebServer server) {
            this.server = server;
        }

        @Override
        public void start() {
            long start = System.nanoTime();
            server.start();
            System.out.println("container-start-ms " + nanos.addAndGet(System.nanoTime() - start) / 1e6);
        }

        @Override
        public void stop() {
            server.stop();
        }

        @Override
        public void destroy() {
            server.destroy();
        }

        @Override
        public int getPort() {
            return server.getPort();
        }
    }
}
