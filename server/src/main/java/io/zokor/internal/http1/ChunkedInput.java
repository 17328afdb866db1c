package io.zokor.internal.http1;

import java.io.IOException;

import io.zokor.config.Limits;
import io.zokor.http.HeaderSyntax;
import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.internal.message.TrailerRules;
import io.zokor.net.ByteReader;
import io.zokor.net.PeerGoneException;

import org.jspecify.annotations.Nullable;

/** A body in the chunked coding (RFC 9112 section 7.1). Owned by the thread that reads the body. */
final class ChunkedInput extends BodyInput {

    /** CVE-2026-42580: more digits could overflow. Leading zeros count as well. */
    private static final int MAX_DIGITS = 15;

    private static final int MAX_LINE = 4 * 1024;

    /** CVE-2023-39326: how much may be spent on extensions beyond a fair share of the body. */
    private static final long MAX_OVERHEAD = 16 * 1024;

    private static final LineReader.Rules RULES = new LineReader.Rules(RejectReason.CHUNK, RejectReason.CHUNK, 400,
            "nothing (a chunk's size and extensions have at most " + MAX_LINE + " bytes)");

    private static final LineReader.Rules RULES_AFTER_DATA = new LineReader.Rules(RejectReason.CHUNK,
            RejectReason.CHUNK, 400, "nothing (a chunk is longer than its size)");

    private final ByteReader in;

    private final LineReader lines;

    private final Limits limits;

    private long left;

    /** Whether the CRLF behind a chunk's data is still to be read; not before more is asked for, so as not to wait for it. */
    private boolean endDue;

    private long overhead;

    private @Nullable Headers trailers;

    ChunkedInput(ByteReader in, LineReader lines, Limits limits) {
        this.in = in;
        this.lines = lines;
        this.limits = limits;
    }

    @Override
    int readContent(byte[] bytes, int offset, int length) throws IOException {
        if (trailers != null) {
            return -1;
        }
        if (left == 0 && !nextChunk()) {
            return -1;
        }
        int n = readData(bytes, offset, length);
        while (n < length && isDataBuffered() && nextChunk()) {
            n += readData(bytes, offset + n, length - n);
        }
        return n;
    }

    private int readData(byte[] bytes, int offset, int length) throws IOException {
        int n = in.read(bytes, offset, (int) Math.min(length, left));
        if (n < 0) {
            throw new PeerGoneException("the input ended in the middle of a chunk", null);
        }
        left -= n;
        endDue = left == 0;
        return n;
    }

    /**
     * Whether data of a further chunk can be read without waiting: one read takes many small chunks at once. Whatever may be the
     * last chunk, which has trailers behind it, is left to a read of its own.
     */
    private boolean isDataBuffered() {
        byte[] bytes = in.array();
        int size = in.position() + 2;
        if (!endDue || size >= in.limit() || bytes[size] == '0') {
            return false;
        }
        int i = size;
        while (i < in.limit() && bytes[i] != '\n') {
            i++;
        }
        return i + 1 < in.limit();
    }

    @Override
    public int available() {
        return (int) Math.min(left, in.available());
    }

    @Override
    long remaining() {
        return trailers != null ? 0 : -1;
    }

    @Override
    public @Nullable Headers trailers() {
        return trailers;
    }

    private boolean nextChunk() throws IOException {
        if (endDue) {
            endDue = false;
            endOfData();
        }
        long spent = lines.read(MAX_LINE, RULES);
        left = parse(lines.array(), lines.start(), lines.length());
        overhead = Math.max(0, overhead + spent - 16 - 2 * left);
        if (overhead > MAX_OVERHEAD) {
            throw refused("too much beside the data");
        }
        if (left > 0) {
            return true;
        }
        trailers = TrailerRules.allowed(FieldReader.read(lines, limits, limits.maxHeaderBytes()));
        return false;
    }

    /** CRLF alone ends a chunk's data (CVE-2025-22871). */
    private void endOfData() throws IOException {
        if (lines.read(2, RULES_AFTER_DATA) != 2) {
            throw refused("a chunk is longer than its size");
        }
    }

    private static long parse(byte[] bytes, int start, int length) throws RejectedRequestException {
        int end = start + length;
        long size = 0;
        int i = start;
        while (i < end) {
            int digit = Character.digit(bytes[i] & 0xff, 16);
            if (digit < 0 || bytes[i] < 0) {
                break;
            }
            if (i - start == MAX_DIGITS) {
                throw refused("a chunk size of more than " + MAX_DIGITS + " digits");
            }
            size = size << 4 | digit;
            i++;
        }
        if (i == start) {
            throw refused("a chunk without a size");
        }
        checkExtensions(bytes, i, end);
        return size;
    }

    /**
     * Extensions are passed over, but they must keep to their grammar (section 7.1.1): another reader could see something
     * else in them (CVE-2026-2332).
     */
    private static void checkExtensions(byte[] bytes, int from, int end) throws RejectedRequestException {
        int i = from;
        while (i < end) {
            i = skipBlanks(bytes, i, end);
            if (i == end || bytes[i] != ';') {
                throw refused("something behind a chunk size that is no extension");
            }
            i = token(bytes, skipBlanks(bytes, i + 1, end), end);
            int next = skipBlanks(bytes, i, end);
            if (next < end && bytes[next] == '=') {
                i = skipBlanks(bytes, next + 1, end);
                i = i < end && bytes[i] == '"' ? quoted(bytes, i + 1, end) : token(bytes, i, end);
            }
        }
    }

    private static int skipBlanks(byte[] bytes, int from, int end) {
        int i = from;
        while (i < end && (bytes[i] == ' ' || bytes[i] == '\t')) {
            i++;
        }
        return i;
    }

    private static int token(byte[] bytes, int from, int end) throws RejectedRequestException {
        int i = from;
        while (i < end && HeaderSyntax.isTokenChar(bytes[i])) {
            i++;
        }
        if (i == from) {
            throw refused("a chunk extension without a name or value");
        }
        return i;
    }

    private static int quoted(byte[] bytes, int from, int end) throws RejectedRequestException {
        for (int i = from; i < end; i++) {
            if (bytes[i] == '"') {
                return i + 1;
            }
            if (bytes[i] == '\\') {
                i++;
            }
        }
        throw refused("a quoted chunk extension without an end");
    }

    private static RejectedRequestException refused(String detail) {
        return new RejectedRequestException(400, RejectReason.CHUNK, detail);
    }
}
