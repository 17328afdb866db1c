package io.zokor.servlet.internal.stream;

import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.util.Objects;

/**
 * Encodes text straight into the response's output: it keeps no bytes between calls, so that the core's buffer is the only
 * one. Half a surrogate pair is kept until its other half comes. Used by the {@code PrintWriter} around it, under its lock.
 */
public final class TextWriter extends Writer {

    private static final int PIECE = 2048;

    private final ContainerOutput output;

    private final CharsetEncoder encoder;

    private final ByteBuffer bytes = ByteBuffer.allocate(PIECE * 3);

    private final char[] copy = new char[PIECE];

    /** The first half of a surrogate pair, or 0. */
    private char high;

    private boolean closed;

    public TextWriter(ContainerOutput output, Charset charset) {
        this.output = output;
        this.encoder = charset.newEncoder().onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
    }

    @Override
    public void write(char[] chars, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, chars.length);
        CharBuffer text = CharBuffer.wrap(chars, offset, length);
        if (high != 0 && text.hasRemaining()) {
            CharBuffer pair = CharBuffer.wrap(new char[] { high, text.get(text.position()) });
            high = 0;
            boolean whole = Character.isLowSurrogate(pair.get(1));
            if (whole) {
                text.get();
            } else {
                pair.limit(1);
            }
            encode(pair, !whole);
        }
        encode(text, false);
        if (text.hasRemaining()) {
            high = text.get();
        }
    }

    @Override
    public void write(String text, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, text.length());
        int end = offset + length;
        for (int i = offset; i < end; i += PIECE) {
            int n = Math.min(PIECE, end - i);
            text.getChars(i, i + n, copy, 0);
            write(copy, 0, n);
        }
    }

    private void encode(CharBuffer text, boolean end) throws IOException {
        while (true) {
            CoderResult result = encoder.encode(text, bytes, end);
            emit();
            if (result.isUnderflow()) {
                if (end) {
                    encoder.flush(bytes);
                    emit();
                    encoder.reset();
                }
                return;
            }
        }
    }

    private void emit() throws IOException {
        if (bytes.position() > 0) {
            output.write(bytes.array(), 0, bytes.position());
            bytes.clear();
        }
    }

    @Override
    public void flush() throws IOException {
        output.flush();
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        encode(CharBuffer.wrap(high == 0 ? new char[0] : new char[] { high }), true);
        output.close();
    }
}
