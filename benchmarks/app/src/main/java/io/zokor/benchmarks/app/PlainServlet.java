package io.zokor.benchmarks.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Answers GET with two bytes, {@code /download} with a hundred MiB, and POST with how many bytes came. Without state. */
final class PlainServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final byte[] OK = { 'o', 'k' };

    private static final byte[] PIECE = new byte[64 * 1024];

    private static final int PIECES = 1600;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getServletPath().equals("/download")) {
            download(response);
            return;
        }
        response.setContentType("text/plain");
        response.setContentLength(OK.length);
        response.getOutputStream().write(OK);
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        byte[] buffer = new byte[PIECE.length];
        InputStream in = request.getInputStream();
        long count = 0;
        int n;
        while ((n = in.read(buffer)) >= 0) {
            count += n;
        }
        byte[] answer = Long.toString(count).getBytes(StandardCharsets.US_ASCII);
        response.setContentType("text/plain");
        response.setContentLength(answer.length);
        response.getOutputStream().write(answer);
    }

    private static void download(HttpServletResponse response) throws IOException {
        response.setContentType("application/octet-stream");
        response.setContentLength(PIECES * PIECE.length);
        for (int i = 0; i < PIECES; i++) {
            response.getOutputStream().write(PIECE);
        }
    }
}
