package io.zokor.servlet;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.zokor.http.HeaderSyntax;
import io.zokor.http.Headers;
import io.zokor.http.HttpDate;
import io.zokor.http.ResponseController;
import io.zokor.http.ResponseWriter;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * The response as servlets see it: the core's response with the specification's rules. Buffer and commit point are the core's.
 * One lock guards both, because with asynchronous processing several threads may write in turn; it is held while a write
 * blocks, except that nothing waits for it once the response is committed and only asks for that.
 */
final class ZokorServletResponse implements HttpServletResponse, ContainerOutput.Sink {

    private static final String CONTENT_TYPE = "Content-Type";

    private static final String CONTENT_LENGTH = "Content-Length";

    /** Fields that describe a body which an error page replaces. */
    private static final List<String> REPRESENTATION = List.of(CONTENT_TYPE, CONTENT_LENGTH, "Content-Encoding",
            "Content-Range", "Content-Disposition", "Content-Language", "ETag", "Last-Modified");

    private final RequestCycle cycle;

    private final ResponseWriter core;

    private final ResponseController controller;

    // Fair: a thread that writes in a loop must not keep the container from ending the exchange.
    private final ReentrantLock lock = new ReentrantLock(true);

    private final ContentType contentType;

    private final ContainerOutput output;

    /** Known to be committed, so that the lock is not needed to say so. */
    private volatile boolean committed;

    private boolean usingStream;

    private @Nullable PrintWriter writer;

    /** Declared length, or -1. */
    private long declared = -1;

    /** Bytes of body written since the last reset. */
    private long written;

    /** Bytes that the core holds back for certain. */
    private volatile int buffered;

    private @Nullable Supplier<Map<String, String>> trailers;

    /** The container has let go of the response. */
    private boolean sealed;

    private volatile @Nullable PendingError pendingError;

    /** What {@code sendError} asked for. */
    record PendingError(int status, @Nullable String message) {
    }

    ZokorServletResponse(RequestCycle cycle, ResponseWriter core) {
        this.cycle = cycle;
        this.core = core;
        this.controller = core.controller();
        this.contentType = new ContentType(cycle.context().localeCharsets(), cycle.context().responseEncoding());
        this.output = new ContainerOutput(this, cycle, cycle.point());
    }

    // ---- status and fields

