package io.zokor.servlet.multipart;

import static io.zokor.servlet.multipart.Multipart.content;
import static io.zokor.servlet.multipart.Multipart.end;
import static io.zokor.servlet.multipart.Multipart.field;
import static io.zokor.servlet.multipart.Multipart.file;
import static io.zokor.servlet.multipart.Multipart.lines;
import static io.zokor.servlet.multipart.Multipart.parse;
import static io.zokor.servlet.multipart.Multipart.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.zokor.config.Limits;
import io.zokor.http.RejectedRequestException;

/** RFC 7578, RFC 2046 section 5.1 and the Javadoc of Part. */
class MultipartParserTest {

    @TempDir
    private Path directory;

    @Test
    void readsFieldsAndFilesInOrder() throws IOException {
        List<ZokorPart> parts = parse(lines("""
                --xyz
                Content-Disposition: form-data; name="text"

                hello
                --xyz
                Content-Disposition: form-data; name="upload"; filename="a.txt"
                Content-Type: text/plain
                X-Two: 1
                x-two: 2

                line 1
                line 2

                --xyz--
                """), settings(directory));

        assertThat(parts).hasSize(2);
        ZokorPart text = parts.get(0);
        assertThat(text.getName()).isEqualTo("text");
        assertThat(text.text()).isEqualTo("hello");
        assertThat(text.isField()).isTrue();
        assertThat(text.getSubmittedFileName()).isNull();
        assertThat(text.getContentType()).isNull();
        ZokorPart upload = parts.get(1);
        assertThat(upload.isField()).isFalse();
        assertThat(upload.getSubmittedFileName()).isEqualTo("a.txt");
        assertThat(upload.getContentType()).isEqualTo("text/plain");
        assertThat(upload.getHeader("CONTENT-type")).isEqualTo("text/plain");
        assertThat(upload.getHeaders("X-TWO")).containsExactly("1", "2");
        assertThat(upload.getHeaders("none")).isEmpty();
        assertThat(upload.getHeaderNames()).containsExactly("Content-Disposition", "Content-Type", "X-Two");
        assertThat(content(upload)).isEqualTo("line 1\r\nline 2\r\n");
        assertThat(upload.getSize()).isEqualTo(16);
    }

    @Test
    void preambleAndEpilogueMeanNothing() throws IOException {
        List<ZokorPart> parts = parse(
                "preamble --xyz\r\n-xyz\r\n\r\n" + field("a", "1") + end() + "epilogue\r\n--xyz\r\n",
                settings(directory));

        assertThat(parts).singleElement().satisfies(part -> assertThat(part.text()).isEqualTo("1"));
    }

    @Test
    void aBodyCanHaveNoParts() throws IOException {
        assertThat(parse("--xyz--", settings(directory))).isEmpty();
    }

    @Test
    void contentCanBeEmptyAndLookLikeADelimiter() throws IOException {
        String tricky = "\r\n--xy\r\n--xYz--\r\n\r\r\n-\r\n--\r\n--xy";

        List<ZokorPart> parts = parse(field("empty", "") + file("tricky", tricky) + end(), settings(directory));

        assertThat(parts.get(0).text()).isEmpty();
        assertThat(content(parts.get(1))).isEqualTo(tricky);
    }

