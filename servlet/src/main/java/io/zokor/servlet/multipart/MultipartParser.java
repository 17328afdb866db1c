package io.zokor.servlet.multipart;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.zokor.config.Limits;
import io.zokor.http.HeaderSyntax;
import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;

/**
 * Parses a multipart request while it streams in (RFC 7578, RFC 2046 section 5.1). One instance parses one request on the
 * calling thread. Of another type than {@code form-data}, such as {@code mixed} or {@code related}, only those parts are parts of
 * a form that say so and have a name; the others are passed over, and nothing is demanded of them.
 *
 * <p>
 * Everything a client can make large has a limit (CVE-2023-24998, CVE-2025-48988, CVE-2023-26048), and every limit is checked
 * while bytes come in, in {@code long}s (CVE-2025-52520). When parsing ends with an exception, no temporary file is left
 * (CVE-2025-61795).
 */
public final class MultipartParser {

    /** Characters of a boundary beside letters and digits (RFC 2046), and those of a token that clients use unquoted. */
    private static final String BOUNDARY_CHARS = "'()+_,-./:=? !#$%&*^`|~{}";

    private static final int MAX_BOUNDARY = 70;

    /** A form field is small: it goes to disk only beyond this, even where files go there at once. */
    private static final int FIELD_THRESHOLD = 16 * 1024;

    private final BoundaryReader in;

    /** The type is form-data: each part must be a part of a form. */
    private final boolean form;

    private final MultipartSettings settings;

    private final Limits limits;

    private final List<ZokorPart> parts = new ArrayList<>();

    private int fields;

    private long fieldBytes;

    private MultipartParser(BoundaryReader in, boolean form, MultipartSettings settings) {
        this.in = in;
        this.form = form;
        this.settings = settings;
        this.limits = settings.limits();
    }

    /**
     * Parses a request's body.
     *
     * @param body the body; read to the closing delimiter and a little further, not closed
     * @param contentType the value of Content-Type, a {@code multipart} type
     * @param settings limits and places
     * @return the parts in order; the caller deletes each at the end of the request
     * @throws RejectedRequestException 413, if a limit is exceeded, 400, if the body, a header or the content type is malformed
     *         or there are too many fields; the detail names the property that raises the limit
     * @throws IOException if the body cannot be read or a temporary file not be written; as with any exception, all temporary
     *         files are gone
     */
    public static List<ZokorPart> parse(InputStream body, String contentType, MultipartSettings settings)
            throws IOException {
        HeaderParameters type = HeaderParameters.parse(contentType);
        BoundaryReader in = new BoundaryReader(body, boundary(type), settings.maxRequestSize());
        MultipartParser parser = new MultipartParser(in, type.value().equals("multipart/form-data"), settings);
        try {
            parser.parseParts();
        } catch (IOException | RuntimeException | Error e) {
            parser.deleteParts(e);
            throw e;
        }
        return parser.parts;
    }

