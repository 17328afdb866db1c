package io.zokor.internal.exchange;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Objects;

import io.zokor.http.Headers;
import io.zokor.http.HijackedConnection;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.ResponseController;
import io.zokor.http.ServerErrorBody;
import io.zokor.http.Tunnel;
import io.zokor.http.Upgrade;

import org.jspecify.annotations.Nullable;

/** The controls of a response: hands each to what does it. Holds no state of its own; threads as for {@link ResponseController}. */
final class ResponseControls implements ResponseController {

    private final ExchangeCodec codec;

    private final Deadlines deadlines;

    private final ResponseOutput output;

    private final RequestBody body;

    private final Ending ending;

    ResponseControls(ExchangeCodec codec, Deadlines deadlines, ResponseOutput output, RequestBody body, Ending ending) {
        this.codec = codec;
        this.deadlines = deadlines;
        this.output = output;
        this.body = body;
        this.ending = ending;
    }

    @Override
    public int bufferSize() {
        return output.bufferSize();
    }

    @Override
    public void bufferSize(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("a buffer cannot have " + bytes + " bytes");
        }
        output.bufferSize(bytes);
    }

    @Override
    public boolean isCommitted() {
        return output.isCommitted();
    }

    @Override
    public long written() {
        return output.length().written();
    }

    @Override
    public long remaining() {
        return output.length().remaining();
    }

    @Override
    public boolean holds(int length) {
        return output.holds(length);
    }

    @Override
    public void resetBuffer() {
        output.resetBuffer();
    }

    @Override
    public void reset() {
        output.resetBuffer();
        output.draft().reset(200, new Headers());
    }

    @Override
    public void writeInterim(int value, Headers fields) throws IOException {
        if (value < 100 || value > 199 || value == 101) {
            throw new IllegalArgumentException("not an interim status: " + value);
        }
        output.enter();
        try {
            if (output.isCommitted() || codec.head().http10()) {
                return;
            }
            Headers sent = new Headers(fields);
            // The final response's length and framing have no place here (RFC 9110 section 8.6, RFC 9112 section 6.1).
            sent.remove("Content-Length");
            sent.remove("Transfer-Encoding");
            output.writeInterim(new ResponseHead(value, sent, false));
        } finally {
            output.leave();
        }
    }

    @Override
    public HijackedConnection hijack() throws IOException {
        output.enter();
        try {
            output.checkNotCommitted();
            if (output.draft().status() == 101) {
                output.flush();
            }
            HijackedConnection taken = codec.hijack();
            ending.hijacked();
            output.taken(ResponseState.HIJACKED);
            return taken;
        } finally {
            output.leave();
        }
    }

    @Override
    public void upgrade(Upgrade upgrade) {
        output.checkNotCommitted();
        output.draft().upgrade(Objects.requireNonNull(upgrade));
    }

    @Override
    public Tunnel upgradeNow(Upgrade upgrade) throws IOException {
        upgrade(upgrade);
        output.enter();
        try {
            if (output.draft().switched(codec.head()) == null) {
                throw new IllegalStateException(
                        "status " + output.draft().status() + " does not switch the protocol");
            }
            output.resetBuffer();
            output.finish();
            Tunnel tunnel = codec.upgrade(upgrade);
            output.taken(ResponseState.UPGRADED);
            ending.upgraded(upgrade);
            return tunnel;
        } finally {
            output.leave();
        }
    }

    @Override
    public void readDeadline(@Nullable Duration fromNow) {
        deadlines.read(moment(fromNow));
    }

    @Override
    public void writeDeadline(@Nullable Duration fromNow) {
        deadlines.write(moment(fromNow));
    }

    @Override
    public void requestDeadline(@Nullable Duration fromNow) {
        deadlines.handler(moment(fromNow));
    }

    private long moment(@Nullable Duration fromNow) {
        if (fromNow != null && (fromNow.isZero() || fromNow.isNegative())) {
            throw new IllegalArgumentException("a deadline must be ahead, or null for none, but is " + fromNow);
        }
        return deadlines.after(fromNow);
    }

    @Override
    public void onPeerGone(Runnable action) {
        body.watch(Objects.requireNonNull(action));
    }

    @Override
    public void abort(@Nullable Throwable cause) {
        if (output.abort()) {
            ending.aborted(cause);
        }
    }

    @Override
    public void panic(Throwable cause) {
        ending.panic(cause);
    }

    @Override
    public void refused(RejectedRequestException refusal) {
        ending.refusedByHandler(refusal);
    }

    @Override
    public ServerErrorBody renderError(int status) {
        return ending.errorBody(status);
    }

    @Override
    public void transferFrom(FileChannel file, long position, long count) throws IOException {
        output.enter();
        try {
            output.transferFrom(file, position, count);
        } finally {
            output.leave();
        }
    }
}
