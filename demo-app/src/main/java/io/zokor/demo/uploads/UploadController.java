package io.zokor.demo.uploads;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

/**
 * Takes uploads and answers with their fingerprint. The server writes a large part to disk as it comes, and here it is read a
 * buffer at a time, so an upload needs no memory to speak of.
 */
@RestController
class UploadController {

    private static final int BUFFER = 64 * 1024;

    /** What was uploaded. */
    record Uploaded(@Nullable String name, long size, String sha256) {
    }

    @PostMapping(path = "/api/uploads", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    Uploaded upload(@RequestParam MultipartFile file) throws IOException {
        MessageDigest digest = sha256();
        long size = 0;
        try (InputStream in = file.getInputStream()) {
            byte[] buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
                size += n;
            }
        }
        return new Uploaded(file.getOriginalFilename(), size, HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            // Every Java platform has it (MessageDigest's contract).
            throw new IllegalStateException(e);
        }
    }
}
