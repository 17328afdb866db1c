package io.zokor.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.zokor.net.Conn;
import io.zokor.net.Listener;
import io.zokor.net.TcpListener;
import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Health while accepting fails. */
@Timeout(120)
class ZokorHealthTests {

    private ConfigurableApplicationContext context;

    @AfterEach
    void end() {
        if (context != null) {
            context.close();
        }
    }

    @Test
    void downWhileAcceptKeepsFailingAndUpAgainAfterwards() throws IOException {
        context = SpringApplication.run(Application.class, "--server.port=0", "--spring.main.banner-mode=off",
                "--management.endpoint.health.show-details=always");
        ZokorWebServer server = (ZokorWebServer) ((WebServerApplicationContext) context).getWebServer();
        int port = server.getPort();
        assertThat(health(port).text()).contains("\"zokor\":{\"status\":\"UP\"}");
        FailingListener failing = new FailingListener();
        server.server().start(failing);
        Await.until("down", () -> {
            RawResponse health = health(port);
            return health.status() == 503 && health.text().contains("\"main\":\"accepting has failed for ")
                    && health.text().contains("\"status\":\"DOWN\"");
        });
        failing.fails.set(false);
        assertThat(health(failing.port()).status()).isIn(200, 503);
        Await.until("up", () -> health(port).status() == 200);
    }

    /** On a connection of its own: while accepting fails, the server closes idle ones for their descriptors. */
    private static RawResponse health(int port) {
        try (RawClient client = RawClient.connect(port)) {
            return client.get("/actuator/health");
        }
    }

    /** Fails until told otherwise. */
    private static final class FailingListener implements Listener {

        final AtomicBoolean fails = new AtomicBoolean(true);
        private final Listener tcp = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);

        FailingListener() throws IOException {
        }

        int port() {
            return ((InetSocketAddress) tcp.address()).getPort();
        }

        @Override
        public Conn accept() throws IOException {
            if (fails.get()) {
                throw new IOException("no descriptors");
            }
            return tcp.accept();
        }

        @Override
        public SocketAddress address() {
            return tcp.address();
        }

        @Override
        public void shutdown() throws IOException {
            tcp.shutdown();
        }

        @Override
        public boolean isOpen() {
            return tcp.isOpen();
        }

        @Override
        public void close() throws IOException {
            tcp.close();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        /** As Zokor's own, with less patience. */
        @Bean
        ZokorHealthIndicator zokorHealthIndicator(ZokorServers servers) {
            return new ZokorHealthIndicator(servers, Duration.ofMillis(30));
        }
    }
}
