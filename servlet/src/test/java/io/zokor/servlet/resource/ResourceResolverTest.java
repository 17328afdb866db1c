package io.zokor.servlet.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servlet 6.1 section 4.6 and the Javadoc of ServletContext's resource methods. */
class ResourceResolverTest {

    @TempDir
    private Path directory;

    private Path root;

    private ResourceResolver resolver;

    @BeforeEach
    void open() throws IOException {
        root = Archives.directory(directory.resolve("root"), "index.html", "both.txt", "a/b/c.txt",
                "a/with space+%.txt",
                "WEB-INF/web.xml", "META-INF/context.xml", "org/springframework/boot/loader/Launcher.class",
                "org/springframework/bootstrap.txt", "\u20ac.txt");
        Path jar = Archives.jar(directory.resolve("plain one.jar"), "META-INF/MANIFEST.MF",
                "META-INF/resources/both.txt", "META-INF/resources/a/from-jar.txt", "META-INF/resources/a:b;c?d#e.txt",
                "META-INF/resources/../escape.txt", "META-INF/resources/WEB-INF/static.txt", "other.txt");
        Path exploded = Archives.directory(directory.resolve("classes"), "META-INF/resources/dir.txt", "x.txt");
        Path nested = Archives.jar(directory.resolve("nested.jar"), "META-INF/resources/", "META-INF/resources/n/",
                "META-INF/resources/n/deep.txt");
        resolver = new ResourceResolver(root, List.of(jar.toUri().toURL(), exploded.toUri().toURL(),
                URI.create("jar:" + nested.toUri() + "!/").toURL()), 1000);
    }

    @AfterEach
    void close() {
        resolver.close();
    }

    @ParameterizedTest
    @CsvSource({ "/index.html, index.html", "/a/b/c.txt, a/b/c.txt", "/a/with space+%.txt, a/with space+%.txt",
        "/both.txt, both.txt", "/a/from-jar.txt, META-INF/resources/a/from-jar.txt",
        "/a:b;c?d#e.txt, META-INF/resources/a:b;c?d#e.txt", "/dir.txt, META-INF/resources/dir.txt",
        "/n/deep.txt, META-INF/resources/n/deep.txt", "/WEB-INF/web.xml, WEB-INF/web.xml",
        "/WEB-INF/static.txt, META-INF/resources/WEB-INF/static.txt", "/\u20ac.txt, \u20ac.txt",
        "/org/springframework/bootstrap.txt, org/springframework/bootstrap.txt" })
    void findsInTheRootThenInTheHolders(String path, String content) throws IOException {
        URL url = resolver.resource(path);

        assertThat(url).isNotNull();
        try (InputStream in = url.openStream()) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(content);
        }
        StaticResource found = resolver.servable(path);
        if (found != null) {
            assertThat(found.size()).isEqualTo(content.getBytes(StandardCharsets.UTF_8).length);
            assertThat(found.lastModified()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "/", "/a", "/a/", "/a/b", "/n", "/n/", "/WEB-INF/" })
    void findsDirectories(String path) {
        assertThat(resolver.resource(path)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "index.html", "/none", "/index.html/", "/index.html/x", "/a/b/c.txt/", "/dir.txt/",
        "//index.html",
        "/a//b", "/./index.html", "/a/../index.html", "/../plain one.jar", "/..", "/a/..", "/a\\..\\index.html",
        "/\u0000", "/index.html\u0000", "/a/\nb", "/../escape.txt", "/escape.txt", "/other.txt", "/x.txt",
        "/org/springframework/boot", "/org/springframework/boot/", "/org/springframework/boot/loader/Launcher.class",
        "/ORG/SpringFramework/Boot/loader/Launcher.class", "/MANIFEST.MF" })
    void findsNothingElse(String path) {
        assertThat(resolver.resource(path)).isNull();
        assertThat(resolver.servable(path)).isNull();
        assertThat(resolver.paths(path)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "/WEB-INF", "/WEB-INF/", "/WEB-INF/web.xml", "/META-INF/context.xml", "/web-inf/web.xml",
        "/Meta-Inf/context.xml", "/WEB-INF/static.txt" })
    void neverServesTheClosedDirectories(String path) {
        assertThat(resolver.servable(path)).isNull();
    }

    @Test
    void listsAMergedDirectory() {
        assertThat(resolver.paths("/")).containsExactlyInAnyOrder("/index.html", "/both.txt", "/a/", "/WEB-INF/",
                "/META-INF/",
                "/org/", "/\u20ac.txt", "/a:b;c?d#e.txt", "/dir.txt", "/n/");
        assertThat(resolver.paths("/a")).containsExactlyInAnyOrder("/a/b/", "/a/from-jar.txt", "/a/with space+%.txt");
        assertThat(resolver.paths("/a/")).isEqualTo(resolver.paths("/a"));
        assertThat(resolver.paths("/org/springframework")).containsExactly("/org/springframework/bootstrap.txt");
    }

