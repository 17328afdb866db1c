package io.zokor.servlet.internal.request;

import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.nio.charset.Charset;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.zokor.http.HeaderSyntax;
import io.zokor.http.Headers;
import io.zokor.http.ResponseWriter;
import io.zokor.servlet.internal.field.ContentType;
import io.zokor.servlet.internal.stream.StreamOwner;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.http.HttpServletResponse;

/**
 * The head of a response: status and fields, and those among them that depend on each other - content type, character
 * encoding, locale and length (Servlet 6.1 sections 5.2 and 5.6). Once the response is committed, changes have no effect.
 * Guarded by the body's lock.
 */
public final class ResponseFields {

    public static final String CONTENT_TYPE = "Content-Type";

    public static final String CONTENT_LENGTH = "Content-Length";

    private static final String CONTENT_RANGE = "Content-Range";

    /** Fields that describe a body which an error page replaces. */
    private static final List<String> REPRESENTATION = List.of(CONTENT_TYPE, CONTENT_LENGTH, "Content-Encoding",
            CONTENT_RANGE, "Content-Disposition", "Content-Language", "ETag", "Last-Modified");

    private final StreamOwner owner;

    private final ResponseWriter core;

    private final ResponseBody body;

    private final ReentrantLock lock;

    private final ContentType contentType;

    /** 100 where the application has set that: no status of an answer, so it is kept here alone; otherwise 0. */
    private int asked;

    public ResponseFields(Application application, StreamOwner owner, ResponseWriter core, ResponseBody body) {
        this.owner = owner;
        this.core = core;
        this.body = body;
        this.lock = body.lock;
        this.contentType = new ContentType(application.localeCharsets(), application.responseEncoding());
    }

    /** Runs a change of the head unless the response is committed, in which case it has no effect. */
    private void change(Runnable change) {
        owner.checkOpen();
        if (body.isCommitted()) {
            return;
        }
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    /** Answers a question about the head. */
    public <T extends @Nullable Object> T ask(Supplier<T> question) {
        owner.checkOpen();
        lock.lock();
        try {
            return question.get();
        } finally {
            lock.unlock();
        }
    }

    // ---- status and fields

    /** Sets the status. One of 100 is answered by {@link #status()}, but cannot be that of an answer. */
    public void status(int status) {
        change(() -> {
            if (status == HttpServletResponse.SC_CONTINUE) {
                asked = status;
            } else {
                statusLocked(status);
            }
        });
    }

    public void statusLocked(int status) {
        core.status(status);
        asked = 0;
    }

    public int status() {
        return ask(() -> asked == 0 ? core.status() : asked);
    }

    /** Sends the fields set so far as an interim response. */
    public void interim(int status) {
        owner.checkOpen();
        lock.lock();
        try {
            body.controller().writeInterim(status, core.headers());
        } catch (IOException e) {
            owner.ioFailed(e);
        } finally {
            lock.unlock();
        }
    }

    public void set(String name, @Nullable String value) {
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

    public void add(String name, String value) {
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

    /** @param cookie value of a {@code Set-Cookie} field */
    public void addCookie(String cookie) {
        change(() -> core.headers().add("Set-Cookie", cookie));
    }

    /** Replaces the session cookie of an earlier call in this response, so that one is sent at most. */
    public void sessionCookie(String name, String value) {
        change(() -> {
            Headers headers = core.headers();
            List<String> others = headers.all("Set-Cookie").stream().filter(c -> !c.startsWith(name + "=")).toList();
            headers.remove("Set-Cookie");
            others.forEach(cookie -> headers.add("Set-Cookie", cookie));
            headers.add("Set-Cookie", value);
        });
    }

    // ---- content type, length, locale

    public void type(@Nullable String type) {
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

    @Nullable
    public String type() {
        return ask(contentType::value);
    }

    public void charset(@Nullable String encoding) {
        change(() -> {
            contentType.charset(encoding);
            describeLocked();
        });
    }

    public String charset() {
        return ask(contentType::effectiveCharset);
    }

    /** Fixes the encoding for a writer. */
    public Charset fixCharsetLocked() throws UnsupportedEncodingException {
        Charset charset = contentType.fix();
        if (!body.isCommitted()) {
            describeLocked();
        }
        return charset;
    }

    public void locale(@Nullable Locale locale) {
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

    public Locale locale() {
        return ask(contentType::locale);
    }

    public void length(long length) {
        change(() -> lengthLocked(length));
    }

    private void lengthLocked(long length) {
        if (length < 0) {
            core.headers().remove(CONTENT_LENGTH);
        } else {
            core.headers().set(CONTENT_LENGTH, Long.toString(length));
        }
    }

    // ---- begin anew

    public void resetLocked() {
        body.controller().reset();
        contentType.reset();
        asked = 0;
    }

    /** Makes the head one of an error page: cookies and other fields stay, what described the former body goes. */
    public void prepareErrorLocked(int status) {
        String range = core.headers().get(CONTENT_RANGE);
        REPRESENTATION.forEach(core.headers()::remove);
        if (status == HttpServletResponse.SC_REQUESTED_RANGE_NOT_SATISFIABLE && range != null) {
            // It tells the length of the resource, not a part of this response (RFC 9110 section 15.5.17).
            core.headers().set(CONTENT_RANGE, range);
        }
        contentType.reset();
        statusLocked(status);
    }

    public void remove(Collection<String> names) {
        lock.lock();
        try {
            names.forEach(core.headers()::remove);
        } finally {
            lock.unlock();
        }
    }

    /** Makes the head one of a short body of the container's own. */
    public void replaceLocked(int status, String type) {
        statusLocked(status);
        core.headers().remove(CONTENT_LENGTH);
        core.headers().set(CONTENT_TYPE, type);
    }

    public void locationLocked(String location) {
        core.headers().set("Location", location);
    }
}
