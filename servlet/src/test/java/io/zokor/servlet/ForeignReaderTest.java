package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.zokor.testing.Await;
import io.zokor.testing.RawClient;

import org.junit.jupiter.api.Test;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;

/** A thread that is still reading when its request ends gets what is its request's, and nothing of the next one's. */
class ForeignReaderTest {

    private static final String NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

    private static final String FIRST = "POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n";

    private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();

    @Test
    void aPlainServletThatHasHandedItsStreamToAThread() throws Exception {
        try (Web web = Web.serving((request, response) -> {
            if (request.getRequestURI().equals("/next")) {
                response.getWriter().print("next");
                return;
            }
            ServletInputStream in = request.getInputStream();
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    byte[] bytes = new byte[1000];
                    seen.add(new String(bytes, 0, in.read(bytes)));
                } catch (IOException | RuntimeException e) {
                    seen.add(e);
                }
            });
            Await.until("a blocked reader", () -> reader.getState() == Thread.State.WAITING);
            response.getWriter().print("first");
        })) {
            RawClient client = web.client();
            assertThat(client.send(FIRST).readResponse().text()).isEqualTo("first");
            assertThat(client.send("0123456789" + NEXT).readResponse().text()).isEqualTo("next");
            assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo("0123456789");
        }
    }

    @Test
    void aReadListenerThatIsStillAskedForMore() throws Exception {
        try (Web web = Web.serving((request, response) -> {
            if (request.getRequestURI().equals("/next")) {
                response.getWriter().print("next");
                return;
            }
            var async = request.startAsync();
            request.getInputStream().setReadListener(new ReadListener() {
                @Override
                public void onDataAvailable() {
                    seen.add("data");
                }

                @Override
                public void onAllDataRead() {
                    seen.add("all");
                }

                @Override
                public void onError(Throwable cause) {
                    seen.add(cause);
                }
            });
            response.getWriter().print("first");
            async.complete();
        })) {
            RawClient client = web.client();
            assertThat(client.send(FIRST).readResponse().text()).isEqualTo("first");
            assertThat(client.send("0123456789" + NEXT).readResponse().text()).isEqualTo("next");
            assertThat(seen).isEmpty();
        }
    }
}
