package io.zokor.spring.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.boot.web.server.WebServerException;
import org.springframework.util.FileSystemUtils;

/**
 * Temporary directories of one server, which go when it is destroyed. Boot has the like from 4.1 on only. Safe for use by several
 * threads.
 */
public final class TemporaryDirectories {

    private final Set<Path> directories = ConcurrentHashMap.newKeySet();
    private final int port;

    /**
     * Makes none yet.
     *
     * @param port port of the server, which the names show; any number
     */
    public TemporaryDirectories(int port) {
        this.port = port;
    }

    /**
     * Makes a directory that only this user can read.
     *
     * @param prefix how its name begins
     * @return the directory
     * @throws WebServerException if it cannot be made; the message names {@code java.io.tmpdir}
     */
    public Path create(String prefix) {
        try {
            Path directory = Files.createTempDirectory(prefix + "." + port + ".");
            directories.add(directory);
            return directory;
        } catch (IOException e) {
            throw new WebServerException("no temporary directory can be made, java.io.tmpdir is "
                    + System.getProperty("java.io.tmpdir"), e);
        }
    }

    /**
     * Deletes all of them with what is in them.
     *
     * @throws UncheckedIOException if one cannot be deleted; the others are
     */
    public void delete() {
        UncheckedIOException failure = null;
        for (Path directory : directories) {
            try {
                FileSystemUtils.deleteRecursively(directory);
            } catch (IOException e) {
                if (failure == null) {
                    failure = new UncheckedIOException("a temporary directory cannot be deleted", e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        directories.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
