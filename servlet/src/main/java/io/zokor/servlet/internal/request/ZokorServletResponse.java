package io.zokor.servlet.internal.request;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.zokor.http.HttpDate;
import io.zokor.http.ResponseController;
import io.zokor.http.ResponseWriter;
import io.zokor.servlet.internal.field.Redirect;
import io.zokor.servlet.internal.field.SetCookie;
import io.zokor.servlet.internal.stream.ContainerOutput;
import io.zokor.servlet.internal.stream.TextWriter;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * The response as servlets see it: the core's response with the specification's rules for its head ({@link ResponseFields})
 * and its body ({@link ResponseBody}), whose lock guards this as well. Long, because the interface is: nearly every
 * method is one of its own.
 */
public final class ZokorServletResponse implements HttpServletResponse {

    private final RequestCycle cycle;

    private final ResponseWriter core;

    private final ResponseBody body;

    private final ResponseFields fields;

    private final ReentrantLock lock;

    private boolean usingStream;

    private @Nullable PrintWriter writer;

    private volatile @Nullable PendingError pendingError;

    /** What {@code sendError} asked for. */
    public record PendingError(int status, @Nullable String message) {
    }

    public ZokorServletResponse(RequestCycle cycle, ResponseWriter core) {
        this.cycle = cycle;
        this.core = core;
        this.body = new ResponseBody(cycle, cycle.point(), cycle.core().method().equals("HEAD"), core);
        this.fields = new ResponseFields(cycle.application(), cycle, core, body);
        this.lock = body.lock;
    }

    // ---- status and fields

    /** Other than in the specification 1xx goes out at once as interim response with the fields set so far. */
    @Override
    public void setStatus(int status) {
        if (status >= 102 && status < 200) {
            fields.interim(status);
        } else {
            fields.status(status);
        }
    }

    @Override
    public int getStatus() {
        return fields.status();
    }

    @Override
    public void setHeader(@Nullable String name, @Nullable String value) {
        if (name != null) {
            fields.set(name, value);
        }
    }

