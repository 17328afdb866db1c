package io.zokor.servlet.internal.request;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UnsupportedEncodingException;
import java.lang.System.Logger.Level;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.zokor.config.Limits;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.Request;
import io.zokor.servlet.internal.field.FormParameters;
import io.zokor.servlet.internal.field.MediaType;
import io.zokor.servlet.internal.field.ParameterException;
import io.zokor.servlet.internal.stream.ContainerInput;
import io.zokor.servlet.multipart.MultipartParser;
import io.zokor.servlet.multipart.MultipartSettings;
import io.zokor.servlet.multipart.ZokorPart;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.Part;

/**
 * The body of one request in its forms: stream, reader, form parameters, parts (Servlet 6.1 sections 3.1, 3.2 and 3.12). Used
 * by one thread at a time.
 */
public final class RequestContent {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.servlet");

    /** What all types with parts begin with; those of other types than form-data are no parameters unless asked for. */
    private static final String MULTIPART = "multipart/";

    private static final String FORM = "application/x-www-form-urlencoded";

    private final RequestCycle cycle;

    private final Request core;

    private final ContainerInput input;

    private final @Nullable MediaType type;

    /** Name of the encoding that the application or the client gave. */
    private @Nullable String encoding;

    private boolean usingStream;

    private @Nullable BufferedReader reader;

    private @Nullable Map<String, String[]> parameters;

    private @Nullable RuntimeException parameterFailure;

    /** Malformed content has been answered for: an error page is not to fail by it as well. */
    private boolean forgiving;

    private @Nullable List<ZokorPart> parts;

    private @Nullable Exception partsFailure;

    public RequestContent(RequestCycle cycle, Request core) {
        this.cycle = cycle;
        this.core = core;
        this.input = new ContainerInput(core.body(), core.contentLength(), cycle, cycle.point());
        String contentType = core.headers().get("Content-Type");
        this.type = contentType == null ? null : MediaType.parse(contentType);
        this.encoding = type != null && type.charset() != null ? type.charset() : cycle.application().requestEncoding();
    }

    public ContainerInput input() {
        return input;
    }

    @Nullable
    public String encoding() {
        return encoding;
    }

    /** No effect once something was read with the former encoding. */
    public void encoding(String name) throws UnsupportedEncodingException {
        if (parameters != null || reader != null) {
            return;
        }
        if (MediaType.charsetNamed(name) == null) {
            throw new UnsupportedEncodingException(name);
        }
        encoding = name;
    }

    /**
     * What an encoding that this JVM does not have is answered with: only the client's Content-Type can have named it, as what
     * the application sets is checked before.
     */
    private static UnsupportedEncodingException unsupported(String encoding) {
        UnsupportedEncodingException thrown = new UnsupportedEncodingException(encoding);
        thrown.initCause(new RejectedRequestException(415, RejectReason.CONTENT,
                "the content type names a character encoding that there is not"));
        return thrown;
    }

    /** The specification's defaults for a body that names no encoding are ISO-8859-1 (section 3.12). */
    private Charset charset() throws UnsupportedEncodingException {
        if (encoding == null) {
            return StandardCharsets.ISO_8859_1;
        }
        Charset charset = MediaType.charsetNamed(encoding);
        if (charset == null) {
            throw unsupported(encoding);
        }
        return charset;
    }

    public ServletInputStream stream() {
        if (reader != null) {
            throw new IllegalStateException("getReader() was called for this request already");
        }
        usingStream = true;
        return input;
    }

    public BufferedReader reader() throws UnsupportedEncodingException {
        if (usingStream) {
            throw new IllegalStateException("getInputStream() was called for this request already");
        }
        if (reader == null) {
            reader = new BufferedReader(new InputStreamReader(input, charset()));
        }
        return reader;
    }

    /**
     * The parameters of query, form and parts.
     *
     * @throws IllegalStateException if they are malformed or too many, each time; but never in the dispatch to an error page,
     *         which then finds those of the query alone, or none
     */
    public Map<String, String[]> parameters() {
        if (parameterFailure != null && !forgiving) {
            throw parameterFailure;
        }
        if (parameters == null && parameterFailure == null) {
            try {
                parameters = parse();
            } catch (RejectedRequestException e) {
                cycle.response().controller().refused(e);
                parameterFailure = new ParameterException(e);
            } catch (IOException | ServletException e) {
                parameterFailure = new IllegalStateException("the parameters could not be read", e);
            } catch (RuntimeException e) {
                parameterFailure = e;
            }
            if (parameterFailure != null && !forgiving) {
                throw parameterFailure;
            }
        }
        if (parameters == null) {
            parameters = parametersOfQuery();
        }
        return parameters;
    }