    private static String boundary(HeaderParameters type) throws RejectedRequestException {
        String boundary = type.get("boundary");
        if (!type.value().startsWith("multipart/") || boundary == null) {
            throw BoundaryReader.malformed("the content type is not multipart or has no boundary");
        }
        if (boundary.isEmpty() || boundary.length() > MAX_BOUNDARY || boundary.endsWith(" ")) {
            throw BoundaryReader
                    .malformed("the boundary must have 1 to 70 characters and not end with a space (RFC 2046)");
        }
        for (int i = 0; i < boundary.length(); i++) {
            char c = boundary.charAt(i);
            boolean alphanumeric = c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!alphanumeric && BOUNDARY_CHARS.indexOf(c) < 0) {
                throw BoundaryReader.malformed("the boundary has a character that is not allowed in it (RFC 2046)");
            }
        }
        return boundary;
    }

    private void parseParts() throws IOException {
        if (!in.copyToDelimiter((bytes, offset, length) -> {
            // A preamble means nothing (RFC 2046 section 5.1.1).
        })) {
            if (!form || in.isEmpty()) {
                return;
            }
            throw BoundaryReader.malformed("it ends before the first boundary");
        }
        for (int count = 0; in.partFollows(); count++) {
            if (count == limits.maxParts()) {
                throw tooLarge("it has more than " + limits.maxParts() + " parts", "zokor.limits.max-parts");
            }
            parsePart();
        }
        in.skipEpilogue();
    }

    private void parsePart() throws IOException {
        Headers headers = readHeaders();
        HeaderParameters parameters = disposition(headers);
        String name = parameters == null ? null : parameters.extended("name");
        if (parameters == null || name == null) {
            if (!in.copyToDelimiter((bytes, offset, length) -> {
                // A part that belongs to no form.
            })) {
                throw BoundaryReader.malformed("it ends before the closing boundary");
            }
            return;
        }
        String mended = parameters.mended();
        if (mended != null) {
            headers.set("Content-Disposition", mended);
        }
        String fileName = parameters.extended("filename");
        if (!HeaderSyntax.isFieldValue(name) || fileName != null && !HeaderSyntax.isFieldValue(fileName)) {
            throw BoundaryReader.malformed("the name of a part or of its file has a control character");
        }
        boolean field = fileName == null;
        if (field && ++fields > limits.maxParameters()) {
            throw new RejectedRequestException(400, RejectReason.CONTENT, "the multipart request has more than "
                    + limits.maxParameters() + " fields (zokor.limits.max-parameters)");
        }
        int threshold = Math.max(0, settings.fileSizeThreshold());
        PartContent content = new PartContent(settings.location(),
                field ? Math.max(threshold, FIELD_THRESHOLD) : threshold);
        // In the list before its first byte: what goes wrong from here on finds the temporary file.
        parts.add(new ZokorPart(headers.seal(), name, fileName, content, settings));
        if (!in.copyToDelimiter((bytes, offset, length) -> append(content, field, bytes, offset, length))) {
            throw BoundaryReader.malformed("it ends before the closing boundary");
        }
        content.close();
    }

    /** The Content-Disposition of a part of a form; {@code null} if the part belongs to none, and need not. */
    private @Nullable HeaderParameters disposition(Headers headers) throws RejectedRequestException {
        String disposition = headers.get("Content-Disposition");
        if (disposition == null || headers.count("Content-Disposition") > 1) {
            if (!form) {
                return null;
            }
            throw BoundaryReader
                    .malformed("a part does not have exactly one Content-Disposition (RFC 7578 section 4.2)");
        }
        if (!form && !disposition.regionMatches(true, 0, "form-data", 0, "form-data".length())) {
            return null;
        }
        HeaderParameters parameters = HeaderParameters.parse(disposition);
        boolean ofForm = parameters.value().equals("form-data") || form && parameters.value().equals("attachment");
        if (form && (!ofForm || parameters.extended("name") == null)) {
            throw BoundaryReader
                    .malformed("a part's Content-Disposition is not form-data with a name (RFC 7578 section 4.2)");
        }
        return ofForm ? parameters : null;
    }

    private void append(PartContent content, boolean field, byte[] bytes, int offset, int length) throws IOException {
        long maxFileSize = settings.maxFileSize();
        if (maxFileSize >= 0 && content.size() + length > maxFileSize) {
            throw tooLarge("a part exceeds the maximum size of " + maxFileSize + " bytes",
                    "spring.servlet.multipart.max-file-size");
        }
        if (field) {
            fieldBytes += length;
            if (limits.maxFormSize() != Limits.OFF && fieldBytes > limits.maxFormSize()) {
                throw tooLarge("its fields exceed the maximum size of " + limits.maxFormSize() + " bytes",
                        "zokor.limits.max-form-size");
            }
        }
        content.append(bytes, offset, length);
    }

    /** Reads the header of a part up to its empty line; lines end with CRLF and nothing else. */
    private Headers readHeaders() throws IOException {
        Headers headers = new Headers();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long size = 0;
        String field = null;
        while (true) {
            line.reset();
            size += readLine(line, limits.maxPartHeaderSize() - size);
            if (line.size() == 0) {
                break;
            }
            String text = HeaderParameters.decode(ByteBuffer.wrap(line.toByteArray()), settings.charset(),
                    "a part's header");
            if (text.charAt(0) == ' ' || text.charAt(0) == '\t') {
                // Folding lives on in MIME (RFC 5322 section 2.2.3).
                if (field == null) {
                    throw BoundaryReader.malformed("a part's header begins with a blank");
                }
                field = field + " " + text.strip();
            } else {
                addField(headers, field);
                field = text;
            }
        }
        addField(headers, field);
        return headers;
    }

    /** Reads a line of at most so many bytes, its end included, and returns how many it took. */
    private long readLine(ByteArrayOutputStream line, long left) throws IOException {
        long count = 0;
        while (true) {
            int next = in.read();
            boolean lineEnds = next == '\r';
            count += lineEnds ? 2 : 1;
            if (count > left) {
                throw tooLarge(
                        "the header of a part exceeds the maximum size of " + limits.maxPartHeaderSize() + " bytes",
                        "zokor.limits.max-part-header-size");
            }
            if (next < 0) {
                throw BoundaryReader.malformed("it ends within the header of a part");
            }
            if (lineEnds) {
                if (in.read() != '\n') {
                    throw BoundaryReader.malformed("a CR without LF in the header of a part");
                }
                return count;
            }
            if (next == '\n' || next == 0) {
                throw BoundaryReader.malformed("a LF without CR, or a NUL, in the header of a part");
            }
            line.write(next);
        }
    }

    private static void addField(Headers headers, @Nullable String field) throws RejectedRequestException {
        if (field == null) {
            return;
        }
        int colon = field.indexOf(':');
        String name = colon < 0 ? "" : field.substring(0, colon);
        String value = field.substring(colon + 1).strip();
        if (!HeaderSyntax.isToken(name) || !HeaderSyntax.isFieldValue(value)) {
            throw BoundaryReader.malformed("a header field of a part is malformed");
        }
        headers.add(name, value);
    }

    /** What cannot be deleted is told with the failure that led here, not in its place. */
    private void deleteParts(Throwable failure) {
        for (ZokorPart part : parts) {
            try {
                part.delete();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
    }

    private static RejectedRequestException tooLarge(String what, String property) {
        return new RejectedRequestException(413, RejectReason.BODY_TOO_LARGE,
                "the multipart request is too large: " + what + " (" + property + ")");
    }
}
