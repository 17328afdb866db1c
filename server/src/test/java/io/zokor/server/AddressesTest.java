package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses in Go's notation, and the share of the descriptors that connections get. */
class AddressesTest {

    @ParameterizedTest
    @CsvSource({ "127.0.0.1:8080, 127.0.0.1, 8080", "[::1]:80, 0:0:0:0:0:0:0:1, 80", "127.0.0.1:0, 127.0.0.1, 0",
        "127.0.0.1:65535, 127.0.0.1, 65535" })
    void hostAndPort(String text, String host, int port) {
        InetSocketAddress address = Addresses.parse(text);
        assertThat(address.getAddress().getHostAddress()).isEqualTo(host);
        assertThat(address.getPort()).isEqualTo(port);
    }

    @Test
    void noHostIsEveryInterface() {
        assertThat(Addresses.parse(":8080").getAddress().isAnyLocalAddress()).isTrue();
        assertThat(Addresses.parse(":8080").getPort()).isEqualTo(8080);
    }

    @Test
    void emptyIsPort80OnEveryInterface() {
        assertThat(Addresses.parse("").getAddress().isAnyLocalAddress()).isTrue();
        assertThat(Addresses.parse("").getPort()).isEqualTo(80);
    }

    @ParameterizedTest
    @ValueSource(strings = { "localhost", "localhost:", "localhost:http", "localhost:65536", "localhost:-1", "::1",
        "::1:80", "[::1]", "[::1]80", ":", "127.0.0.1:80 " })
    void malformed(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Addresses.parse(text)).withMessageContaining(text);
    }

    @Test
    void thePortAsText() {
        assertThat(Addresses.port(new InetSocketAddress(8080))).isEqualTo("8080");
        assertThat(Addresses.port(UnixDomainSocketAddress.of("/tmp/x"))).isEqualTo("unix");
    }

    @Test
    void aHostThatDoesNotExistIsNamed() {
        Server server = Server.builder().address("no-such-host.invalid:0").handler((request, response) -> {
        }).build();
        assertThatThrownBy(server::start).isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("no-such-host.invalid");
    }

    @ParameterizedTest
    @CsvSource({ "0, 1", "1, 1", "1024, 1024", "9999, 9999", "10000, 9000", "65536, 58977", "1048576, 943713",
        "9223372036854775807, 2147483647" })
    void roomForConnections(long descriptors, int room) {
        assertThat(DescriptorLimit.room(descriptors)).isEqualTo(room);
    }

    @Test
    void thisProcessHasRoom() {
        assertThat(DescriptorLimit.connections()).isPositive();
    }
}