    @Test
    void blanksMayFollowABoundary() throws IOException {
        List<ZokorPart> parts = parse(field("a", "1").replace("--xyz\r\n", "--xyz \t\r\n") + end(),
                settings(directory));

        assertThat(parts).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "multipart/form-data; boundary=\"x y:=z\"",
        "multipart/form-data;charset=utf-8;boundary=\"x y:=z\"",
        "Multipart/Form-Data; BOUNDARY=\"x y:=z\"", "multipart/form-data ; boundary = \"x y:=z\" ; a=b" })
    void theBoundaryMayBeQuoted(String type) throws IOException {
        String body = field("a", "1").replace("xyz", "x y:=z") + "--x y:=z--";

        assertThat(parse(body, type, settings(directory))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "multipart/form-data", "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=\"xyz", "multipart/form-data; boundary=\"xyz \"",
        "multipart/form-data; boundary=xyz; boundary=abc", "text/plain; boundary=xyz",
        "multipart/form-data; boundary=\"x\ty\"", "multipart/form-data; boundary=x\u00e4y",
        "multipart/form-data; boundary=01234567890123456789012345678901234567890123456789012345678901234567890" })
    void refusesABadBoundary(String type) {
        assertRejected(400, () -> parse(field("a", "1") + end(), type, settings(directory)));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
            form-data; name="a b",                               a b
            form-data; name=a,                                   a
            FORM-DATA ; NAME = "a",                              a
            form-data; name="say \\"hi\\"",                      say "hi"
            form-data; name="back\\\\slash",                     back\\slash
            form-data; name="x;y=z",                             x;y=z
            form-data; name="",                                  ``
            form-data; name*=UTF-8''na%C3%AFve,                  na\u00efve
            form-data; filename="f"; name="a",                   a
            form-data;; name="a";,                               a
            """)
    void readsTheName(String disposition, String name) throws IOException {
        String body = "--xyz\r\nContent-Disposition: " + disposition + "\r\n\r\n\r\n" + end();

        assertThat(parse(body, settings(directory)).getFirst().getName()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
            filename="a.txt",                                    a.txt
            filename=a.txt,                                      a.txt
            filename="",                                         ``
            filename="C:\\dir\\new.txt",                         C:\\dir\\new.txt
            filename="a\\"b.txt",                                a"b.txt
            filename="../../etc/passwd",                         ../../etc/passwd
            filename="a%22b.txt",                                a%22b.txt
            filename*=UTF-8''%E2%82%AC%20rates.txt,              \u20ac rates.txt
            filename*=utf-8'en'%e2%82%ac.txt,                    \u20ac.txt
            filename*=ISO-8859-1''%A3.txt,                       \u00a3.txt
            filename="plain.txt"; filename*=UTF-8''%E2%82%AC,    \u20ac
            """)
    void readsTheFileName(String parameter, String fileName) throws IOException {
        String body = "--xyz\r\nContent-Disposition: form-data; name=a; " + parameter + "\r\n\r\n\r\n" + end();

        assertThat(parse(body, settings(directory)).getFirst().getSubmittedFileName()).isEqualTo(fileName);
    }

    @Test
    void namesAreUtf8() throws IOException {
        String utf8 = new String("n\u00e4me \u20ac".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);

        assertThat(parse(field(utf8, "1") + end(), settings(directory)).getFirst().getName())
                .isEqualTo("n\u00e4me \u20ac");
    }

    @Test
    void namesAreInTheEncodingOfTheRequest() throws IOException {
        MultipartSettings latin = new MultipartSettings(directory, 0, -1, -1, Limits.defaults(),
                StandardCharsets.ISO_8859_1);

        ZokorPart part = parse(field("n\u00e4me", "v\u00e4lue") + end(), latin).getFirst();

        assertThat(part.getName()).isEqualTo("n\u00e4me");
        assertThat(part.text()).isEqualTo("v\u00e4lue");
    }

    @Test
    void theEncodingOfAFieldIsThatOfItsContentType() throws IOException {
        String body = field("a", "\u00e4").replace("name=\"a\"\r\n",
                "name=\"a\"\r\nContent-Type: text/plain; charset=latin1\r\n");

        assertThat(parse(body + end(), settings(directory)).getFirst().text()).isEqualTo("\u00e4");
    }

    @Test
    void aFieldThatIsNotInItsEncodingIsRefused() throws IOException {
        ZokorPart part = parse(field("a", "\u00e4") + end(), settings(directory)).getFirst();

        assertRejected(400, part::text);
    }

    @Test
    void aFieldInAnUnknownEncodingIsRefused() throws IOException {
        String body = field("a", "1").replace("name=\"a\"\r\n",
                "name=\"a\"\r\nContent-Type: text/plain; charset=no-such\r\n");
        ZokorPart part = parse(body + end(), settings(directory)).getFirst();

        assertRejected(400, part::text);
    }

    @Test
    void foldedHeaderLinesAreJoined() throws IOException {
        String body = "--xyz\r\nContent-Disposition: form-data;\r\n name=\"a\";\r\n\tfilename=\"b\"\r\n\r\n1\r\n"
                + end();

        ZokorPart part = parse(body, settings(directory)).getFirst();

        assertThat(part.getName()).isEqualTo("a");
        assertThat(part.getHeader("Content-Disposition")).isEqualTo("form-data; name=\"a\"; filename=\"b\"");
    }

    @ParameterizedTest
    @ValueSource(strings = { "\r\n", "no boundary", "--xyz", "--xyz\r\n", "--xyz-\r\n", "--xyzz\r\n", "--xyz\n",
        "--xyz\r\nContent-Disposition: form-data; name=a", "--xyz\r\nContent-Disposition: form-data; name=a\r\n",
        "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n",
        "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n1",
        "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--xyz",
        "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--xyz-",
        "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--xyzjunk\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name=a\n\n1\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name=a\rX: y\r\n\r\n1\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name=a\r\nX: \u0000\r\n\r\n1\r\n--xyz--",
        "--xyz\r\n\r\n1\r\n--xyz--", "--xyz\r\nContent-Type: text/plain\r\n\r\n1\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data\r\n\r\n1\r\n--xyz--",
        "--xyz\r\nContent-Disposition: inline; name=a\r\n\r\n1\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n1\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\n1\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name=\"a\"b\r\n\r\n1\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name\r\n\r\n1\r\n--xyz--",
        "--xyz\r\nContent-Disposition : form-data; name=a\r\n\r\n1\r\n--xyz--", "--xyz\r\n: a\r\n\r\n1\r\n--xyz--",
        "--xyz\r\n Content-Disposition: form-data; name=a\r\n\r\n1\r\n--xyz--", "--xyz\r\njunk\r\n\r\n1\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name=\u00e4\r\n\r\n1\r\n--xyz--" })
    void refusesWhatIsMalformed(String body) throws IOException {
        assertRejected(400, () -> parse(body, settings(directory)));
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void filesGoToDiskBeyondTheThreshold() throws IOException {
        MultipartSettings settings = new MultipartSettings(directory, 10, -1, -1, Limits.defaults(),
                StandardCharsets.UTF_8);

        List<ZokorPart> parts = parse(file("small", "0123456789") + file("large", "0123456789a") + end(), settings);

        assertThat(Multipart.files(directory)).hasSize(1);
        assertThat(content(parts.get(0))).isEqualTo("0123456789");
        assertThat(content(parts.get(1))).isEqualTo("0123456789a");
        assertThat(content(parts.get(1))).isEqualTo("0123456789a");
    }

    @Test
    void largeFieldsGoToDiskToo() throws IOException {
        List<ZokorPart> parts = parse(field("small", "1") + field("large", "x".repeat(20_000)) + end(),
                settings(directory));

        assertThat(Multipart.files(directory)).hasSize(1);
        assertThat(parts.get(1).text()).hasSize(20_000);
    }

    @Test
    void theNamesOfTemporaryFilesSayNothing() throws IOException {
        parse(file("a", "1") + file("b", "2") + end(), settings(directory));

        assertThat(Multipart.files(directory)).hasSize(2).allSatisfy(
                file -> assertThat(file.getFileName().toString()).matches("zokor-[0-9]{8,20}\\.part"));
    }

    @Test
    void deletingAPartRemovesItsFile() throws IOException {
        ZokorPart part = parse(file("a", "1") + end(), settings(directory)).getFirst();

        part.delete();
        part.delete();

        assertThat(directory).isEmptyDirectory();
        assertThatExceptionOfType(IOException.class).isThrownBy(part::getInputStream);
    }

    @Test
    void writingMovesTheFileToTheLocation() throws IOException {
        ZokorPart part = parse(file("a", "1") + end(), settings(directory)).getFirst();

        part.write("target.txt");
        part.delete();

        assertThat(Multipart.files(directory)).containsExactly(directory.resolve("target.txt"));
        assertThat(directory.resolve("target.txt")).hasContent("1");
    }

    @Test
    void writingWorksFromMemoryAgainAndToAnAbsolutePath(@TempDir Path elsewhere) throws IOException {
        ZokorPart memory = parse(field("a", "1") + end(), settings(directory)).getFirst();
        ZokorPart disk = parse(file("a", "2") + end(), settings(directory)).getFirst();

        memory.write("m");
        memory.write(elsewhere.resolve("m").toString());
        Files.writeString(elsewhere.resolve("d"), "old content");
        disk.write("d");
        disk.write(elsewhere.resolve("d").toString());

        assertThat(elsewhere.resolve("m")).hasContent("1");
        assertThat(elsewhere.resolve("d")).hasContent("2");
        assertThat(content(disk)).isEqualTo("2");
    }

    @ParameterizedTest
    @ValueSource(strings = { "../out.txt", "a/../../out.txt", "", ".", "a/.." })
    void aRelativeNameDoesNotLeadOut(String name) throws IOException {
        Path location = Files.createDirectory(directory.resolve("location"));
        ZokorPart part = parse(file("a", "1") + end(), settings(location)).getFirst();

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> part.write(name));
        assertThat(directory.resolve("out.txt")).doesNotExist();
    }

    @Test
    void theLocationIsMade() throws IOException {
        Path location = directory.resolve("a/b");

        parse(file("a", "1") + end(), settings(location));

        assertThat(location).isNotEmptyDirectory();
    }

    @Test
    void readsOnlyALittleBehindTheEnd() throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(
                Multipart.bytes(field("a", "1") + end() + "x".repeat(1_000_000)));

        MultipartParser.parse(in, Multipart.TYPE, settings(directory));

        assertThat(in.available()).isGreaterThan(900_000);
    }

    static void assertRejected(int status, org.assertj.core.api.ThrowableAssert.ThrowingCallable action) {
        assertThatExceptionOfType(RejectedRequestException.class).isThrownBy(action)
                .satisfies(e -> assertThat(e.status()).isEqualTo(status));
    }
}
