package io.zokor.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.0.0.0/8, 9.255.255.255, false",
        "192.168.4.0/22, 192.168.7.255, true",
        "192.168.4.0/22, 192.168.8.0, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.6, false",
        "192.0.2.7/32, 192.0.2.7, true",
        "192.0.2.6/31, 192.0.2.7, true",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, ::1, false",
        "::/0, ::1, true",
        "::/0, 203.0.113.9, false",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "fe80::/10, febf::1, true",
        "fe80::/10, fec0::1, false",
        "::1, ::1, true",
        "::1/128, ::2, false",
        "::ffff:10.0.0.0/104, 10.1.2.3, true",
        "::ffff:10.0.0.0/104, 11.1.2.3, false",
        "::ffff:192.0.2.7, 192.0.2.7, true",
        "::ffff:0:0/96, 203.0.113.9, true",
        "10.0.0.0/8, ::ffff:10.1.2.3, true" })
    void contains(String range, String address, boolean expected) {
        assertThat(AddressRange.parse(range).contains(InetAddress.ofLiteral(address))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "localhost", "example.com/8", "10", "10.1", "10.1.2", "1.2.3.4.5", "256.0.0.1",
        "0x7f.0.0.1", "10.0.0.0/8/8", "[::1]", "fe80::1%eth0", "fe80::1%1/64", ":", "::1::", "1.2.3.4 ", " 1.2.3.4",
        "/8",
        "2001:db8", "10.0.0.1:80" })
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> AddressRange.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @CsvSource({ "10.0.0.0/33, 0 to 32", "2001:db8::/129, 0 to 128", "::ffff:10.0.0.0/8, 96 to 128",
        "10.0.0.0/, number",
        "10.0.0.0/-1, number", "10.0.0.0/08, number", "10.0.0.0/+8, number", "10.0.0.0/255.0.0.0, number",
        "10.0.0.0/99999999999, number" })
    void aWrongPrefixIsRefused(String text, String message) {
        assertThatThrownBy(() -> AddressRange.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({ "10.1.2.3/8, 10.0.0.0/8", "192.0.2.7/31, 192.0.2.6/31", "::ffff:10.1.2.3/104, 10.0.0.0/8" })
    void bitsBeyondThePrefixAreRefusedWithWhatToWrite(String text, String instead) {
        assertThatThrownBy(() -> AddressRange.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("write " + instead);
    }

    @Test
    void equalRangesAreEqualHoweverWritten() {
        assertThat(AddressRange.parse("::ffff:10.0.0.0/104")).isEqualTo(AddressRange.parse("10.0.0.0/8"))
                .hasSameHashCodeAs(AddressRange.parse("10.0.0.0/8")).hasToString("10.0.0.0/8");
    }

    @ParameterizedTest
    @CsvSource({ "192.0.2.7, 192.0.2.7/32", "2001:db8:1:2:3:4:5:6, 2001:db8:1:2:0:0:0:0/64", "::1, 0:0:0:0:0:0:0:0/64",
        "::ffff:192.0.2.7, 192.0.2.7/32" })
    void aClientIsItsAddressOrThePrefixOfIt(String address, String client) {
        assertThat(AddressRange.ofClient(new InetSocketAddress(InetAddress.ofLiteral(address), 1)))
                .isEqualTo(AddressRange.ofClient(new InetSocketAddress(InetAddress.ofLiteral(address), 2)))
                .hasToString(client);
    }

    @Test
    void whatIsNoInternetAddressIsNoClient() {
        assertThat(AddressRange.ofClient(InetSocketAddress.createUnresolved("localhost", 1))).isNull();
        assertThat(AddressRange.ofClient(UnixDomainSocketAddress.of(""))).isNull();
    }

    @Test
    void onlyInternetAddressesAreInARange() {
        List<AddressRange> all = List.of(AddressRange.parse("::/0"), AddressRange.parse("0.0.0.0/0"));
        assertThat(AddressRange.anyContains(all, new InetSocketAddress("127.0.0.1", 1))).isTrue();
        assertThat(AddressRange.anyContains(all, InetSocketAddress.createUnresolved("localhost", 1))).isFalse();
        assertThat(AddressRange.anyContains(all, UnixDomainSocketAddress.of(""))).isFalse();
        assertThat(AddressRange.anyContains(List.of(), new InetSocketAddress("127.0.0.1", 1))).isFalse();
    }
}
