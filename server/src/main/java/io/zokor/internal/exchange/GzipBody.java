package io.zokor.internal.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Compresses a response's body with gzip (RFC 1952) on its way to the codec. Owned by the thread that writes the response. Its
 * deflater holds native memory until {@link #close()}, which the exchange calls on every path (CVE-2026-1605). The JDK's
 * GZIPOutputStream takes no buffers beyond the heap, writes its header when it is made, and gives its deflater back only by writing to
 * the end, which a response that is cut must not have: what goes around that is longer than this.
 */
final class GzipBody {

    /** Magic, deflate, no flags, no time, no extra flags, unknown system. */
    private static final byte[] HEADER = { 0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff };

    private final ExchangeCodec codec;

    private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);

    private final CRC32 crc = new CRC32();

    private final byte[] output = new byte[4 * 1024];

    private boolean begun;

    private boolean closed;

    GzipBody(ExchangeCodec codec) {
        this.codec = codec;
    }

    void write(ByteBuffer bytes) throws IOException {
        begin();
        crc.update(bytes.duplicate());
        deflater.setInput(bytes);
        while (!deflater.needsInput()) {
            deflate(Deflater.NO_FLUSH);
        }
        bytes.position(bytes.limit());
    }

    void flush() throws IOException {
        if (begun) {
            while (deflate(Deflater.SYNC_FLUSH) == output.length) {
                // More is waiting where the output was filled to the brim.
            }
        }
    }

    void finish() throws IOException {
        begin();
        deflater.finish();
        while (!deflater.finished()) {
            deflate(Deflater.NO_FLUSH);
        }
        ByteBuffer trailer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        trailer.putInt((int) crc.getValue()).putInt((int) deflater.getBytesRead());
        codec.writeBody(trailer.flip());
        close();
    }

    void close() {
        if (!closed) {
            closed = true;
            deflater.end();
        }
    }

    private void begin() throws IOException {
        if (!begun) {
            begun = true;
            codec.writeBody(ByteBuffer.wrap(HEADER));
        }
    }

    private int deflate(int mode) throws IOException {
        int n = deflater.deflate(output, 0, output.length, mode);
        if (n > 0) {
            codec.writeBody(ByteBuffer.wrap(output, 0, n));
        }
        return n;
    }
}
