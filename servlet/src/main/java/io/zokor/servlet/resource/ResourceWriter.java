package io.zokor.servlet.resource;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Writes static resources to responses, through a bounded buffer. Stateless; any thread. */
final class ResourceWriter {

    private static final int BUFFER_SIZE = 16 * 1024;

    /** Below it the detour past the response's stream does not pay. */
    private static final long SENDER_MINIMUM = 64 * 1024;

    private final @Nullable FileSender sender;

    ResourceWriter(@Nullable FileSender sender) {
        this.sender = sender;
    }

    /** Writes all of a resource; an included one only adds its bytes to the answer of another. */
    void writeWhole(StaticResource file, @Nullable String type, boolean included, HttpServletRequest request,
            HttpServletResponse response) throws IOException {
        if (!included) {
            setType(type, response);
            boolean alone = !hasContent(response);
            if (request.getMethod().equals("HEAD")) {
                setLength(file, alone, response);
                return;
            }
            if (alone && sizeIsKnown(file) && usesStream(response)) {
                setLength(file, true, response);
                if (sent(file, 0, file.size(), request, response)) {
                    return;
                }
            }
        }
        OutputStream out;
        try {
            out = response.getOutputStream();
        } catch (IllegalStateException e) {
            // Whoever includes or forwards has asked for the writer before.
            writeText(file, response.getWriter());
            return;
        }
        try (InputStream in = file.content().open()) {
            copy(in, out, file.size());
        }
    }

    private static boolean sizeIsKnown(StaticResource file) {
        return file.size() >= 0;
    }

    private static void setLength(StaticResource file, boolean alone, HttpServletResponse response) {
        if (alone && sizeIsKnown(file)) {
            response.setContentLengthLong(file.size());
        }
    }

    /** {@return whether a filter has written something before: then the file is a part of the answer} */
    static boolean hasContent(HttpServletResponse response) {
        try {
            response.setBufferSize(response.getBufferSize());
            return false;
        } catch (IllegalStateException e) {
            // What the interface says of a response with content.
            return true;
        }
    }

    /** {@return whether bytes are written as they are; a writer, which somebody has asked for before, encodes them anew} */
    private static boolean usesStream(HttpServletResponse response) throws IOException {
        try {
            response.getOutputStream();
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** Writes one range: 206. */
    void writeRange(StaticResource file, ByteRanges.Range range, @Nullable String type, HttpServletRequest request,
            HttpServletResponse response) throws IOException {
        response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
        setType(type, response);
        response.setHeader("Content-Range", contentRange(range, file));
        response.setContentLengthLong(range.length());
        if (!sent(file, range.first(), range.length(), request, response)) {
            copyRange(file, range, response.getOutputStream());
        }
    }

    /** Writes several ranges: 206 with {@code multipart/byteranges} (RFC 9110 section 14.6). */
    void writeRanges(StaticResource file, List<ByteRanges.Range> ranges, @Nullable String type,
            HttpServletResponse response) throws IOException {
        byte[] random = new byte[16];
        ThreadLocalRandom.current().nextBytes(random);
        String boundary = HexFormat.of().formatHex(random);
        List<byte[]> heads = new ArrayList<>();
        byte[] end = ascii("\r\n--" + boundary + "--\r\n");
        long length = end.length;
        for (ByteRanges.Range range : ranges) {
            byte[] head = ascii((heads.isEmpty() ? "--" : "\r\n--") + boundary
                    + (type == null ? "" : "\r\nContent-Type: " + type) + "\r\nContent-Range: "
                    + contentRange(range, file) + "\r\n\r\n");
            heads.add(head);
            length += head.length + range.length();
        }
        response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
        response.setContentType("multipart/byteranges; boundary=" + boundary);
        response.setContentLengthLong(length);
        OutputStream out = response.getOutputStream();
        for (int i = 0; i < heads.size(); i++) {
            out.write(heads.get(i));
            copyRange(file, ranges.get(i), out);
        }
        out.write(end);
    }

    private boolean sent(StaticResource file, long offset, long length, HttpServletRequest request,
            HttpServletResponse response) throws IOException {
        Path path = file.file();
        return sender != null && path != null && length >= SENDER_MINIMUM
                && sender.send(request, response, path, offset, length);
    }

    private static void setType(@Nullable String type, HttpServletResponse response) {
        if (type != null && response.getContentType() == null) {
            response.setContentType(type);
        }
    }

    private static String contentRange(ByteRanges.Range range, StaticResource file) {
        return "bytes " + range.first() + "-" + range.last() + "/" + file.size();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void copyRange(StaticResource file, ByteRanges.Range range, OutputStream out) throws IOException {
        try (InputStream in = file.content().open()) {
            in.skipNBytes(range.first());
            copy(in, out, range.length());
        }
    }

    /** Copies exactly so many bytes, a negative number all: a file that grows meanwhile must not outgrow its length. */
    private static void copy(InputStream in, OutputStream out, long length) throws IOException {
        byte[] buffer = new byte[(int) (length < 0 ? BUFFER_SIZE : Math.min(BUFFER_SIZE, Math.max(1, length)))];
        long left = length;
        while (left != 0) {
            int count = in.read(buffer, 0, left < 0 ? buffer.length : (int) Math.min(buffer.length, left));
            if (count < 0) {
                if (left > 0) {
                    throw new EOFException("a static file became shorter while it was sent");
                }
                return;
            }
            out.write(buffer, 0, count);
            left -= left < 0 ? 0 : count;
        }
    }

    private static void writeText(StaticResource file, PrintWriter out) throws IOException {
        Charset charset = StandardCharsets.UTF_8;
        try (Reader reader = new InputStreamReader(file.content().open(), charset)) {
            reader.transferTo(out);
        }
    }
}
