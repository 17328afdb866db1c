package io.zokor.matrix.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** Answers later. */
@RestController
@RequestMapping("/async")
class AsyncController {

    private static final long SOON = 50;

    private static void later(Runnable action) {
        Thread.ofVirtual().start(action);
    }

    @GetMapping("/callable")
    Callable<String> callable() {
        return () -> "called";
    }

    @GetMapping("/callable/fails")
    Callable<String> callableFails() {
        return () -> {
            throw new IllegalStateException("in the callable");
        };
    }

    @GetMapping("/callable/missing")
    Callable<String> callableMissing() {
        return () -> {
            throw new ErrorController.MissingException("in the callable");
        };
    }

    @GetMapping("/deferred")
    DeferredResult<ResponseEntity<String>> deferred() {
        DeferredResult<ResponseEntity<String>> result = new DeferredResult<>();
        later(() -> result.setResult(ResponseEntity.accepted().header("X-Later", "1").body("deferred")));
        return result;
    }

    @GetMapping("/deferred/at-once")
    DeferredResult<String> deferredAtOnce() {
        DeferredResult<String> result = new DeferredResult<>();
        result.setResult("at once");
        return result;
    }

    @GetMapping("/deferred/fails")
    DeferredResult<String> deferredFails() {
        DeferredResult<String> result = new DeferredResult<>();
        later(() -> result.setErrorResult(new ErrorController.MissingException("deferred")));
        return result;
    }

    @GetMapping("/deferred/timeout")
    DeferredResult<String> deferredTimeout() {
        return new DeferredResult<>(SOON);
    }

    @GetMapping("/deferred/timeout-result")
    DeferredResult<String> deferredTimeoutResult() {
        return new DeferredResult<>(SOON, "instead");
    }

    @GetMapping("/task/timeout")
    WebAsyncTask<String> task() {
        WebAsyncTask<String> task = new WebAsyncTask<>(SOON, AsyncController::tooLate);
        task.onTimeout(() -> "timed out");
        return task;
    }

    @GetMapping("/task/timeout-503")
    WebAsyncTask<String> taskWithoutAnswer() {
        return new WebAsyncTask<>(SOON, AsyncController::tooLate);
    }

    /** Goes on through the interruption at the timeout: Spring MVC takes what comes first, that or the timeout's own result. */
    private static String tooLate() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        for (long left = 1; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
            Thread.interrupted();
        }
        return "too late";
    }

    /** On a thread of its own: the common pool has one or two on a small machine, and whatever else the JVM does may hold them. */
    @GetMapping("/future")
    CompletableFuture<String> future() {
        return CompletableFuture.supplyAsync(() -> "future", AsyncController::later);
    }

    @GetMapping("/sse")
    SseEmitter sse() {
        SseEmitter emitter = new SseEmitter();
        later(() -> {
            try {
                for (int i = 0; i < 3; i++) {
                    emitter.send(SseEmitter.event().id("" + i).name("tick").data("number " + i));
                }
                emitter.complete();
            } catch (IOException e) {
                emitter.completeWithError(e);
            }
        });
        return emitter;
    }

    @GetMapping("/sse/fails")
    SseEmitter sseFails() {
        SseEmitter emitter = new SseEmitter();
        later(() -> {
            try {
                emitter.send("one");
                emitter.completeWithError(new IllegalStateException("lost"));
            } catch (IOException e) {
                emitter.completeWithError(e);
            }
        });
        return emitter;
    }

    @GetMapping("/sse/timeout")
    SseEmitter sseTimeout() throws IOException {
        SseEmitter emitter = new SseEmitter(SOON);
        emitter.send("one");
        return emitter;
    }

    @GetMapping("/emitter")
    ResponseBodyEmitter emitter() {
        ResponseBodyEmitter emitter = new ResponseBodyEmitter(Duration.ofSeconds(5).toMillis());
        later(() -> {
            try {
                emitter.send("text,", MediaType.TEXT_PLAIN);
                emitter.send(new ErrorController.Book("One", 1, null), MediaType.APPLICATION_JSON);
                emitter.complete();
            } catch (IOException e) {
                emitter.completeWithError(e);
            }
        });
        return emitter;
    }

    @GetMapping(path = "/stream", produces = "text/plain")
    StreamingResponseBody stream() {
        return out -> {
            for (int i = 0; i < 5; i++) {
                out.write(("line " + i + "\n").getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
        };
    }

    @GetMapping(path = "/stream/big", produces = "application/octet-stream")
    StreamingResponseBody streamBig() {
        return out -> {
            byte[] block = new byte[8192];
            for (int i = 0; i < 64; i++) {
                out.write(block);
            }
        };
    }

    @GetMapping(path = "/stream/fails", produces = "text/plain")
    StreamingResponseBody streamFails() {
        return out -> {
            out.write('a');
            out.flush();
            throw new IOException("no more");
        };
    }

    @GetMapping(path = "/stream/fails-first", produces = "text/plain")
    StreamingResponseBody streamFailsFirst() {
        return out -> {
            throw new IllegalStateException("nothing at all");
        };
    }
}
