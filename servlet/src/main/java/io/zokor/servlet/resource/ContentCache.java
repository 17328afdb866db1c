package io.zokor.servlet.resource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

import org.jspecify.annotations.Nullable;

/**
 * Contents of archives' entries, unpacked. The map and the counter are for any thread.
 *
 * <p>
 * An entry never changes while its archive is open, so nothing here grows stale. Nothing is thrown out either: what is asked for
 * first stays until the cache is full, so that no client can drive out what the others need by asking for all there is.
 */
final class ContentCache {

    /** A large file is better streamed than kept whole. */
    private static final long LARGEST = 512 * 1024;

    private final long capacity;

    private final AtomicLong used = new AtomicLong();

    private final ConcurrentMap<Key, byte[]> contents = new ConcurrentHashMap<>();

    /** Which entry of which archive; the archive counts by its identity. */
    private record Key(JarFile jar, String entry) {
    }

    ContentCache(long capacity) {
        this.capacity = capacity;
    }

    InputStream open(JarFile jar, JarEntry entry) throws IOException {
        long size = entry.getSize();
        if (size < 0 || size > Math.min(LARGEST, capacity)) {
            return jar.getInputStream(entry);
        }
        Key key = new Key(jar, entry.getName());
        byte[] content = contents.get(key);
        if (content == null) {
            content = read(jar, entry, key, (int) size);
        }
        return content == null ? jar.getInputStream(entry) : new ByteArrayInputStream(content);
    }

    /** {@return the content, kept if there is room, or {@code null} if it is longer or shorter than the archive says} */
    private byte @Nullable [] read(JarFile jar, JarEntry entry, Key key, int size) throws IOException {
        if (used.get() + size > capacity) {
            return null;
        }
        byte[] content;
        try (InputStream in = jar.getInputStream(entry)) {
            content = in.readNBytes(size + 1);
        }
        if (content.length != size) {
            return null;
        }
        if (used.addAndGet(size) > capacity || contents.putIfAbsent(key, content) != null) {
            used.addAndGet(-size);
        }
        return content;
    }

    /** {@return bytes of what is kept} */
    long used() {
        return used.get();
    }
}
