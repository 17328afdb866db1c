package io.zokor.spring.boot;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

import io.zokor.event.ConnectionState;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.ServerErrorBody;
import io.zokor.http.ServerErrorHandler;
import io.zokor.servlet.ServletContainer;
import io.zokor.spring.accesslog.AccessLogFormat;
import io.zokor.testing.ConformanceHandler;

/**
 * Serves what a conformance bench asks for, with an access log in JSON on the standard output and answers that name the refusal
 * that they are. For each line of the standard input it prints one with its counters, and it ends with the input. The one
 * argument is {@code handler}, or the name of a class with a static method {@code container()} that makes a servlet container.
 */
public final class ConformanceAccounts {

    private ConformanceAccounts() {
    }

    /**
     * Serves until the input ends.
     *
     * @param args see the class comment
     * @throws Exception if the server cannot start
     */
    public static void main(String[] args) throws Exception {
        HandlerWebServerFactory factory = new HandlerWebServerFactory(handler(args[0]));
        factory.setAccessLogFormat(AccessLogFormat.parse("json"));
        factory.setErrorHandler(error -> {
            RejectReason reason = error.reason();
            return reason == null
                    ? ServerErrorHandler.standard().render(error)
                    : ServerErrorBody.of("text/plain; refused=" + reason.tag() + "; request=" + error.connection().id()
                            + "/" + error.connection().requestCount(), "refused\n");
        });
        ZokorWebServer server = factory.create();
        server.start();
        System.out.println("port " + server.getPort());
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (in.readLine() != null) {
                System.out.println("counters " + json(server.counters()));
            }
        }
        server.stop();
        server.destroy();
    }

    private static Handler handler(String name) throws Exception {
        if (name.equals("handler")) {
            return new ConformanceHandler();
        }
        ServletContainer container = (ServletContainer) Class.forName(name).getMethod("container").invoke(null);
        container.initialize();
        container.start();
        return container;
    }

    /** Names with their tags' values, such as {@code "zokor.requests.rejected host 400"}. */
    private static String json(ServerCounters counters) {
        Map<String, Long> values = new TreeMap<>();
        counters.observe(series -> {
            StringBuilder name = new StringBuilder(series.name());
            for (int i = 1; i < series.tags().size(); i += 2) {
                name.append(' ').append(series.tags().get(i));
            }
            values.put(name.toString(), series.count().sum());
        });
        long open = 0;
        for (ConnectionState state : ConnectionState.values()) {
            open += counters.connections(state);
        }
        values.put("open", open);
        StringBuilder json = new StringBuilder("{");
        values.forEach((name, value) -> json.append(json.length() > 1 ? "," : "").append('"').append(name).append("\":")
                .append(value));
        return json.append('}').toString();
    }
}
