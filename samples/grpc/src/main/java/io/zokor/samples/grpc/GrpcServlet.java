package io.zokor.samples.grpc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Answers the calls of one service. What gRPC needs of a server is HTTP/2, both directions of a stream at once, and trailers, for the
 * status stands behind the messages. Thread-safe.
 */
public class GrpcServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final int UNKNOWN = 2;

    private static final int UNIMPLEMENTED = 12;

    @SuppressWarnings("serial") // nobody serializes it
    private final Map<String, Method> methods;

    /** A method of the service. */
    @FunctionalInterface
    interface Method {

        void call(GrpcCall call) throws IOException;
    }

    GrpcServlet(Map<String, Method> methods) {
        this.methods = methods;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String type = request.getContentType();
        if (type == null || !type.startsWith("application/grpc")) {
            response.sendError(HttpServletResponse.SC_UNSUPPORTED_MEDIA_TYPE);
            return;
        }
        Map<String, String> trailers = new HashMap<>();
        response.setContentType("application/grpc");
        response.setTrailerFields(() -> trailers);
        String path = request.getPathInfo();
        Method method = path == null ? null : methods.get(path.substring(1));
        int code = 0;
        String message = "";
        if (method == null) {
            code = UNIMPLEMENTED;
            message = "no such method";
        } else {
            try {
                method.call(new GrpcCall(request, response));
            } catch (GrpcStatusException e) {
                code = e.code();
                message = String.valueOf(e.getMessage());
            } catch (RuntimeException e) {
                log("a call failed", e);
                code = UNKNOWN;
            }
        }
        trailers.put("grpc-status", Integer.toString(code));
        if (!message.isEmpty()) {
            trailers.put("grpc-message", percentEncoded(message));
        }
    }

    /** What is no printable ASCII, and the percent sign, is encoded (gRPC over HTTP2, Status-Message). */
    private static String percentEncoded(String message) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : message.getBytes(StandardCharsets.UTF_8)) {
            if (b >= ' ' && b <= '~' && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(String.format("%02X", b));
            }
        }
        return encoded.toString();
    }
}
