package io.zokor.spring.reactive;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.zokor.http.Headers;
import io.zokor.http.Request;
import io.zokor.testing.TestCertificates;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.web.server.WebHandler;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import org.springframework.web.server.handler.ResponseStatusExceptionHandler;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Serves the handlers that the conformance benches of HTTP/1 and HTTP/2 ask questions of as a WebFlux application, until the process is stopped.
 * Arguments as those of {@link io.zokor.testing.ConformanceServer}.
 */
public final class ConformanceWebFlux {

    private static final int PIECE = 8192;

    private ConformanceWebFlux() {
    }

    /**
     * Serves.
     *
     * @param args see the class comment
     * @throws Exception if the server cannot start
     */
    public static void main(String[] args) throws Exception {
        List<String> properties = new ArrayList<>(List.of("--server.address=127.0.0.1", "--server.port=" + args[0],
                "--spring.main.banner-mode=off", "--spring.jmx.enabled=false", "--server.http2.enabled=true"));
        boolean tls = args.length > 1 && !args[1].equals("-1");
        int tlsPort = tls ? tlsPort(args[1]) : -1;
        if (tls) {
            TestCertificates.Identity identity = TestCertificates.selfSigned("localhost");
            Path directory = Files.createTempDirectory("zokor-conformance");
            Path certificate = Files.writeString(directory.resolve("c.pem"), identity.certificatePem());
            Path key = Files.writeString(directory.resolve("k.pem"), identity.keyPem());
            properties.add("--spring.ssl.bundle.pem.web.keystore.certificate=" + certificate);
            properties.add("--spring.ssl.bundle.pem.web.keystore.private-key=" + key);
            properties.add("--zokor.listeners[0].address=127.0.0.1");
            properties.add("--zokor.listeners[0].port=" + tlsPort);
            properties.add("--zokor.listeners[0].ssl-bundle=web");
        }
        if (args.length > 2) {
            for (String name : List.of("tls-handshake", "read-header", "read", "write", "stall", "idle")) {
                properties.add("--zokor.timeouts." + name + "=" + args[2] + "s");
            }
        }
        ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.REACTIVE).run(properties.toArray(String[]::new));
        System.out.println("http /127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port"));
        if (tls) {
            System.out.println("https /127.0.0.1:" + tlsPort);
        }
    }

    /** Which port a further listener was given, Spring does not tell. */
    private static int tlsPort(String port) throws IOException {
        if (!port.equals("0")) {
            return Integer.parseInt(port);
        }
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        /** Stands for the DispatcherHandler's: the bench wants its own answers, errors included, where WebFlux has none. */
        @Bean
        WebHandler conformanceHandler() {
            return ConformanceWebFlux::answer;
        }

        @Bean
        HttpHandler httpHandler() {
            return WebHttpHandlerBuilder.webHandler(conformanceHandler())
                    .exceptionHandler(new ResponseStatusExceptionHandler())
                    .build();
        }
    }

    private static Mono<Void> answer(ServerWebExchange exchange) {
        ServerHttpRequest request = exchange.getRequest();
        ServerHttpResponse response = exchange.getResponse();
        return switch (request.getURI().getRawPath()) {
            case "/" -> text(response, "ok");
            case "/echo" -> echo(request, response);
            case "/headers" -> text(response, lines(nativeRequest(request).headers()));
            case "/stream" -> stream(response, number(request, "n", 3), number(request, "ms", 0));
            case "/ignore" -> text(response, "ignored");
            case "/panic" -> Mono.error(new IllegalStateException("a panic on purpose"));
            case "/slow" -> Mono.delay(Duration.ofMillis(number(request, "ms", 1000))).then(text(response, "slow"));
            case "/uri" -> text(response, request.getMethod() + " " + nativeRequest(request).target().raw() + " "
                    + nativeRequest(request).protocol() + "\n");
            case "/setheader" -> {
                response.getHeaders().set("X-Test", value(request, "v", ""));
                yield text(response, "ok");
            }
            case "/rawheader" -> {
                response.getHeaders().set(value(request, "n", "X-Test"), value(request, "v", ""));
                yield text(response, "ok");
            }
            case "/status" -> {
                long status = number(request, "c", 200);
                response.setStatusCode(HttpStatusCode.valueOf((int) status));
                yield status == 204 || status == 304 ? response.setComplete() : write(response, "body");
            }
            case "/statusbody" -> {
                response.setStatusCode(HttpStatusCode.valueOf((int) number(request, "c", 200)));
                yield write(response, "body");
            }
            case "/big" -> {
                long length = number(request, "n", 1 << 20);
                response.getHeaders().setContentType(MediaType.TEXT_PLAIN);
                response.getHeaders().setContentLength(length);
                yield response.writeWith(fill(length));
            }
            case "/cl" -> {
                response.getHeaders().setContentType(MediaType.TEXT_PLAIN);
                response.getHeaders().setContentLength(number(request, "n", 10));
                yield response.writeWith(fill(number(request, "m", 10)));
            }
            case "/trailers" -> request.getBody().doOnNext(DataBufferUtils::release).then(Mono.defer(() -> {
                Headers trailers = nativeRequest(request).trailers();
                return text(response, trailers == null ? "" : lines(trailers));
            }));
            default -> {
                response.setStatusCode(HttpStatusCode.valueOf(404));
                yield text(response, "not found");
            }
        };
    }

    private static Request nativeRequest(ServerHttpRequest request) {
        return ((AbstractServerHttpRequest) request).getNativeRequest();
    }

    private static Mono<Void> text(ServerHttpResponse response, String text) {
        return Mono.defer(() -> {
            response.getHeaders().setContentType(MediaType.TEXT_PLAIN);
            return write(response, text);
        });
    }

    private static Mono<Void> write(ServerHttpResponse response, String text) {
        return response.writeWith(Mono.fromSupplier(() -> buffer(text)));
    }

    private static DataBuffer buffer(String text) {
        return DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Mono<Void> echo(ServerHttpRequest request, ServerHttpResponse response) {
        String type = request.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE);
        return DataBufferUtils.join(request.getBody()).defaultIfEmpty(buffer("")).flatMap(body -> {
            response.getHeaders().set(HttpHeaders.CONTENT_TYPE, type == null ? "application/octet-stream" : type);
            return response.writeWith(Mono.just(body));
        });
    }

    private static Mono<Void> stream(ServerHttpResponse response, long count, long pause) {
        response.getHeaders().setContentType(MediaType.TEXT_PLAIN);
        Flux<Integer> numbers = Flux.range(0, (int) count);
        return response.writeAndFlushWith(
                (pause == 0 ? numbers : numbers.delayElements(Duration.ofMillis(pause)))
                        .map(i -> Mono.fromSupplier(() -> buffer("chunk-" + i + "\n"))));
    }

    private static Flux<DataBuffer> fill(long length) {
        return Flux.generate(() -> length, (left, sink) -> {
            if (left <= 0) {
                sink.complete();
            } else {
                sink.next(buffer("x".repeat((int) Math.min(left, PIECE))));
            }
            return left - PIECE;
        });
    }

    private static String lines(Headers headers) {
        StringBuilder text = new StringBuilder();
        headers.forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
        return text.toString();
    }

    private static long number(ServerHttpRequest request, String name, long otherwise) {
        return Long.parseLong(value(request, name, Long.toString(otherwise)));
    }

    private static String value(ServerHttpRequest request, String name, String otherwise) {
        String query = request.getURI().getRawQuery();
        if (query != null) {
            for (String pair : query.split("&")) {
                if (pair.startsWith(name + "=")) {
                    return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
                }
            }
        }
        return otherwise;
    }
}
