package io.zokor.samples.grpc;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The service: a method of each kind that gRPC has. Messages are texts. Each call has a virtual thread of its own, so that reading and
 * writing simply block. Thread-safe.
 */
public class Greeter {

    private final AtomicInteger waiting = new AtomicInteger();

    /** {@return how many calls of {@link #await} run} */
    public int waiting() {
        return waiting.get();
    }

    /** Unary: a name comes, a greeting goes. */
    void hello(GrpcCall call) throws IOException {
        String name = call.read();
        if (name == null) {
            throw new GrpcStatusException(3, "no name");
        }
        call.write("Hello " + name);
    }

    /** Server streaming: a number comes, the numbers below it go. */
    void count(GrpcCall call) throws IOException {
        String to = call.read();
        for (int i = 0; i < Integer.parseInt(to == null ? "0" : to); i++) {
            call.write(Integer.toString(i));
        }
    }

    /** Client streaming: words come, their sentence goes. */
    void join(GrpcCall call) throws IOException {
        List<String> words = new ArrayList<>();
        for (String word = call.read(); word != null; word = call.read()) {
            words.add(word);
        }
        call.write(String.join(" ", words));
    }

    /** In both directions: each message is answered as it comes. */
    void chat(GrpcCall call) throws IOException {
        for (String line = call.read(); line != null; line = call.read()) {
            call.write("you said " + line);
        }
    }

    /** Answers with an error and no message at all. */
    void fail(GrpcCall call) throws IOException {
        throw new GrpcStatusException(9, "not today: 100 %, " + call.read());
    }

    /** Says where it is until its client is gone. */
    void await(GrpcCall call) throws IOException {
        waiting.incrementAndGet();
        try {
            while (true) {
                call.write("still here");
            }
        } finally {
            waiting.decrementAndGet();
        }
    }
}
