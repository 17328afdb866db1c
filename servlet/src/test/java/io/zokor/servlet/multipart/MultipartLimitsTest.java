package io.zokor.servlet.multipart;

import static io.zokor.servlet.multipart.Multipart.end;
import static io.zokor.servlet.multipart.Multipart.field;
import static io.zokor.servlet.multipart.Multipart.file;
import static io.zokor.servlet.multipart.Multipart.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.zokor.config.Limits;
import io.zokor.http.RejectedRequestException;

/** CVE-2023-24998, CVE-2025-48988, CVE-2023-26048, CVE-2025-52520, CVE-2025-61795: limits, and no file is left behind. */
class MultipartLimitsTest {

    @TempDir
    private Path directory;

    @Test
    void tooManyParts() throws IOException {
        Limits limits = Limits.defaults().with(v -> v.maxParts(3));
        String three = field("a", "1") + file("b", "2") + file("c", "3");

        assertThat(parse(three + end(), settings(-1, -1, limits))).hasSize(3).allSatisfy(ZokorPart::delete);
        assertRefused(413, "zokor.limits.max-parts", three + field("d", "4") + end(), settings(-1, -1, limits));
    }

    @Test
    void tooManyFields() throws IOException {
        Limits limits = Limits.defaults().with(v -> v.maxParameters(2));

        assertRefused(400, "zokor.limits.max-parameters",
                field("a", "1") + file("f", "") + field("b", "2") + field("c", "3")
                        + end(),
                settings(-1, -1, limits));
    }

    @Test
    void tooLargeAHeader() throws IOException {
        Limits limits = Limits.defaults().with(v -> v.maxPartHeaderSize(64));
        String fits = "--xyz\r\nContent-Disposition: form-data; name=a\r\nX: " + "x".repeat(17) + "\r\n\r\n\r\n";

        assertThat(parse(fits + end(), settings(-1, -1, limits))).hasSize(1);
        assertRefused(413, "zokor.limits.max-part-header-size", fits.replace("X: ", "X: y") + end(),
                settings(-1, -1, limits));
    }

    @Test
    void aHeaderThatNeverEndsIsCutAtItsLimit() throws IOException {
        InputStream in = new SequenceInputStream(new ByteArrayInputStream(Multipart.bytes("--xyz\r\nX: ")),
                endless('x'));

        assertThatExceptionOfType(RejectedRequestException.class)
                .isThrownBy(() -> MultipartParser.parse(in, Multipart.TYPE, settings(-1, -1, Limits.defaults())))
                .withMessageContaining("zokor.limits.max-part-header-size");
    }

    @Test
    void tooLargeAFile() throws IOException {
        assertThat(parse(file("a", "x".repeat(100)) + end(), settings(100, -1, Limits.defaults()))).hasSize(1)
                .allSatisfy(ZokorPart::delete);
        assertRefused(413, "spring.servlet.multipart.max-file-size", file("a", "x".repeat(101)) + end(),
                settings(100, -1, Limits.defaults()));
    }

    @Test
    void tooLargeARequest() throws IOException {
        String body = file("a", "x".repeat(20_000)) + end();

        assertThat(parse(body, settings(-1, body.length(), Limits.defaults()))).hasSize(1)
                .allSatisfy(ZokorPart::delete);
        assertRefused(413, "spring.servlet.multipart.max-request-size", body,
                settings(-1, body.length() - 1, Limits.defaults()));
    }

    @Test
    void tooLargeFields() throws IOException {
        Limits limits = Limits.defaults().with(v -> v.maxFormSize(100));

        assertThat(parse(field("a", "x".repeat(100)) + file("f", "x".repeat(500)) + end(), settings(-1, -1, limits)))
                .hasSize(2).allSatisfy(ZokorPart::delete);
        assertRefused(413, "zokor.limits.max-form-size",
                field("a", "x".repeat(50)) + field("b", "x".repeat(51)) + end(),
                settings(-1, -1, limits));
    }

    @Test
    void aLimitBeyondTwoGigabytesIsNoSmallOne() throws IOException {
        long beyond = (1L << 31) + 5;

        assertThat(parse(file("a", "x".repeat(100)) + end(), settings(beyond, beyond, Limits.defaults()))).hasSize(1);
        assertThat(parse(file("a", "x") + end(), settings(Long.MAX_VALUE, Long.MAX_VALUE, Limits.defaults())))
                .hasSize(1);
    }

    /** CVE-2025-52520: what is counted does not wrap. */
    @Test
    @Tag("long")
    void aRequestBeyondTwoGigabytesIsStillCounted() {
        long limit = 1L << 31;
        InputStream in = new InputStream() {

            @Override
            public int read() {
                return 'x';
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                Arrays.fill(buffer, offset, offset + length, (byte) 'x');
                return length;
            }
        };

        assertThatExceptionOfType(RejectedRequestException.class)
                .isThrownBy(() -> MultipartParser.parse(in, Multipart.TYPE, settings(-1, limit, Limits.defaults())))
                .withMessageContaining("spring.servlet.multipart.max-request-size");
    }

    @Test
    void noLimitIsNegative() throws IOException {
        assertThat(parse(file("a", "x".repeat(100_000)) + end(), settings(-1, -1, Limits.defaults()))).hasSize(1);
    }

    @Test
    void noFileIsLeftWhenTheClientGoesInTheMiddle() throws IOException {
        byte[] head = Multipart.bytes(file("a", "x".repeat(20_000)) + file("b", "y".repeat(20_000)));
        for (int i = 0; i < 1_000; i++) {
            InputStream broken = new SequenceInputStream(new ByteArrayInputStream(head, 0, head.length - i * 20),
                    new InputStream() {

                        @Override
                        public int read() throws IOException {
                            throw new IOException("reset by peer");
                        }
                    });
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> MultipartParser.parse(broken, Multipart.TYPE, Multipart.settings(directory)))
                    .withMessage("reset by peer");
        }

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void noFileIsLeftAfterAnyException() {
        InputStream failing = new SequenceInputStream(new ByteArrayInputStream(Multipart.bytes(file("a", "1"))),
                new InputStream() {

                    @Override
                    public int read() {
                        throw new IllegalStateException("not an IOException");
                    }
                });

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> MultipartParser.parse(failing, Multipart.TYPE, Multipart.settings(directory)));
        assertThat(directory).isEmptyDirectory();
    }

    private MultipartSettings settings(long maxFileSize, long maxRequestSize, Limits limits) {
        return new MultipartSettings(directory, 0, maxFileSize, maxRequestSize, limits, StandardCharsets.UTF_8);
    }

    private void assertRefused(int status, String property, String body, MultipartSettings settings) {
        assertThatExceptionOfType(RejectedRequestException.class).isThrownBy(() -> parse(body, settings))
                .withMessageContaining(property).satisfies(e -> assertThat(e.status()).isEqualTo(status));
        assertThat(directory).isEmptyDirectory();
    }

    private static InputStream endless(char c) {
        return new InputStream() {

            @Override
            public int read() {
                return c;
            }
        };
    }
}
