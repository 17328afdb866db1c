package io.zokor.servlet.multipart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.zokor.http.RejectedRequestException;

/** The parser against a model of what it was given, wherever reads and buffers end. */
class MultipartFuzzTest {

    private static final long SEED = 20_261_122;

    @TempDir
    private Path directory;

    @Test
    void everySplitIntoTwoReadsGivesTheSame() throws IOException {
        String tricky = "a\r\n--xy\r\n--xy-z\r\r\n--\r\n-";
        byte[] body = Multipart
                .bytes("pre\r\n" + Multipart.field("f", tricky) + Multipart.file("g", "\r\n\r\n") + Multipart.end());
        for (int split = 1; split < body.length; split++) {
            assertContents(parse(body, split, body.length), tricky, "\r\n\r\n");
        }
    }

    @Test
    void everySizeOfReadsGivesTheSame() throws IOException {
        String content = "\r\n--xy".repeat(50);
        byte[] body = Multipart.bytes(Multipart.file("g", content) + Multipart.field("f", "") + Multipart.end());
        for (int size = 1; size <= body.length; size++) {
            assertContents(parse(body, size), content, "");
        }
    }

    @Test
    void theBufferMayEndAnywhereInADelimiter() throws IOException {
        for (int length = 8 * 1024 - 250; length < 8 * 1024 + 50; length++) {
            String content = "x".repeat(length);
            byte[] body = Multipart.bytes(Multipart.file("g", content) + Multipart.field("f", "1") + Multipart.end());
            assertContents(parse(body, body.length), content, "1");
        }
    }

    @Test
    void randomBodiesComeBackAsTheyWent() throws IOException {
        Random random = new Random(SEED);
        for (int round = 0; round < 300; round++) {
            String boundary = randomText(random, "ab-'+", 1 + random.nextInt(70)).replaceAll("\\W", "-");
            List<String> contents = new ArrayList<>();
            StringBuilder body = new StringBuilder();
            int count = random.nextInt(5);
            for (int i = 0; i < count; i++) {
                String content = randomContent(random, boundary);
                contents.add(content);
                body.append("--").append(boundary).append("\r\nContent-Disposition: form-data; name=n").append(i)
                        .append(random.nextBoolean() ? "; filename=f" : "").append("\r\n\r\n").append(content)
                        .append("\r\n");
            }
            body.append("--").append(boundary).append("--");
            List<ZokorPart> parts = MultipartParser.parse(
                    Multipart.inPieces(Multipart.bytes(body.toString()), 1 + random.nextInt(40),
                            1 + random.nextInt(9_000)),
                    "multipart/form-data; boundary=\"" + boundary + "\"", Multipart.settings(directory));
            assertContents(parts, contents.toArray(String[]::new));
        }
    }

    @Test
    void damagedBodiesAreReadOrRefusedAndLeaveNothing() throws IOException {
        Random random = new Random(SEED);
        byte[] whole = Multipart
                .bytes(Multipart.file("a", "some content") + Multipart.field("b", "text") + Multipart.end());
        for (int round = 0; round < 5_000; round++) {
            byte[] damaged = whole.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                for (ZokorPart part : parse(damaged, 1 + random.nextInt(damaged.length))) {
                    part.delete();
                }
            } catch (RejectedRequestException e) {
                assertThat(e.status()).isEqualTo(400);
            }
        }
        assertThat(directory).isEmptyDirectory();
    }

    private List<ZokorPart> parse(byte[] body, int... reads) throws IOException {
        return MultipartParser.parse(Multipart.inPieces(body, reads), Multipart.TYPE, Multipart.settings(directory));
    }

    private static void assertContents(List<ZokorPart> parts, String... contents) throws IOException {
        assertThat(parts).hasSize(contents.length);
        for (int i = 0; i < contents.length; i++) {
            assertThat(Multipart.content(parts.get(i))).isEqualTo(contents[i]);
            assertThat(parts.get(i).getSize()).isEqualTo(contents[i].length());
            parts.get(i).delete();
        }
    }

    /** Full of what looks like the delimiter. */
    private static String randomContent(Random random, String boundary) {
        String delimiter = "\r\n--" + boundary;
        StringBuilder content = new StringBuilder();
        for (int i = random.nextInt(30); i > 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> content.append(delimiter, 0, random.nextInt(delimiter.length()));
                case 1 -> content.append(delimiter.substring(random.nextInt(delimiter.length())));
                case 2 -> content.append(randomText(random, "\r\n-ab", random.nextInt(20)));
                default -> content.append((char) random.nextInt(256));
            }
        }
        return (content + "\r\n").contains(delimiter) || content.toString().startsWith(delimiter.substring(2))
                ? "it held the delimiter"
                : content.toString();
    }

    private static String randomText(Random random, String alphabet, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