    /** Runs a change of the head unless the response is committed, in which case it has no effect. */
    private void change(Runnable change) {
        cycle.checkOpen();
        if (isCommitted()) {
            return;
        }
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    /** Other than in the specification 1xx goes out at once as interim response with the fields set so far. */
    @Override
    public void setStatus(int status) {
        if (status >= 102 && status < 200) {
            cycle.checkOpen();
            lock.lock();
            try {
                controller.writeInterim(status, core.headers());
            } catch (IOException e) {
                cycle.ioFailed(e);
            } finally {
                lock.unlock();
            }
            return;
        }
        change(() -> core.status(status));
    }

    @Override
    public int getStatus() {
        cycle.checkOpen();
        return core.status();
    }

    @Override
    public void setHeader(@Nullable String name, @Nullable String value) {
        if (name == null) {
            return;
        }
        change(() -> {
            if (!special(name, value)) {
                if (value == null) {
                    core.headers().remove(name);
                } else {
                    core.headers().set(name, value);
                }
            }
        });
    }

    @Override
    public void addHeader(@Nullable String name, @Nullable String value) {
        if (name == null || value == null) {
            return;
        }
        change(() -> {
            if (!special(name, value)) {
                core.headers().add(name, value);
            }
        });
    }

    /** Fields that are also properties of the response. */
    private boolean special(String name, @Nullable String value) {
        if (name.equalsIgnoreCase(CONTENT_TYPE)) {
            typeLocked(value);
            return true;
        }
        if (name.equalsIgnoreCase(CONTENT_LENGTH)) {
            lengthLocked(value == null ? -1 : length(value));
            return true;
        }
        return false;
    }

    private static long length(String value) {
        try {
            long length = Long.parseLong(value.strip());
            if (length >= 0) {
                return length;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Content-Length is not a number", e);
        }
        throw new IllegalArgumentException("Content-Length is negative");
    }

    @Override
    public void setDateHeader(@Nullable String name, long date) {
        setHeader(name, HttpDate.format(Instant.ofEpochMilli(date)));
    }

    @Override
    public void addDateHeader(@Nullable String name, long date) {
        addHeader(name, HttpDate.format(Instant.ofEpochMilli(date)));
    }

    @Override
    public void setIntHeader(@Nullable String name, int value) {
        setHeader(name, Integer.toString(value));
    }

    @Override
    public void addIntHeader(@Nullable String name, int value) {
        addHeader(name, Integer.toString(value));
    }

    private <T> T head(Supplier<T> question) {
        cycle.checkOpen();
        lock.lock();
        try {
            return question.get();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean containsHeader(String name) {
        return head(() -> core.headers().contains(name));
    }

    @Override
    public @Nullable String getHeader(String name) {
        cycle.checkOpen();
        lock.lock();
        try {
            return core.headers().get(name);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Collection<String> getHeaders(String name) {
        return head(() -> new ArrayList<>(core.headers().all(name)));
    }

    @Override
    public Collection<String> getHeaderNames() {
        return head(() -> core.headers().names());
    }

    @Override
    public void addCookie(@Nullable Cookie cookie) {
        if (cookie != null) {
            String value = SetCookie.format(cookie, cycle.context().sameSite(cookie));
            change(() -> core.headers().add("Set-Cookie", value));
        }
    }

    /** Replaces the session cookie of an earlier call in this response, so that one is sent at most. */
    void sessionCookie(String name, String value) {
        change(() -> {
            Headers headers = core.headers();
            List<String> others = headers.all("Set-Cookie").stream().filter(c -> !c.startsWith(name + "=")).toList();
            headers.remove("Set-Cookie");
            others.forEach(cookie -> headers.add("Set-Cookie", cookie));
            headers.add("Set-Cookie", value);
        });
    }

    // ---- content type, length, locale

    @Override
    public void setContentType(@Nullable String type) {
        change(() -> typeLocked(type));
    }

    private void typeLocked(@Nullable String type) {
        if (type != null && !HeaderSyntax.isFieldValue(type)) {
            throw new IllegalArgumentException("the content type holds a control character");
        }
        contentType.type(type);
        describeLocked();
    }

    private void describeLocked() {
        String value = contentType.value();
        if (value == null) {
            core.headers().remove(CONTENT_TYPE);
        } else {
            core.headers().set(CONTENT_TYPE, value);
        }
    }

    @Override
    public @Nullable String getContentType() {
        cycle.checkOpen();
        lock.lock();
        try {
            return contentType.value();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void setCharacterEncoding(@Nullable String encoding) {
        change(() -> {
            if (encoding != null && !HeaderSyntax.isToken(encoding)) {
                throw new IllegalArgumentException("not the name of a character encoding");
            }
            contentType.charset(encoding);
            describeLocked();
        });
    }

    @Override
    public void setCharacterEncoding(@Nullable Charset encoding) {
        setCharacterEncoding(encoding == null ? null : encoding.name());
    }

    @Override
    public String getCharacterEncoding() {
        return head(contentType::effectiveCharset);
    }

    @Override
    public void setLocale(@Nullable Locale locale) {
        change(() -> {
            contentType.locale(locale);
            String language = contentType.language();
            if (language == null) {
                core.headers().remove("Content-Language");
            } else {
                core.headers().set("Content-Language", language);
            }
            describeLocked();
        });
    }

    @Override
    public Locale getLocale() {
        return head(contentType::locale);
    }

    @Override
    public void setContentLength(int length) {
        setContentLengthLong(length);
    }

    @Override
    public void setContentLengthLong(long length) {
        change(() -> lengthLocked(length));
    }

    private void lengthLocked(long length) {
        declared = Math.max(-1, length);
        if (length < 0) {
            core.headers().remove(CONTENT_LENGTH);
        } else {
            core.headers().set(CONTENT_LENGTH, Long.toString(length));
        }
    }

    @Override
    public void setTrailerFields(Supplier<Map<String, String>> supplier) {
        cycle.checkOpen();
        if (isCommitted()) {
            throw new IllegalStateException("the response is committed: trailers come too late");
        }
        if (!cycle.request().mayHaveTrailers() || declared >= 0) {
            throw new IllegalStateException("trailers need a chunked response: HTTP/1.1 and no Content-Length");
        }
        trailers = supplier;
    }

    @Override
    public @Nullable Supplier<Map<String, String>> getTrailerFields() {
        return trailers;
    }

    // ---- body

    @Override
    public ServletOutputStream getOutputStream() {
        cycle.checkOpen();
        if (writer != null) {
            throw new IllegalStateException("getWriter() was called for this response already");
        }
        usingStream = true;
        return output;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        cycle.checkOpen();
        if (usingStream) {
            throw new IllegalStateException("getOutputStream() was called for this response already");
        }
        lock.lock();
        try {
            if (writer == null) {
                Charset charset = contentType.fix();
                if (!isCommitted()) {
                    describeLocked();
                }
                writer = new PrintWriter(new TextWriter(output, charset));
            }
            return writer;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        lock.lock();
        try {
            checkNotSealedLocked();
            boolean fits = fits(length);
            core.write(bytes, offset, length);
            accountLocked(length, fits);
        } catch (IOException e) {
            throw failedLocked(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        lock.lock();
        try {
            checkNotSealedLocked();
            int length = bytes.remaining();
            boolean fits = fits(length);
            core.write(bytes);
            accountLocked(length, fits);
        } catch (IOException e) {
            throw failedLocked(e);
        } finally {
            lock.unlock();
        }
    }

    private void checkNotSealedLocked() {
        cycle.checkOpen();
        if (sealed) {
            throw new IllegalStateException("the request is over: its response may not be used any more");
        }
    }

    private IOException failedLocked(IOException e) {
        committed |= controller.isCommitted();
        cycle.ioFailed(e);
        return e;
    }

    /** With the last byte of the declared length the response is closed (Servlet 6.1 section 5.7). */
    private void accountLocked(int length, boolean fitted) throws IOException {
        written += length;
        buffered = fitted ? buffered + length : 0;
        if (declared > 0 && written >= declared) {
            core.flush();
            buffered = 0;
            output.shut();
        }
        committed |= controller.isCommitted();
    }

    @Override
    public boolean fits(int length) {
        return (long) buffered + length <= controller.bufferSize();
    }

    @Override
    public void beforeHelper() {
        committed = true;
    }

    @Override
    public void flush() throws IOException {
        lock.lock();
        try {
            checkNotSealedLocked();
            core.flush();
            buffered = 0;
            committed = true;
        } catch (IOException e) {
            throw failedLocked(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void flushBuffer() throws IOException {
        output.flush();
    }

    /** Ends the body: what is written from now on is ignored. The length is known now, which saves the chunks. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            checkNotSealedLocked();
            output.shut();
            boolean known = written > 0 || !cycle.request().isHead();
            if (!controller.isCommitted() && declared < 0 && trailers == null && known && core.status() >= 200
                    && core.status() != 204 && core.status() != 304) {
                core.headers().set(CONTENT_LENGTH, Long.toString(written));
            }
            if (trailers == null || !controller.isCommitted()) {
                core.flush();
                buffered = 0;
            }
            committed = true;
        } catch (IOException e) {
            throw failedLocked(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void setBufferSize(int size) {
        cycle.checkOpen();
        lock.lock();
        try {
            if (written > 0 || isCommitted()) {
                throw new IllegalStateException("the buffer's size cannot change once content was written");
            }
            controller.bufferSize(size);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int getBufferSize() {
        cycle.checkOpen();
        return controller.bufferSize();
    }

    @Override
    public boolean isCommitted() {
        cycle.checkOpen();
        return committed || output.isClosed() || controller.isCommitted();
    }

    @Override
    public void resetBuffer() {
        cycle.checkOpen();
        lock.lock();
        try {
            checkNotCommitted();
            resetBufferLocked();
        } finally {
            lock.unlock();
        }
    }

    private void resetBufferLocked() {
        controller.resetBuffer();
        written = 0;
        buffered = 0;
    }

    @Override
    public void reset() {
        cycle.checkOpen();
        lock.lock();
        try {
            checkNotCommitted();
            controller.reset();
            contentType.reset();
            written = 0;
            buffered = 0;
            declared = -1;
            trailers = null;
            usingStream = false;
            writer = null;
        } finally {
            lock.unlock();
        }
    }

    private void checkNotCommitted() {
        if (isCommitted()) {
            throw new IllegalStateException("the response is committed");
        }
    }

    // ---- errors and redirects

    @Override
    public void sendError(int status) {
        sendError(status, null);
    }

    @Override
    public void sendError(int status, @Nullable String message) {
        cycle.checkOpen();
        lock.lock();
        try {
            checkNotCommitted();
            core.status(status);
            resetBufferLocked();
            pendingError = new PendingError(status, message);
            output.shut();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
        cycle.checkOpen();
        lock.lock();
        try {
            checkNotCommitted();
            String absolute = Redirect.absolute(location, cycle.request());
            core.headers().set("Location", absolute);
            core.status(status);
            if (clearBuffer) {
                resetBufferLocked();
                declared = -1;
                core.headers().remove(CONTENT_LENGTH);
                core.headers().set(CONTENT_TYPE, "text/html;charset=utf-8");
                byte[] note = Redirect.note(status, absolute).getBytes(StandardCharsets.UTF_8);
                core.write(note, 0, note.length);
                written = note.length;
            }
            close();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        sendRedirect(location, SC_FOUND, true);
    }

    @Override
    public void sendRedirect(String location, boolean clearBuffer) throws IOException {
        sendRedirect(location, SC_FOUND, clearBuffer);
    }

    @Override
    public String encodeURL(String url) {
        return cycle.session().encode(url);
    }

    @Override
    public String encodeRedirectURL(String url) {
        return cycle.session().encode(url);
    }

    // ---- what the container asks

    ContainerOutput output() {
        return output;
    }

    ResponseController controller() {
        return controller;
    }

    /** {@return the error that waits for its page, once} */
    @Nullable
    PendingError takePendingError() {
        PendingError error = pendingError;
        pendingError = null;
        return error;
    }

    boolean hasPendingError() {
        return pendingError != null;
    }

    /** {@return whether bytes have left, whatever the application has closed} */
    boolean isSent() {
        return controller.isCommitted();
    }

    /**
     * Sends a piece of a file past the stream, if nothing of the application's stands between (a wrapper may change the bytes).
     */
    static boolean sendFile(HttpServletRequest request, HttpServletResponse response, Path file, long offset,
            long length) throws IOException {
        if (!(response instanceof ZokorServletResponse own) || own.output.isListening()) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            own.transfer(channel, offset, length);
        }
        return true;
    }

    private void transfer(FileChannel channel, long offset, long length) throws IOException {
        lock.lock();
        try {
            checkNotSealedLocked();
            controller.transferFrom(channel, offset, length);
            written += length;
            buffered = 0;
            committed = true;
            if (declared > 0 && written >= declared) {
                output.shut();
            }
        } catch (IOException e) {
            throw failedLocked(e);
        } finally {
            lock.unlock();
        }
    }

    /** Opens the response for an error page: cookies and other fields stay, what described the former body goes. */
    void prepareError(int status) {
        lock.lock();
        try {
            resetBufferLocked();
            output.reopen();
            String range = core.headers().get("Content-Range");
            REPRESENTATION.forEach(core.headers()::remove);
            if (status == SC_REQUESTED_RANGE_NOT_SATISFIABLE && range != null) {
                // It tells the length of the resource, not a part of this response (RFC 9110 section 15.5.17).
                core.headers().set("Content-Range", range);
            }
            contentType.reset();
            declared = -1;
            trailers = null;
            usingStream = false;
            writer = null;
            committed = false;
            core.status(status);
        } finally {
            lock.unlock();
        }
    }

    /** Writes a body of the container's own and closes. */
    void answer(int status, String type, byte[] body) throws IOException {
        lock.lock();
        try {
            prepareError(status);
            core.headers().set(CONTENT_TYPE, type);
            core.write(body, 0, body.length);
            written = body.length;
            close();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no other thread is writing, and lets none write from now on: the core ends the response next. */
    void seal(boolean served) {
        if (!served && lock.isLocked()) {
            // Another thread is writing, perhaps to a client that does not read: the response is lost anyway.
            controller.abort(null);
        }
        lock.lock();
        try {
            sealed = true;
        } finally {
            lock.unlock();
        }
    }

    /** The last act: trailers are asked for, and no other thread writes from now on. */
    void complete() throws IOException {
        lock.lock();
        try {
            output.shut();
            Supplier<Map<String, String>> supplier = trailers;
            Map<String, String> fields = supplier == null ? null : supplier.get();
            if (fields != null) {
                // A response that is still in the buffer would get a Content-Length, and then no trailers.
                core.flush();
                fields.forEach((name, value) -> {
                    if (name != null && value != null) {
                        core.trailers().set(name, value);
                    }
                });
            }
        } finally {
            lock.unlock();
        }
    }
}
