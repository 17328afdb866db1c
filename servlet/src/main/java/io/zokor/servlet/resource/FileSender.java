package io.zokor.servlet.resource;

import java.io.IOException;
import java.nio.file.Path;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Sends a large file past the response's stream, where the container can. Called on the request's thread. */
@FunctionalInterface
public interface FileSender {

    /**
     * Sends a range of a file as the response's body, or says that it cannot: for a response that a filter wraps, that is
     * compressed or encrypted. Status and fields, with the length, are set before.
     *
     * @param request the request as the servlet got it
     * @param response the response as the servlet got it
     * @param file the file
     * @param offset first byte
     * @param length bytes to send
     * @return whether it has sent all of them; if not, it has sent nothing
     * @throws IOException if the file or the connection fails
     */
    boolean send(HttpServletRequest request, HttpServletResponse response, Path file, long offset, long length)
            throws IOException;
}
