package io.zokor.internal.hpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the decoder takes and refuses (RFC 7541 sections 2.3 to 6). */
class HpackDecoderTest {

    /** {@code custom-key: custom-header} with indexing. */
    private static final String CUSTOM = "400a637573746f6d2d6b65790d637573746f6d2d686561646572";

    private final HpackDecoder decoder = new HpackDecoder(4096);

    @Test
    void emptyBlock() throws Exception {
        assertThat(Blocks.decode(decoder, "")).isEmpty();
    }

    @Test
    void partOfABuffer() throws Exception {
        List<String> names = new ArrayList<>();
        decoder.decode(Blocks.bytes("ff8284ff"), 1, 3, (name, value) -> names.add(name));
        assertThat(names).containsExactly(":method", ":path");
    }

    @ParameterizedTest
    @CsvSource({ "81, ':authority: '", "8f, 'accept-charset: '", "90, 'accept-encoding: gzip, deflate'",
        "bd, 'www-authenticate: '", "8e, ':status: 500'", "0f2e0161, 'www-authenticate: a'",
        "1f2e0161, 'www-authenticate: a'",
        "7d0161, 'www-authenticate: a'" })
    void staticTable(String hex, String field) throws Exception {
        assertThat(Blocks.decode(decoder, hex)).containsExactly(field);
    }

    @Test
    void namesAndValuesOfTheStaticTableAreTheSameObjects() throws Exception {
        List<String> strings = new ArrayList<>();
        byte[] block = Blocks.bytes("82 0004 6461 7465 0131 000c 782d 7265 7175 6573 742d 6964 0131");
        for (int i = 0; i < 2; i++) {
            decoder.decode(block, 0, block.length, (name, value) -> {
                strings.add(name);
                if (name.equals(":method")) {
                    strings.add(value);
                }
            });
        }
        assertThat(strings.subList(0, 4)).containsExactly(":method", "GET", "date", "x-request-id");
        for (int i = 0; i < 4; i++) {
            assertThat(strings.get(i)).isSameAs(strings.get(i + 4));
        }
    }

    @Test
    void latin1() throws Exception {
        assertThat(Blocks.decode(decoder, "00 01 78 03 00 ff e4")).containsExactly("x: \u0000\u00ff\u00e4");
    }

    // ---- section 2.3.3

    @ParameterizedTest
    @ValueSource(strings = { "80", "be", "ff00", "ff8001", "7e0161", "0f2f0161", "1f2f0161", "ffffff7f" })
    void indexOfNothing(String hex) {
        refused("index", hex);
    }

    @Test
    void newestHasTheLowestIndex() throws Exception {
        assertThat(Blocks.decode(decoder, "4001610131" + "4001620132" + "be" + "bf")).containsExactly("a: 1", "b: 2",
                "b: 2", "a: 1");
        refused("index", "c0");
    }

    @Test
    void nameOfAnEntryThatGoes() throws Exception {
        HpackDecoder small = new HpackDecoder(34);
        assertThat(Blocks.decode(small, "4001610131" + "7e0132" + "be")).containsExactly("a: 1", "a: 2", "a: 2");
        assertThat(small.tableBytes()).isEqualTo(34);
    }

    @Test
    void entryLargerThanTheTableEmptiesIt() throws Exception {
        HpackDecoder small = new HpackDecoder(34);
        assertThat(Blocks.decode(small, "4001610131" + "400161023132")).containsExactly("a: 1", "a: 12");
        assertThat(small.tableBytes()).isZero();
    }

    // ---- section 5.1

    @ParameterizedTest
    @ValueSource(strings = { "ff", "ff80", "ff8080", "ff80808080", "ff8080808000", "ffffffffff7f",
        "ffffffffffffffffff01",
        "007fffffffff7f", "3fffffffff7f", "7f80808080808000", "00ff80808080808080808080", "ff8080808001" })
    void integerTooLongOrTooLarge(String hex) {
        assertThatThrownBy(() -> Blocks.decode(decoder, hex)).isInstanceOf(HpackException.class);
    }

    @Test
    void integerWithZerosInFront() throws Exception {
        assertThat(Blocks.decode(decoder, "0f80808000 0161" + "007f81808000" + "61".repeat(128) + "00"))
                .containsExactly("accept-charset: a", "a".repeat(128) + ": ");
    }

    // ---- section 4.2 and 6.3

    @Test
    void sizeUpdatesAtTheStart() throws Exception {
        Blocks.decode(decoder, CUSTOM);
        assertThat(Blocks.decode(decoder, "20" + "3fe11f" + "82")).containsExactly(":method: GET");
        assertThat(decoder.tableBytes()).isZero();
        Blocks.decode(decoder, CUSTOM);
        assertThat(decoder.tableBytes()).isEqualTo(55);
        Blocks.decode(decoder, "3f18");
        assertThat(decoder.tableBytes()).isEqualTo(55);
        Blocks.decode(decoder, "3f17");
        assertThat(decoder.tableBytes()).isZero();
    }

    @Test
    void smallerTableKeepsTheNewest() throws Exception {
        Blocks.decode(decoder, "4001610131" + "4001620132");
        assertThat(Blocks.decode(decoder, "3f04" + "be")).containsExactly("b: 2");
        refused("index", "bf");
    }

    @ParameterizedTest
    @ValueSource(strings = { "8220", "823fe11f", "822082" })
    void sizeUpdateBehindAField(String hex) {
        refused("table size behind a field", hex);
    }

