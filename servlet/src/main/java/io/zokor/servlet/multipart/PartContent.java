package io.zokor.servlet.multipart;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

import org.jspecify.annotations.Nullable;

/**
 * The bytes of one part: in memory up to a threshold, beyond it in a temporary file. First written by the parsing thread, then
 * {@link #close() closed}; after that its own monitor guards it.
 */
final class PartContent {

    private final Path directory;

    private final long threshold;

    /** Bytes as long as they are in memory; after {@link #close()} see {@link #bytes}. */
    private @Nullable ByteArrayOutputStream memory = new ByteArrayOutputStream(256);

    private byte @Nullable [] bytes;

    private @Nullable Path file;

    private @Nullable OutputStream fileOut;

    private long size;

    /** The file was moved to where the application wants it: it is no longer ours to delete. */
    private boolean moved;

    PartContent(Path directory, long threshold) {
        this.directory = directory;
        this.threshold = threshold;
    }

    void append(byte[] source, int offset, int length) throws IOException {
        size += length;
        OutputStream out = fileOut;
        if (out == null && size > threshold) {
            out = spill();
        }
        if (out != null) {
            out.write(source, offset, length);
        } else if (memory != null) {
            memory.write(source, offset, length);
        }
    }

    /** Ends the writing. */
    void close() throws IOException {
        OutputStream out = fileOut;
        fileOut = null;
        if (out != null) {
            out.close();
        } else if (memory != null) {
            bytes = memory.toByteArray();
        }
        memory = null;
    }

    long size() {
        return size;
    }

    synchronized InputStream open() throws IOException {
        byte[] inMemory = bytes;
        if (inMemory != null) {
            return new ByteArrayInputStream(inMemory);
        }
        return Files.newInputStream(existingFile());
    }

    synchronized byte[] readAll() throws IOException {
        byte[] inMemory = bytes;
        return inMemory != null ? inMemory : Files.readAllBytes(existingFile());
    }

    synchronized void moveTo(Path target) throws IOException {
        byte[] inMemory = bytes;
        if (inMemory != null) {
            Files.write(target, inMemory);
        } else if (moved) {
            Files.copy(existingFile(), target, StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.move(existingFile(), target, StandardCopyOption.REPLACE_EXISTING);
            file = target;
            moved = true;
        }
    }

    /** Gives up the bytes; whatever was being written is closed. Can be called again. */
    synchronized void delete() throws IOException {
        OutputStream out = fileOut;
        Path ours = moved ? null : file;
        fileOut = null;
        memory = null;
        bytes = null;
        file = null;
        try {
            if (out != null) {
                out.close();
            }
        } finally {
            if (ours != null) {
                Files.deleteIfExists(ours);
            }
        }
    }

    private Path existingFile() throws FileNotFoundException {
        Path current = file;
        if (current == null) {
            throw new FileNotFoundException("the part has been deleted");
        }
        return current;
    }

    private OutputStream spill() throws IOException {
        Files.createDirectories(directory);
        // The name comes from a strong random source and the file belongs to its owner alone (CVE-2025-24813's lesson).
        Path temporary = Files.createTempFile(directory, "zokor-", ".part");
        file = temporary;
        OutputStream out = Files.newOutputStream(temporary);
        fileOut = out;
        if (memory != null) {
            memory.writeTo(out);
            memory = null;
        }
        return out;
    }
}
