package io.zokor.servlet.internal.field;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/** Content types of common file extensions, for applications that bring no table of their own. Stateless. */
public final class MimeTypes {

    private static final Map<String, String> TYPES = Map.ofEntries(Map.entry("avif", "image/avif"),
            Map.entry("bin", "application/octet-stream"), Map.entry("bmp", "image/bmp"), Map.entry("css", "text/css"),
            Map.entry("csv", "text/csv"), Map.entry("doc", "application/msword"), Map.entry("gif", "image/gif"),
            Map.entry("gz", "application/gzip"), Map.entry("htm", "text/html"), Map.entry("html", "text/html"),
            Map.entry("ico", "image/x-icon"), Map.entry("jar", "application/java-archive"),
            Map.entry("jpeg", "image/jpeg"), Map.entry("jpg", "image/jpeg"), Map.entry("js", "text/javascript"),
            Map.entry("json", "application/json"), Map.entry("map", "application/json"),
            Map.entry("md", "text/markdown"), Map.entry("mjs", "text/javascript"), Map.entry("mp3", "audio/mpeg"),
            Map.entry("mp4", "video/mp4"), Map.entry("mpeg", "video/mpeg"), Map.entry("ogg", "audio/ogg"),
            Map.entry("otf", "font/otf"), Map.entry("pdf", "application/pdf"), Map.entry("png", "image/png"),
            Map.entry("rtf", "application/rtf"), Map.entry("svg", "image/svg+xml"),
            Map.entry("tar", "application/x-tar"), Map.entry("tif", "image/tiff"), Map.entry("tiff", "image/tiff"),
            Map.entry("ttf", "font/ttf"), Map.entry("txt", "text/plain"), Map.entry("wasm", "application/wasm"),
            Map.entry("wav", "audio/wav"), Map.entry("webm", "video/webm"), Map.entry("webp", "image/webp"),
            Map.entry("woff", "font/woff"), Map.entry("woff2", "font/woff2"),
            Map.entry("xhtml", "application/xhtml+xml"),
            Map.entry("xml", "application/xml"), Map.entry("xsl", "application/xml"),
            Map.entry("yaml", "application/yaml"),
            Map.entry("zip", "application/zip"));

    private MimeTypes() {
    }

    public static @Nullable String of(String extension) {
        return TYPES.get(extension);
    }
}
