package io.zokor.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import javax.net.ssl.SSLSocket;

import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestCertificates.Identity;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The PROXY protocol's two versions, whole, in pieces and wrong (HAProxy's proxy-protocol.txt sections 2.1 and 2.2). */
@Timeout(60)
class ProxyProtocolTest {

    private static final List<AddressRange> LOOPBACK = List.of(AddressRange.parse("127.0.0.0/8"),
            AddressRange.parse("::1"));

    private static final LogLimit QUIET = new LogLimit(System.getLogger("test"), System.Logger.Level.DEBUG);

    private static final String REST = "GET / HTTP/1.1\r\n";

    @ParameterizedTest
    @CsvSource({
        "TCP4 192.0.2.1 198.51.100.2 56324 443, 192.0.2.1, 56324, 198.51.100.2, 443",
        "TCP4 255.255.255.255 255.255.255.255 65535 65535, 255.255.255.255, 65535, 255.255.255.255, 65535",
        "TCP4 0.0.0.0 0.0.0.0 0 0, 0.0.0.0, 0, 0.0.0.0, 0",
        "TCP6 2001:db8::1 2001:db8::2 1 2, 2001:db8::1, 1, 2001:db8::2, 2",
        "TCP6 ::ffff:192.0.2.1 ::1 1 2, 192.0.2.1, 1, ::1, 2" })
    void version1(String words, String source, int sourcePort, String destination, int destinationPort)
            throws Exception {
        everySplit(("PROXY " + words + "\r\n").getBytes(US_ASCII), new InetSocketAddress(source, sourcePort),
                new InetSocketAddress(destination, destinationPort));
    }