    @ParameterizedTest
    @ValueSource(strings = { "3fe21f", "3f80808001" })
    void sizeAboveTheSetting(String hex) {
        refused("larger than SETTINGS_HEADER_TABLE_SIZE", hex);
    }

    // ---- truncated

    @ParameterizedTest
    @ValueSource(strings = { CUSTOM, "0f2e0161", "3fe11f82", "008825a849e95ba97d7f86a8eb10649cbf",
        "4882640258 85aec3771a4b 6196d07abe941054d444a8200595040b8166e082a62d1bff 6e919d29ad171863c78f0b97c8e9ae82ae43d3",
        "828785", "828684418cf1e3c2e5f23a6ba0ab90f4ff" })
    void everyTruncation(String hex) throws Exception {
        byte[] block = Blocks.bytes(hex);
        List<String> whole = Blocks.decode(new HpackDecoder(4096), block);
        for (int length = 0; length < block.length; length++) {
            List<String> fields = new ArrayList<>();
            byte[] part = Arrays.copyOf(block, length);
            try {
                new HpackDecoder(4096).decode(part, 0, length, (name, value) -> fields.add(name + ": " + value));
            } catch (HpackException e) {
                assertThat(e).hasMessageContaining("ends within a field");
            }
            assertThat(fields).isEqualTo(whole.subList(0, fields.size()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "40", "4001", "400161", "40016101", "0f", "0f2e", "0f2e01", "00", "0001", "10", "1001",
        "3f", "41", "4182ff" })
    void endsWithinAField(String hex) {
        refused("ends within a field", hex);
    }

    /** Whatever comes, nothing but an HpackException leaves, and the table stays within its limit. */
    @Test
    void randomBytes() {
        Random random = new Random(7541);
        for (int i = 0; i < 20_000; i++) {
            HpackDecoder one = new HpackDecoder(256);
            for (int block = 0; block < 3; block++) {
                byte[] bytes = new byte[random.nextInt(60)];
                random.nextBytes(bytes);
                try {
                    Blocks.decode(one, bytes);
                } catch (HpackException e) {
                    break;
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
                assertThat(one.tableBytes()).isBetween(0, 256);
            }
        }
    }

    // ---- the sink

    @Test
    void sinkThatThrowsEndsIt() throws Exception {
        byte[] block = Blocks.bytes("8284");
        assertThatThrownBy(() -> decoder.decode(block, 0, 2, (name, value) -> {
            throw new IOException("enough");
        })).isExactlyInstanceOf(IOException.class).hasMessage("enough");
        refused("a block behind one that was not decoded", "82");
    }

    @Test
    void nothingBehindAWrongBlock() {
        refused("index", "80");
        refused("a block behind one that was not decoded", "82");
    }

    // ---- attacks

    /** CVE-2016-6581: one large entry, and then its index over and over. Nothing is copied, and the sink can count. */
    @Test
    void hpackBomb() throws Exception {
        byte[] entry = Blocks.bytes("400162 7fa11e" + "61".repeat(4000));
        byte[] bomb = new byte[16_384];
        Arrays.fill(bomb, (byte) 0xbe);
        List<String> first = Blocks.decode(decoder, entry);
        assertThat(first).hasSize(1);
        long[] seen = new long[2];
        String[] last = new String[1];
        decoder.decode(bomb, 0, bomb.length, (name, value) -> {
            if (last[0] != null) {
                assertThat(value).isSameAs(last[0]);
            }
            last[0] = value;
            seen[0]++;
            seen[1] += value.length();
        });
        assertThat(seen[0]).isEqualTo(16_384);
        assertThat(seen[1]).isGreaterThan(60_000_000);
        assertThat(decoder.tableBytes()).isLessThanOrEqualTo(4096);
    }

    /** CVE-2023-36478: lengths near 2^31 overflowed what they were compared with; Huffman lengths more so. */
    @ParameterizedTest
    @ValueSource(strings = { "00 7f 81ffffff07", "00 ff 81ffffff07", "00 7f ffffffff0f", "00 ff 80808080 01",
        "00 ff 80ffff7f 61",
        "0001 61 7f ffffff7f 61", "00ff 80ffffff7f" })
    void hugeStringLengths(String hex) {
        assertThatThrownBy(() -> Blocks.decode(decoder, hex)).isInstanceOf(HpackException.class);
    }

    /** CVE-2021-44716: a cache of names that peers could fill. What is known is fixed: other names are made anew each time. */
    @Test
    void namesOfPeersAreNotKept() throws Exception {
        List<String> names = new ArrayList<>();
        byte[] block = Blocks.bytes("0007" + "782d6f74686572" + "00");
        for (int i = 0; i < 2; i++) {
            decoder.decode(block, 0, block.length, (name, value) -> names.add(name));
        }
        assertThat(names.get(0)).isEqualTo("x-other").isEqualTo(names.get(1)).isNotSameAs(names.get(1));
        assertThat(decoder.tableBytes()).isZero();
    }

    @Test
    void tableOfTheSmallestEntries() throws Exception {
        for (int i = 0; i < 1000; i++) {
            Blocks.decode(decoder, "400000");
            assertThat(decoder.tableBytes()).isEqualTo(32 * Math.min(i + 1, 128));
        }
        assertThat(Blocks.decode(decoder, "ff3e" + "be")).containsExactly(": ", ": ");
        refused("index", "ff3f");
    }

    private void refused(String message, String hex) {
        assertThatThrownBy(() -> Blocks.decode(decoder, hex)).isInstanceOf(HpackException.class)
                .hasMessageContaining(message);
    }
}
