package io.zokor.servlet.multipart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;

import org.jspecify.annotations.Nullable;

import io.zokor.http.Headers;
import io.zokor.http.RejectedRequestException;
import jakarta.servlet.http.Part;

/**
 * A part of a multipart request. Its header never changes; its content may be read by any thread. The container deletes it at
 * the end of the request.
 */
public final class ZokorPart implements Part {

    private final Headers headers;

    private final String name;

    private final @Nullable String fileName;

    private final PartContent content;

    private final MultipartSettings settings;

    ZokorPart(Headers headers, String name, @Nullable String fileName, PartContent content,
            MultipartSettings settings) {
        this.headers = headers;
        this.name = name;
        this.fileName = fileName;
        this.content = content;
        this.settings = settings;
    }

    /** {@return whether this is a form field: its text is a parameter too (Servlet 6.1 section 3.2)} */
    public boolean isField() {
        return fileName == null;
    }

    /**
     * The content as text, in the encoding that the part's content type names, else in that of the settings.
     *
     * @return the text
     * @throws RejectedRequestException 400, if the bytes are no such text or the encoding is unknown
     * @throws IOException if the content cannot be read
     */
    public String text() throws IOException {
        return HeaderParameters.decode(ByteBuffer.wrap(content.readAll()), charset(), "a form field");
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return content.open();
    }

    @Override
    public @Nullable String getContentType() {
        return headers.get("Content-Type");
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public @Nullable String getSubmittedFileName() {
        return fileName;
    }

    @Override
    public long getSize() {
        return content.size();
    }

    /**
     * Writes the content to a file, replacing one that is there; a temporary file is moved.
     *
     * @param target the file; a relative name is resolved against the location of the multipart configuration
     * @throws IOException if it cannot be written, also if a relative name leads out of the location, or is none that the file
     *         system can have: file names that clients submit end up here, and then its cause is a refusal of the request
     */
    @Override
    public void write(String target) throws IOException {
        Path path;
        try {
            path = Path.of(target);
        } catch (InvalidPathException e) {
            throw unusable(target, "not a name of a file: " + e.getReason());
        }
        if (!path.isAbsolute()) {
            Path location = settings.location().toAbsolutePath().normalize();
            path = location.resolve(path).normalize();
            if (!path.startsWith(location) || path.equals(location)) {
                throw unusable(target, "a relative file name must not lead out of " + location);
            }
        }
        content.moveTo(path);
    }

    /** What the client has named is the client's mistake, and what the application has named is the application's. */
    private IOException unusable(String target, String why) {
        return target.equals(fileName)
                ? new IOException(why, BoundaryReader.malformed("a file has a name that cannot be used"))
                : new IOException(why);
    }

    @Override
    public void delete() throws IOException {
        content.delete();
    }

    @Override
    public @Nullable String getHeader(String header) {
        return headers.get(header);
    }

    @Override
    public Collection<String> getHeaders(String header) {
        return new ArrayList<>(headers.all(header));
    }

    @Override
    public Collection<String> getHeaderNames() {
        return headers.names();
    }

    private Charset charset() throws RejectedRequestException {
        String contentType = getContentType();
        String charset = contentType == null ? null : HeaderParameters.parse(contentType).get("charset");
        if (charset == null) {
            return settings.charset();
        }
        try {
            return Charset.forName(charset);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            RejectedRequestException rejected = BoundaryReader
                    .malformed("the content type of a part names an unknown character encoding");
            rejected.initCause(e);
            throw rejected;
        }
    }
}
