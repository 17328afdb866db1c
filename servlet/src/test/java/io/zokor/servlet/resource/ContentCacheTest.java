package io.zokor.servlet.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of archives' entries. */
class ContentCacheTest {

    private static final int LARGE = 600 * 1024;

    @TempDir
    Path directory;

    private JarFile jar;

    @BeforeEach
    void open() throws IOException {
        Path file = directory.resolve("a.jar");
        try (OutputStream out = Files.newOutputStream(file); JarOutputStream entries = new JarOutputStream(out)) {
            for (String name : List.of("a", "b", "c", "large")) {
                entries.putNextEntry(new JarEntry(name));
                entries.write(content(name));
            }
        }
        jar = new JarFile(file.toFile());
    }

    @AfterEach
    void close() throws IOException {
        jar.close();
    }

    private static byte[] content(String name) {
        return name.substring(0, 1).repeat(name.equals("large") ? LARGE : 100).getBytes();
    }

    private void hasItsContent(ContentCache cache, String name) throws IOException {
        try (InputStream in = cache.open(jar, jar.getJarEntry(name))) {
            assertThat(in.readAllBytes()).isEqualTo(content(name));
        }
    }

    @Test
    void whatFitsIsKept() throws IOException {
        ContentCache cache = new ContentCache(1000);
        JarEntry entry = jar.getJarEntry("a");
        hasItsContent(cache, "a");
        hasItsContent(cache, "a");
        assertThat(cache.used()).isEqualTo(100);
        jar.close();
        try (InputStream in = cache.open(jar, entry)) {
            assertThat(in.readAllBytes()).as("not from the archive").isEqualTo(content("a"));
        }
    }

    @Test
    void whatDoesNotFitIsReadEachTime() throws IOException {
        ContentCache cache = new ContentCache(250);
        for (String name : List.of("a", "b", "c", "a", "c")) {
            hasItsContent(cache, name);
        }
        assertThat(cache.used()).isEqualTo(200);
    }

    @Test
    void largeOnesAreStreamed() throws IOException {
        ContentCache cache = new ContentCache(Long.MAX_VALUE);
        hasItsContent(cache, "large");
        assertThat(cache.used()).isZero();
    }

    @Test
    void withoutRoomNothingIsKept() throws IOException {
        ContentCache cache = new ContentCache(0);
        hasItsContent(cache, "a");
        assertThat(cache.used()).isZero();
    }

    @Test
    void manyAtOnceCountWhatIsKeptOnce() throws IOException {
        ContentCache cache = new ContentCache(250);
        assertThat(IntStream.range(0, 200).parallel().mapToObj(i -> {
            String name = List.of("a", "b", "c").get(i % 3);
            try (InputStream in = cache.open(jar, jar.getJarEntry(name))) {
                return new String(in.readAllBytes()).equals(new String(content(name)));
            } catch (IOException e) {
                return false;
            }
        })).containsOnly(true);
        assertThat(cache.used()).isIn(0L, 100L, 200L);
    }
}
