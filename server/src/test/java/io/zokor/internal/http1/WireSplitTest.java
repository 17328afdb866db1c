package io.zokor.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;

import io.zokor.internal.http1.Wire.Verdict;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The verdict on a request never depends on how the network cuts it. */
class WireSplitTest {

    private static final int LONG = 1000;

    private static final Wire READING = new Wire(Wire::echo);

    private static final Wire IGNORING = new Wire(Wire::ignore);

    @AfterAll
    static void close() {
        READING.close();
        IGNORING.close();
    }

    static Stream<Corpus.Case> corpus() {
        return Corpus.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void splitAtEveryByte(Corpus.Case text) {
        assertThat(splitAtEveryByte(READING, text.bytes()).statuses()).isEqualTo(text.statuses());
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void splitAtEveryByteWhileTheHandlerIgnoresTheBody(Corpus.Case text) {
        splitAtEveryByte(IGNORING, text.bytes());
    }

    private static Verdict splitAtEveryByte(Wire wire, byte[] bytes) {
        Verdict whole = wire.serve(ScriptedConn.cutAt(bytes));
        assertThat(wire.serve(ScriptedConn.inPieces(bytes, 1))).as("byte by byte").isEqualTo(whole);
        for (int cut = 1; cut < bytes.length; cut++) {
            if (bytes.length > LONG && cut > 200 && cut < bytes.length - 200) {
                // Long runs of one character differ near their ends alone.
                continue;
            }
            assertThat(wire.serve(ScriptedConn.cutAt(bytes, cut))).as("cut at %s", cut).isEqualTo(whole);
        }
        return whole;
    }
}