    @Override
    public void addHeader(@Nullable String name, @Nullable String value) {
        if (name != null && value != null) {
            fields.add(name, value);
        }
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

    @Override
    public boolean containsHeader(String name) {
        return fields.ask(() -> core.headers().contains(name));
    }

    @Override
    public @Nullable String getHeader(String name) {
        return fields.ask(() -> core.headers().get(name));
    }

    @Override
    public Collection<String> getHeaders(String name) {
        return fields.ask(() -> new ArrayList<>(core.headers().all(name)));
    }

    @Override
    public Collection<String> getHeaderNames() {
        return fields.ask(() -> core.headers().names());
    }

    @Override
    public void addCookie(@Nullable Cookie cookie) {
        if (cookie != null) {
            fields.addCookie(SetCookie.format(cookie, cycle.application().sameSite(cookie)));
        }
    }

    // ---- content type, length, locale

    @Override
    public void setContentType(@Nullable String type) {
        fields.type(type);
    }

    @Override
    public @Nullable String getContentType() {
        return fields.type();
    }

    @Override
    public void setCharacterEncoding(@Nullable String encoding) {
        fields.charset(encoding);
    }

    @Override
    public void setCharacterEncoding(@Nullable Charset encoding) {
        fields.charset(encoding == null ? null : encoding.name());
    }

    @Override
    public String getCharacterEncoding() {
        return fields.charset();
    }

    @Override
    public void setLocale(@Nullable Locale locale) {
        fields.locale(locale);
    }

    @Override
    public Locale getLocale() {
        return fields.locale();
    }

    @Override
    public void setContentLength(int length) {
        fields.length(length);
    }

    @Override
    public void setContentLengthLong(long length) {
        fields.length(length);
    }

    @Override
    public void setTrailerFields(Supplier<Map<String, String>> supplier) {
        if (isCommitted()) {
            throw new IllegalStateException("the response is committed: trailers come too late");
        }
        ZokorServletRequest request = cycle.request();
        if (!request.mayHaveTrailers() || request.needsChunksForTrailers() && body.isLengthDeclared()) {
            throw new IllegalStateException(
                    "trailers need HTTP/2, or a chunked response: HTTP/1.1 and no Content-Length");
        }
        body.trailers(supplier);
    }

    @Override
    public @Nullable Supplier<Map<String, String>> getTrailerFields() {
        return body.trailers();
    }

    // ---- body

    @Override
    public ServletOutputStream getOutputStream() {
        cycle.checkOpen();
        if (writer != null) {
            throw new IllegalStateException("getWriter() was called for this response already");
        }
        usingStream = true;
        return body.output();
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
                writer = new PrintWriter(new TextWriter(body.output(), fields.fixCharsetLocked()));
            }
            return writer;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void flushBuffer() throws IOException {
        body.output().flush();
    }

    @Override
    public void setBufferSize(int size) {
        cycle.checkOpen();
        lock.lock();
        try {
            body.bufferSizeLocked(size);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int getBufferSize() {
        cycle.checkOpen();
        return body.controller().bufferSize();
    }

    @Override
    public boolean isCommitted() {
        cycle.checkOpen();
        return body.isCommitted();
    }

    @Override
    public void resetBuffer() {
        cycle.checkOpen();
        lock.lock();
        try {
            body.checkNotCommitted();
            body.resetBufferLocked();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void reset() {
        cycle.checkOpen();
        lock.lock();
        try {
            body.checkNotCommitted();
            fields.resetLocked();
            body.resetLocked();
            forgetStreamLocked();
        } finally {
            lock.unlock();
        }
    }

    private void forgetStreamLocked() {
        usingStream = false;
        writer = null;
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
            body.checkNotCommitted();
            fields.statusLocked(status);
            body.resetBufferLocked();
            pendingError = new PendingError(status, message);
            body.output().shut();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
        cycle.checkOpen();
        lock.lock();
        try {
            body.checkNotCommitted();
            String target = Redirect.location(location, cycle.request(),
                    cycle.application().settings().uris().relativeRedirects());
            fields.locationLocked(target);
            fields.statusLocked(status);
            if (clearBuffer) {
                body.resetBufferLocked();
                fields.replaceLocked(status, "text/html;charset=utf-8");
                body.replaceLocked(Redirect.note(status, target).getBytes(StandardCharsets.UTF_8));
            } else {
                body.close();
            }
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

    /** Also where the application has closed the response. */
    public void removeFields(Collection<String> names) {
        fields.remove(names);
    }

    public ContainerOutput output() {
        return body.output();
    }

    public ResponseController controller() {
        return body.controller();
    }

    /** Tells the client the id of its session, once whatever is called. */
    public void sessionCookie(String name, String value) {
        fields.sessionCookie(name, value);
    }

    /** {@return the error that waits for its page, once} */
    @Nullable
    public PendingError takePendingError() {
        PendingError error = pendingError;
        pendingError = null;
        return error;
    }

    public boolean hasPendingError() {
        return pendingError != null;
    }

    /** {@return whether bytes have left, whatever the application has closed} */
    public boolean isSent() {
        return body.isSent();
    }

    /** {@return whether the response is complete: closed by the application, with all the bytes of its length if it has one} */
    public boolean isWhole() {
        return body.isWhole();
    }

    /** Ends the response; what is written from now on is ignored. */
    public void close() throws IOException {
        body.close();
    }

    /**
     * Sends a piece of a file past the stream, if nothing of the application's stands between (a wrapper may change the bytes).
     */
    public static boolean sendFile(HttpServletRequest request, HttpServletResponse response, Path file, long offset,
            long length) throws IOException {
        if (!(response instanceof ZokorServletResponse own) || own.output().isListening()) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            own.body.transfer(channel, offset, length);
        }
        return true;
    }

    /** Opens the response for an error page: cookies and other fields stay, what described the former body goes. */
    public void prepareError(int status) {
        lock.lock();
        try {
            body.reopenLocked();
            fields.prepareErrorLocked(status);
            forgetStreamLocked();
        } finally {
            lock.unlock();
        }
    }

    /** Does so in one with the question whether bytes have left: another thread may be writing. */
    public boolean prepareErrorUnlessSent(int status) {
        lock.lock();
        try {
            boolean unsent = !isSent();
            if (unsent) {
                prepareError(status);
            }
            return unsent;
        } finally {
            lock.unlock();
        }
    }

    /** Writes a body of the container's own and closes. */
    public void answer(int status, String type, byte[] content) throws IOException {
        lock.lock();
        try {
            prepareError(status);
            fields.replaceLocked(status, type);
            body.replaceLocked(content);
        } finally {
            lock.unlock();
        }
    }

    /** Cuts the response, after the write that another thread is in. */
    public void abort(Throwable cause) {
        body.abort(cause);
    }

    /** Waits until no other thread is writing, and lets none write from now on: the core ends the response next. */
    public void seal(boolean served) {
        body.seal(served);
    }

    /** The last act: trailers are asked for, and no other thread writes from now on. */
    public void complete() throws IOException {
        body.complete();
    }
}
