package io.zokor.servlet.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.EncodeException;
import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.server.ServerEndpointConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Encoders and decoders: which one is used, what needs none, and their life from init to destroy. */
class CodersTest {

    private static final List<String> EVENTS = new ArrayList<>();

    private final EndpointConfig config = ServerEndpointConfig.Builder.create(Object.class, "/").build();

    record Word(String text) {
    }

    /** Leaves the type to its children. */
    public abstract static class Base<T> implements Decoder.Text<T> {

        @Override
        public boolean willDecode(String text) {
            return text.startsWith("a");
        }

        @Override
        public void init(EndpointConfig config) {
            EVENTS.add("init");
        }

        @Override
        public void destroy() {
            EVENTS.add("destroy");
        }
    }

    /** Takes words that begin with a. */
    public static final class WordsOfA extends Base<Word> {

        @Override
        public Word decode(String text) {
            return new Word("A:" + text);
        }
    }

    /** Takes everything, text and bytes. */
    public static final class AnyWord implements Decoder.TextStream<Word>, Decoder.Binary<Word> {

        @Override
        public Word decode(Reader reader) throws IOException {
            return new Word("any:" + (char) reader.read());
        }

        @Override
        public boolean willDecode(ByteBuffer bytes) {
            bytes.get();
            return true;
        }

        @Override
        public Word decode(ByteBuffer bytes) {
            return new Word("bytes:" + bytes.remaining());
        }
    }

    /** Does not say for what. */
    @SuppressWarnings("rawtypes")
    public static final class Untyped extends Base {

        @Override
        public Object decode(String text) {
            return text;
        }
    }

    /** Fails at its beginning. */
    public static final class FailingInit extends Base<Integer> {

        @Override
        public Integer decode(String text) {
            return 1;
        }

        @Override
        public void init(EndpointConfig config) {
            throw new IllegalStateException("init");
        }
    }

    /** Writes any char sequence into a stream. */
    public static final class Texts implements Encoder.TextStream<CharSequence> {

        @Override
        public void encode(CharSequence object, Writer writer) throws IOException {
            writer.append("[").append(object).append("]");
        }
    }

    /** Writes words as bytes. */
    public static final class WordBytes implements Encoder.BinaryStream<Word> {

        @Override
        public void encode(Word object, OutputStream out) throws IOException {
            out.write(object.text.length());
        }
    }

    @BeforeEach
    void forget() {
        EVENTS.clear();
    }

    private Decoders decoders(List<Class<? extends Decoder>> classes) throws DeploymentException {
        return new Decoders(CoderTypes.ofDecoders(classes), config);
    }

    private Encoders encoders(List<Class<? extends Encoder>> classes) throws DeploymentException {
        return new Encoders(CoderTypes.ofEncoders(classes), config);
    }

    @Test
    void theFirstDecoderThatWillIsUsed() throws Exception {
        Decoders decoders = decoders(List.of(WordsOfA.class, AnyWord.class));
        assertThat(decoders.text(Word.class, "abc")).isEqualTo(new Word("A:abc"));
        assertThat(decoders.text(Word.class, "xyz")).isEqualTo(new Word("any:x"));
        assertThat(decoders.binary(Word.class, ByteBuffer.allocate(3))).isEqualTo(new Word("bytes:3"));
    }

    @Test
    void aMessageThatNoDecoderTakesIsADecodeException() throws Exception {
        Decoders decoders = decoders(List.of(WordsOfA.class));
        assertThatExceptionOfType(DecodeException.class).isThrownBy(() -> decoders.text(Word.class, "xyz"))
                .satisfies(failure -> assertThat(failure.getText()).isEqualTo("xyz"));
        assertThatExceptionOfType(DecodeException.class)
                .isThrownBy(() -> decoders.binary(Word.class, ByteBuffer.allocate(1)));
    }

    @ParameterizedTest
    @CsvSource({ "int, 7", "java.lang.Long, -1", "boolean, true", "char, x", "double, 1.5", "byte, 1", "short, 2",
        "float, 3.0" })
    void primitivesNeedNoDecoder(Class<?> type, String text) throws Exception {
        assertThat(decoders(List.of()).text(type, text)).isInstanceOf(Primitives.boxed(type)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({ "int, x", "char, xy", "byte, 300", "float, ''" })
    void textThatIsNoSuchValueIsADecodeException(Class<?> type, String text) throws Exception {
        Decoders decoders = decoders(List.of());
        assertThatExceptionOfType(DecodeException.class).isThrownBy(() -> decoders.text(type, text));
    }

    @Test
    void theFormsOfTheApiNeedNoDecoder() throws Exception {
        Decoders decoders = decoders(List.of());
        assertThat(decoders.text(String.class, "x")).isEqualTo("x");
        assertThat(((Reader) decoders.text(Reader.class, "x")).read()).isEqualTo('x');
        ByteBuffer bytes = ByteBuffer.wrap(new byte[] { 1, 2 });
        assertThat(decoders.binary(ByteBuffer.class, bytes)).isSameAs(bytes);
        assertThat(decoders.binary(byte[].class, bytes)).isEqualTo(new byte[] { 1, 2 });
        assertThat(((InputStream) decoders.binary(InputStream.class, bytes)).readAllBytes()).hasSize(2);
    }

    @Test
    void eachSessionHasItsOwnCodersFromInitToDestroy() throws Exception {
        Decoders decoders = decoders(List.of(WordsOfA.class));
        assertThat(EVENTS).containsExactly("init");
        decoders.destroy();
        decoders.destroy();
        assertThat(EVENTS).containsExactly("init", "destroy");
    }

    @Test
    void aCoderWhoseInitFailsDestroysThoseBeforeIt() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> decoders(List.of(WordsOfA.class, FailingInit.class))).withMessage("init");
        assertThat(EVENTS).containsExactly("init", "destroy");
    }

    @Test
    void aDecoderWithoutATypeIsRefusedAtDeployment() {
        assertThatExceptionOfType(DeploymentException.class).isThrownBy(() -> decoders(List.of(Untyped.class)))
                .withMessageContaining("does not say for which type");
    }

    @Test
    void theObjectsClassChoosesTheEncoder() throws Exception {
        Encoders encoders = encoders(List.of(Texts.class, WordBytes.class));
        assertThat(encoders.encode("x")).isEqualTo(new Encoders.Encoded.Text("[x]"));
        assertThat(encoders.encode(new Word("four")))
                .isEqualTo(new Encoders.Encoded.Binary(ByteBuffer.wrap(new byte[] { 4 })));
    }

    @Test
    void textAndBytesAndPrimitivesNeedNoEncoder() throws Exception {
        Encoders encoders = encoders(List.of());
        assertThat(encoders.encode("x")).isEqualTo(new Encoders.Encoded.Text("x"));
        assertThat(encoders.encode(1.5)).isEqualTo(new Encoders.Encoded.Text("1.5"));
        assertThat(encoders.encode(new byte[2])).isEqualTo(new Encoders.Encoded.Binary(ByteBuffer.allocate(2)));
        assertThatExceptionOfType(EncodeException.class).isThrownBy(() -> encoders.encode(new Word("w")))
                .withMessageContaining("no encoder for " + Word.class.getName());
        encoders.destroy();
    }
}
