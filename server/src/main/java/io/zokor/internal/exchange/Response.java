package io.zokor.internal.exchange;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

import io.zokor.http.Headers;
import io.zokor.http.ResponseController;
import io.zokor.http.ResponseWriter;

import org.jspecify.annotations.Nullable;

/**
 * The response as a handler writes it. What it says of the head is the draft's, what it writes goes through the output, whose lock lets
 * one thread in at a time, and none once the handler has returned.
 */
final class Response implements ResponseWriter {

    private final ResponseDraft draft;

    private final ResponseOutput output;

    private final ResponseController controller;

    private @Nullable OutputStream stream;

    Response(ResponseDraft draft, ResponseOutput output, ResponseController controller) {
        this.draft = draft;
        this.output = output;
        this.controller = controller;
    }

    @Override
    public Headers headers() {
        return draft.headers();
    }

    @Override
    public Headers trailers() {
        return draft.trailers();
    }

    @Override
    public int status() {
        return draft.status();
    }

    @Override
    public void status(int value) {
        if (value != 101 && (value < 200 || value > 999)) {
            throw new IllegalArgumentException("not a final status: " + value);
        }
        if (!output.isCommitted()) {
            draft.status(value);
        }
    }

    @Override
    public void writeHead(int value) throws IOException {
        output.enter();
        try {
            if (value >= 100 && value < 200 && value != 101) {
                controller.writeInterim(value, draft.headers());
                return;
            }
            status(value);
            if (!output.isCommitted()) {
                draft.fix();
            }
        } finally {
            output.leave();
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        output.enter();
        try {
            output.write(bytes, offset, length);
        } finally {
            output.leave();
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        output.enter();
        try {
            output.write(bytes);
        } finally {
            output.leave();
        }
    }

    @Override
    public void flush() throws IOException {
        output.enter();
        try {
            output.flush();
        } finally {
            output.leave();
        }
    }

    @Override
    public OutputStream body() {
        OutputStream current = stream;
        if (current == null) {
            current = new BodyStream(this);
            stream = current;
        }
        return current;
    }

    @Override
    public ResponseController controller() {
        return controller;
    }
}
