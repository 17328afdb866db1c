package io.zokor.samples.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.zokor.testing.Await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The service called by grpc-java's client, without TLS: every kind of call, errors, deadlines, cancelled calls. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class GrpcApplicationTests {

    private static final String END = "end";

    @Autowired
    private Greeter greeter;

    private ManagedChannel channel;

    /** Messages are texts, as the service has them. */
    private static final class Text implements MethodDescriptor.Marshaller<String> {

        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** What comes of a call, in its order; its end or its status at last. */
    private static final class Answers implements StreamObserver<String> {

        private final BlockingQueue<String> queue = new LinkedBlockingQueue<>();

        @Override
        public void onNext(String value) {
            queue.add(value);
        }

        @Override
        public void onError(Throwable failure) {
            queue.add(Status.fromThrowable(failure).getCode().toString());
        }

        @Override
        public void onCompleted() {
            queue.add(END);
        }

        String next() throws InterruptedException {
            return queue.poll(20, TimeUnit.SECONDS);
        }
    }

    @BeforeEach
    void connect(@LocalServerPort int port) {
        channel = NettyChannelBuilder.forAddress("localhost", port).usePlaintext().build();
    }

    @AfterEach
    void disconnect() throws InterruptedException {
        channel.shutdownNow();
        assertThat(channel.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    private static MethodDescriptor<String, String> method(String name, MethodType type) {
        return MethodDescriptor.newBuilder(new Text(), new Text()).setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName("sample.Greeter", name)).build();
    }

    private String unary(String name, String message) {
        return ClientCalls.blockingUnaryCall(channel, method(name, MethodType.UNARY), CallOptions.DEFAULT, message);
    }

    @Test
    void unary() {
        assertThat(unary("Hello", "Ada")).isEqualTo("Hello Ada");
        assertThat(unary("Hello", "ä".repeat(100_000))).hasSize(100_006);
    }

    @Test
    void serverStreaming() {
        Iterator<String> numbers = ClientCalls.blockingServerStreamingCall(channel,
                method("Count", MethodType.SERVER_STREAMING),
                CallOptions.DEFAULT, "20000");
        List<String> all = new ArrayList<>();
        numbers.forEachRemaining(all::add);
        assertThat(all).hasSize(20_000).startsWith("0", "1").endsWith("19999");
    }

    @Test
    void clientStreaming() throws Exception {
        Answers answers = new Answers();
        StreamObserver<String> words = ClientCalls.asyncClientStreamingCall(
                channel.newCall(method("Join", MethodType.CLIENT_STREAMING), CallOptions.DEFAULT), answers);
        words.onNext("one");
        words.onNext("two");
        words.onNext("");
        words.onCompleted();
        assertThat(answers.next()).isEqualTo("one two ");
        assertThat(answers.next()).isEqualTo(END);
    }

    /** An answer to each message before the next one is sent. */
    @Test
    void inBothDirectionsAtOnce() throws Exception {
        Answers answers = new Answers();
        StreamObserver<String> lines = ClientCalls.asyncBidiStreamingCall(
                channel.newCall(method("Chat", MethodType.BIDI_STREAMING), CallOptions.DEFAULT), answers);
        for (int i = 0; i < 100; i++) {
            lines.onNext("line " + i);
            assertThat(answers.next()).isEqualTo("you said line " + i);
        }
        lines.onCompleted();
        assertThat(answers.next()).isEqualTo(END);
    }

    @Test
    void errorWithoutAnyMessage() {
        assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> unary("Fail", "grüß dich"))
                .satisfies(e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION))
                .satisfies(e -> assertThat(e.getStatus().getDescription()).isEqualTo("not today: 100 %, grüß dich"));
    }

    @Test
    void errorBehindMessages() {
        Iterator<String> numbers = ClientCalls.blockingServerStreamingCall(channel,
                method("Count", MethodType.SERVER_STREAMING),
                CallOptions.DEFAULT, "no number");
        assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(numbers::hasNext)
                .satisfies(e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN));
    }

    @Test
    void unknownMethod() {
        assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> unary("Nobody", "x"))
                .satisfies(e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
    }

    @Test
    void deadlineEndsTheCallOnBothSides() {
        Iterator<String> answers = ClientCalls.blockingServerStreamingCall(channel,
                method("Wait", MethodType.SERVER_STREAMING),
                CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS), "");
        assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> {
            while (answers.hasNext()) {
                assertThat(answers.next()).isEqualTo("still here");
            }
        }).satisfies(e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
        Await.until("the handler has returned", () -> greeter.waiting() == 0);
    }

    @Test
    void cancelEndsTheCallOnBothSides() {
        Context.CancellableContext context = Context.current().withCancellation();
        context.run(() -> {
            Iterator<String> answers = ClientCalls.blockingServerStreamingCall(channel,
                    method("Wait", MethodType.SERVER_STREAMING), CallOptions.DEFAULT, "");
            assertThat(answers.next()).isEqualTo("still here");
            assertThat(greeter.waiting()).isEqualTo(1);
            context.cancel(null);
            assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> answers.forEachRemaining(x -> {
            })).satisfies(e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.CANCELLED));
        });
        Await.until("the handler has returned", () -> greeter.waiting() == 0);
        assertThat(unary("Hello", "on the same connection")).isEqualTo("Hello on the same connection");
    }

    /** As many calls as a connection may have, and more: none fails, since the client waits for its turn. */
    @Test
    void manyCallsAtOnce() throws Exception {
        List<Answers> all = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Answers answers = new Answers();
            ClientCalls.asyncUnaryCall(channel.newCall(method("Hello", MethodType.UNARY), CallOptions.DEFAULT),
                    "caller " + i,
                    answers);
            all.add(answers);
        }
        for (int i = 0; i < 300; i++) {
            assertThat(all.get(i).next()).isEqualTo("Hello caller " + i);
            assertThat(all.get(i).next()).isEqualTo(END);
        }
    }
}