    /** What is left when the parameters as a whole could not be had. */
    private Map<String, String[]> parametersOfQuery() {
        FormParameters found = new FormParameters(cycle.application().limits().maxParameters());
        String query = core.query();
        try {
            if (query != null) {
                found.addQuery(query);
            }
        } catch (RejectedRequestException | RuntimeException e) {
            return Map.of();
        }
        return found.toMap();
    }

    /** From now on malformed parameters and parts are no failure: an error page is dispatched to. */
    public void forgive() {
        forgiving = true;
    }

    private Map<String, String[]> parse() throws IOException, ServletException {
        Limits limits = cycle.application().limits();
        FormParameters found = new FormParameters(limits.maxParameters());
        String query = core.query();
        if (query != null) {
            found.addQuery(query);
        }
        if (type != null && !usingStream && reader == null) {
            String essence = type.essence();
            if (essence.equals(FORM) && core.method().equals("POST")) {
                found.addEncoded(FormParameters.readForm(input, core.contentLength(), limits), charset());
            } else if (essence.equals(MULTIPART + "form-data") && cycle.multipart() != null) {
                readParts();
            }
        }
        if (parts != null) {
            for (ZokorPart part : parts) {
                if (part.isField()) {
                    found.add(part.getName(), part.text());
                }
            }
        }
        return found.toMap();
    }

    public Collection<Part> parts() throws IOException, ServletException {
        boolean first = parts == null;
        List<ZokorPart> all = readParts();
        if (first && !usingStream && reader == null && !all.isEmpty()) {
            // Parameters that were asked for before had no fields in them unless the type is form-data.
            parameters = null;
        }
        findParameters();
        return List.copyOf(all);
    }

    @Nullable
    public Part part(String name) throws IOException, ServletException {
        for (Part part : parts()) {
            if (part.getName().equals(name)) {
                return part;
            }
        }
        return null;
    }

    private List<ZokorPart> readParts() throws IOException, ServletException {
        if (type == null || !type.essence().startsWith(MULTIPART)) {
            throw new ServletException("the request is not multipart/form-data", new RejectedRequestException(415,
                    RejectReason.CONTENT, "parts are asked of a request that is not multipart"));
        }
        MultipartConfigElement config = cycle.multipart();
        if (config == null) {
            throw new IllegalStateException("the servlet has no multipart configuration");
        }
        if (partsFailure != null && forgiving) {
            return List.of();
        }
        if (partsFailure instanceof RejectedRequestException e) {
            throw new ParameterException(e);
        }
        if (partsFailure instanceof IOException e) {
            throw e;
        }
        if (parts == null) {
            try {
                String contentType = core.headers().get("Content-Type");
                parts = MultipartParser.parse(input, contentType == null ? "" : contentType, settings(config));
            } catch (RejectedRequestException e) {
                cycle.response().controller().refused(e);
                partsFailure = e;
                throw new ParameterException(e);
            } catch (IOException e) {
                partsFailure = e;
                throw e;
            }
        }
        return parts;
    }

    /** At once, as applications delete parts and then let an error page ask for parameters. */
    private void findParameters() {
        if (parameters == null && parameterFailure == null && !usingStream && reader == null) {
            try {
                parameters();
            } catch (RuntimeException e) {
                LOGGER.log(Level.DEBUG, "the parameters of a multipart request are refused to who asks for them", e);
            }
        }
    }

    private MultipartSettings settings(MultipartConfigElement config) throws UnsupportedEncodingException {
        Path temporary = cycle.application().temporaryDirectory();
        String location = config.getLocation();
        Path directory = location == null || location.isEmpty() ? temporary : temporary.resolve(location);
        return new MultipartSettings(directory, config.getFileSizeThreshold(), config.getMaxFileSize(),
                config.getMaxRequestSize(), cycle.application().limits(),
                encoding == null ? StandardCharsets.UTF_8 : charset());
    }

    /** Deletes the parts' files; what fails is handed on, and the others are deleted all the same. */
    public void end() throws IOException {
        List<ZokorPart> current = parts;
        parts = null;
        IOException failure = null;
        if (current != null) {
            for (ZokorPart part : current) {
                try {
                    part.delete();
                } catch (IOException e) {
                    failure = e;
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