    @ParameterizedTest
    @ValueSource(strings = { "PROXY UNKNOWN\r\n", "PROXY UNKNOWN anything at all\r\n",
        "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n" })
    void version1Unknown(String header) throws Exception {
        everySplit(header.getBytes(US_ASCII), null, null);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "PROXY TCP4 192.0.2.1 198.51.100.2 1 2\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 1 2\r\r\n",
        "PROXY  TCP4 192.0.2.1 198.51.100.2 1 2\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 1 2 \r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 1\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 1 65536\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 01 2\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 -1 2\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2  2\r\n",
        "PROXY TCP4 192.0.2.256 198.51.100.2 1 2\r\n",
        "PROXY TCP4 192.0.2.0/24 198.51.100.2 1 2\r\n",
        "PROXY TCP4 localhost localhost 1 2\r\n",
        "PROXY TCP4 10.1 10.2 1 2\r\n",
        "PROXY TCP4 ::1 ::1 1 2\r\n",
        "PROXY TCP6 192.0.2.1 198.51.100.2 1 2\r\n",
        "PROXY TCP6 fe80::1%1 ::1 1 2\r\n",
        "PROXY TCP6 [::1] ::1 1 2\r\n",
        "PROXY TCP5 192.0.2.1 198.51.100.2 1 2\r\n",
        "PROXY tcp4 192.0.2.1 198.51.100.2 1 2\r\n",
        "PROXY UNKNOWN\u0000\r\n",
        "PROXY UNKNOWN\u00e4\r\n",
        "PROXY \r\n",
        "PROXY\r\n",
        "proxy UNKNOWN\r\n",
        " PROXY UNKNOWN\r\n",
        "PROXX",
        "GET / HTTP/1.1\r\n" })
    void malformedVersion1(String header) {
        for (int piece : new int[] { 1, 7, 1000 }) {
            assertThatThrownBy(() -> conn((header + REST).getBytes(ISO_8859_1), piece).handshake())
                    .isInstanceOf(ProxyProtocolException.class);
        }
    }

    @Test
    void version1OfExactly107Bytes() throws Exception {
        String header = "PROXY UNKNOWN " + "x".repeat(ProxyHeader.MAX_V1 - 16) + "\r\n";
        assertThat(header).hasSize(ProxyHeader.MAX_V1);
        everySplit(header.getBytes(US_ASCII), null, null);
    }

    @Test
    void version1Of108BytesIsRefusedWithoutWaitingForMore() {
        String header = "PROXY UNKNOWN " + "x".repeat(ProxyHeader.MAX_V1 - 14);
        TlsHelloTest.ArrayConn bytes = new TlsHelloTest.ArrayConn((header + "x".repeat(1000)).getBytes(US_ASCII), 1);
        assertThatThrownBy(() -> new ProxyConn(bytes, LOOPBACK, QUIET).handshake())
                .isInstanceOf(ProxyProtocolException.class);
        assertThat(bytes.position()).isEqualTo(ProxyHeader.MAX_V1);
    }

    @ParameterizedTest
    @ValueSource(ints = { 0x11, 0x12 })
    void version2OverIpv4(int family) throws Exception {
        byte[] addresses = { (byte) 192, 0, 2, 1, (byte) 198, 51, 100, 2, (byte) 0xdc, 4, 1, (byte) 0xbb };
        everySplit(v2(0x21, family, addresses), new InetSocketAddress("192.0.2.1", 56324),
                new InetSocketAddress("198.51.100.2", 443));
    }

    @Test
    void version2OverIpv6() throws Exception {
        byte[] addresses = new byte[36];
        addresses[15] = 1;
        addresses[31] = 2;
        addresses[33] = 80;
        addresses[34] = (byte) 0xff;
        addresses[35] = (byte) 0xff;
        everySplit(v2(0x21, 0x21, addresses), new InetSocketAddress("::1", 80), new InetSocketAddress("::2", 65535));
    }

    @Test
    void version2WithVendorFieldsUpToTheLimit() throws Exception {
        byte[] content = new byte[ProxyHeader.MAX_V2 - 16];
        content[0] = 10;
        content[9] = 7;
        everySplit(v2(0x21, 0x11, content), new InetSocketAddress("10.0.0.0", 7), new InetSocketAddress("0.0.0.0", 0));
    }

    @ParameterizedTest
    @CsvSource({ "0x20,0x00,0", "0x20,0x11,12", "0x20,0xff,3", "0x21,0x00,0", "0x21,0x00,20", "0x21,0x31,216",
        "0x21,0x10,12" })
    void version2WithoutAnAddressOfAClient(String command, String family, int length) throws Exception {
        everySplit(v2(Integer.decode(command), Integer.decode(family), new byte[length]), null, null);
    }

    @ParameterizedTest
    @CsvSource({ "0x11,0x11,12", "0x31,0x11,12", "0x22,0x11,12", "0x2f,0x11,12", "0x21,0x41,12", "0x21,0x13,12",
        "0x21,0x11,11",
        "0x21,0x21,35", "0x21,0x11,0", "0x21,0x11,521", "0x20,0x00,65535" })
    void malformedVersion2(String command, String family, int length) {
        byte[] header = v2(Integer.decode(command), Integer.decode(family), new byte[length]);
        assertThatThrownBy(() -> conn(header, 1000).handshake()).isInstanceOf(ProxyProtocolException.class);
    }

    @Test
    void anEndWithinTheHeaderIsThePeerGone() {
        for (byte[] header : List.of("PROXY TCP4 192.0.2.1 198.51.100.2 1 2\r\n".getBytes(US_ASCII),
                v2(0x20, 0, new byte[9]))) {
            for (int cut = 0; cut < header.length; cut++) {
                byte[] shorter = Arrays.copyOf(header, cut);
                assertThatThrownBy(() -> conn(shorter, 1000).handshake()).isInstanceOf(PeerGoneException.class);
            }
        }
    }

    @Test
    void anUntrustedSourceIsRefusedBeforeAnythingIsRead() {
        TlsHelloTest.ArrayConn bytes = new TlsHelloTest.ArrayConn("PROXY UNKNOWN\r\n".getBytes(US_ASCII), 100,
                new InetSocketAddress("192.0.2.9", 1));
        assertThatThrownBy(() -> new ProxyConn(bytes, LOOPBACK, QUIET).handshake())
                .isInstanceOf(ProxyProtocolException.class)
                .hasMessageContaining("zokor.trusted-proxies").hasMessageContaining("192.0.2.9");
        assertThat(bytes.position()).isZero();
    }

    @Test
    void aUnixDomainSocketIsTrusted() throws Exception {
        ProxyConn conn = new ProxyConn(
                new TlsHelloTest.ArrayConn("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n".getBytes(US_ASCII), 100,
                        UnixDomainSocketAddress.of("")),
                List.of(), QUIET);
        conn.handshake();
        assertThat(conn.remoteAddress()).isEqualTo(new InetSocketAddress("192.0.2.1", 1));
    }

    @Test
    void randomBytesFailOnlyAsTheyMay() {
        Random random = new Random(42);
        byte[] header = v2(0x21, 0x11, new byte[40]);
        for (int i = 0; i < 20_000; i++) {
            byte[] changed = header.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            changed[12 + random.nextInt(4)] = (byte) random.nextInt();
            try {
                conn(changed, 100).handshake();
            } catch (ProxyProtocolException | PeerGoneException e) {
                assertThat(e.getMessage()).isNotEmpty();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** CVE-2024-7885: what one connection announced must never reach another. */
    @Test
    void announcedAddressesStayWithTheirConnection() throws Exception {
        try (ScriptedServer server = new ScriptedServer(inner -> new ProxyProtocolListener(inner, LOOPBACK),
                addresses())) {
            for (int i = 0; i < 5; i++) {
                try (Socket client = server.connect()) {
                    client.getOutputStream().write(("PROXY TCP4 192.0.2." + i + " 198.51.100.2 1" + i + " 443\r\nx")
                            .getBytes(US_ASCII));
                    assertThat(client.getInputStream().readAllBytes()).asString(US_ASCII)
                            .isEqualTo("/192.0.2." + i + ":1" + i + " /198.51.100.2:443 x");
                }
                try (Socket client = server.connect()) {
                    client.getOutputStream().write("PROXY UNKNOWN\r\nx".getBytes(US_ASCII));
                    assertThat(client.getInputStream().readAllBytes()).asString(US_ASCII)
                            .isEqualTo("/127.0.0.1:" + client.getLocalPort() + " /127.0.0.1:" + server.port() + " x");
                }
            }
        }
    }

    @Test
    void aMalformedHeaderGetsNoAnswer() throws Exception {
        try (ScriptedServer server = new ScriptedServer(inner -> new ProxyProtocolListener(inner, LOOPBACK),
                addresses());
                Socket client = server.connect()) {
            client.getOutputStream().write("GET".getBytes(US_ASCII));
            assertThat(server.end().failure()).isInstanceOf(ProxyProtocolException.class);
            int answer;
            try {
                answer = client.getInputStream().read();
            } catch (SocketException e) {
                // What the server has not read turns its close into a reset.
                answer = -1;
            }
            assertThat(answer).isEqualTo(-1);
        }
    }

    @Test
    void aHeaderThatDoesNotComeEndsAtTheDeadline() throws Exception {
        try (ScriptedServer server = new ScriptedServer(inner -> new ProxyProtocolListener(inner, LOOPBACK),
                addresses(),
                Duration.ofMillis(200)); Socket client = server.connect()) {
            client.getOutputStream().write("PROXY TCP4".getBytes(US_ASCII));
            assertThat(server.end().failure()).isInstanceOf(DeadlineExceededException.class);
        }
    }

    @Test
    void tlsComesAfterTheHeader() throws Exception {
        Identity identity = TestCertificates.selfSigned("server");
        try (ScriptedServer server = new ScriptedServer(
                inner -> new TlsListener(new ProxyProtocolListener(inner, LOOPBACK),
                        TlsContexts.of(TlsContext.of(identity.context()))),
                addresses()); Socket raw = server.connect()) {
            raw.getOutputStream().write("PROXY TCP4 192.0.2.1 198.51.100.2 1 443\r\n".getBytes(US_ASCII));
            SSLSocket client = (SSLSocket) TestCertificates.trusting(identity).getSocketFactory().createSocket(raw,
                    "localhost",
                    raw.getPort(), true);
            client.getOutputStream().write('x');
            assertThat(client.getInputStream().readAllBytes()).asString(US_ASCII)
                    .isEqualTo("/192.0.2.1:1 /198.51.100.2:443 x");
        }
    }

    private static ScriptedServer.Script addresses() {
        return conn -> {
            ByteBuffer one = ByteBuffer.allocate(1);
            conn.read(one);
            conn.write(ByteBuffer.wrap((conn.remoteAddress() + " " + conn.localAddress() + " " + (char) one.get(0))
                    .getBytes(US_ASCII)));
        };
    }

    private static ProxyConn conn(byte[] bytes, int piece) {
        return new ProxyConn(new TlsHelloTest.ArrayConn(bytes, piece), LOOPBACK, QUIET);
    }

    private static void everySplit(byte[] header, InetSocketAddress source, InetSocketAddress destination)
            throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(header);
        all.writeBytes(REST.getBytes(US_ASCII));
        for (int piece = 1; piece <= all.size(); piece++) {
            ProxyConn conn = conn(all.toByteArray(), piece);
            conn.handshake();
            assertThat(conn.remoteAddress()).isEqualTo(source == null ? new InetSocketAddress("127.0.0.1", 1) : source);
            assertThat(conn.localAddress())
                    .isEqualTo(destination == null ? new InetSocketAddress("127.0.0.1", 2) : destination);
            StringBuilder rest = new StringBuilder();
            ByteBuffer target = ByteBuffer.allocate(3);
            while (conn.read(target.clear()) >= 0) {
                rest.append(US_ASCII.decode(target.flip()));
            }
            assertThat(rest).hasToString(REST);
        }
    }

    private static byte[] v2(int command, int family, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a });
        out.write(command);
        out.write(family);
        out.write(content.length >> 8);
        out.write(content.length);
        out.writeBytes(content);
        return out.toByteArray();
    }
}
