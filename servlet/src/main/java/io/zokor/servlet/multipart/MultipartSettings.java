package io.zokor.servlet.multipart;

import java.nio.charset.Charset;
import java.nio.file.Path;

import io.zokor.config.Limits;

/**
 * How a multipart request is read; made from a servlet's {@code MultipartConfigElement}.
 *
 * @param location directory of the temporary files, absolute; made if it is not there
 * @param fileSizeThreshold bytes of a file that are kept in memory; what is larger goes to disk
 * @param maxFileSize bytes of one part; beyond it 413; negative for no limit
 * @param maxRequestSize bytes of the whole body; beyond it 413; negative for no limit
 * @param limits limits of the server: parts, header of a part, parameters, bytes of all form fields
 * @param charset encoding of part headers, and of form fields that name none; UTF-8 unless the request says otherwise
 */
public record MultipartSettings(Path location, int fileSizeThreshold, long maxFileSize, long maxRequestSize,
        Limits limits, Charset charset) {
}