    @ParameterizedTest
    @CsvSource({ "/index.html, root/index.html", "/none/yet, root/none/yet",
        "/dir.txt, classes/META-INF/resources/dir.txt",
        "/, root/", "/a/, root/a/", "/a, root/a" })
    void translatesToTheFileSystem(String path, String file) {
        assertThat(resolver.realPath(path)).isEqualTo(directory + "/" + file);
    }

    @ParameterizedTest
    @ValueSource(strings = { "/a/from-jar.txt", "/../x", "/a/../../x", "x" })
    void whatIsInAnArchiveOrOutsideHasNoRealPath(String path) {
        assertThat(resolver.realPath(path)).isNull();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void linksDoNotLeadOut() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret.txt"), "secret");
        Files.createSymbolicLink(root.resolve("link.txt"), secret);
        Files.createSymbolicLink(root.resolve("up"), directory);
        Files.createSymbolicLink(root.resolve("dangling"), directory.resolve("nothing"));

        for (String path : List.of("/link.txt", "/up/secret.txt", "/up/", "/up", "/dangling")) {
            assertThat(resolver.resource(path)).as(path).isNull();
            assertThat(resolver.realPath(path)).as(path).isNull();
        }
        assertThat(resolver.paths("/")).doesNotContain("/link.txt", "/up/", "/up", "/dangling");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void linksWithinTheRootAreFollowedButNotToClosedPlaces() throws IOException {
        Files.createSymbolicLink(root.resolve("link.txt"), root.resolve("index.html"));
        Files.createSymbolicLink(root.resolve("open"), root.resolve("WEB-INF"));

        assertThat(resolver.servable("/link.txt")).isNotNull();
        assertThat(resolver.servable("/open/web.xml")).isNull();
    }

    @Test
    void theRootMayItselfBeALink() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("root-link"), root);
        try (ResourceResolver linked = new ResourceResolver(link, List.of(), 0)) {
            assertThat(linked.resource("/index.html")).isNotNull();
            assertThat(linked.realPath("/index.html")).isEqualTo(link + "/index.html");
        }
    }

    /** As an executable .war is. */
    @Test
    void theRootMayBeAnArchive() throws IOException {
        Path war = Archives.jar(directory.resolve("app.war"), "index.html",
                "org/springframework/boot/loader/Launcher.class",
                "WEB-INF/classes/A.class", "WEB-INF/lib/x.jar");
        try (ResourceResolver archive = new ResourceResolver(war, List.of(), 1000)) {
            assertThat(archive.resource("/")).isNotNull();
            assertThat(archive.resource("/index.html")).isNotNull();
            assertThat(archive.resource("/org/springframework/boot/loader/Launcher.class")).isNull();
            assertThat(archive.servable("/WEB-INF/classes/A.class")).isNull();
            assertThat(archive.paths("/WEB-INF/")).containsExactlyInAnyOrder("/WEB-INF/classes/", "/WEB-INF/lib/");
            assertThat(archive.paths("/")).containsExactlyInAnyOrder("/index.html", "/WEB-INF/", "/org/");
            assertThat(archive.realPath("/index.html")).isNull();
        }
    }

    @Test
    void whatCannotBeOpenedIsLeftOut() throws IOException {
        Path broken = Files.writeString(directory.resolve("broken.jar"), "no archive");
        try (ResourceResolver without = new ResourceResolver(root, List.of(broken.toUri().toURL(),
                directory.resolve("none.jar").toUri().toURL(), URI.create("http://127.0.0.1:1/x.jar").toURL()), 0)) {
            assertThat(without.resource("/index.html")).isNotNull();
        }
    }

    @Test
    void withoutAnySourceThereIsNothing() {
        try (ResourceResolver empty = new ResourceResolver(null, List.of(), 0)) {
            assertThat(empty.resource("/")).isNull();
            assertThat(empty.paths("/")).isNull();
            assertThat(empty.realPath("/a")).isNull();
        }
    }

    /** Not through the connection's cache: another user of the same archive goes on reading it. */
    @Test
    void closingDoesNotCloseTheArchiveForOthers() throws IOException {
        URL cached = URI.create("jar:" + directory.resolve("nested.jar").toUri() + "!/META-INF/resources/n/deep.txt")
                .toURL();
        try (InputStream in = cached.openStream()) {
            resolver.close();
            assertThat(in.readAllBytes()).isNotEmpty();
        }
    }
}
