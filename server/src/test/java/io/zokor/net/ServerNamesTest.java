package io.zokor.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CVE-2025-66614, CVE-2026-32990: the Host of a request against the name of the handshake. */
class ServerNamesTest {

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
        "a.example, a.example, true",
        "a.example, b.example, false",
        "a.example, other.example, false",
        "other.example, a.example, false",
        "other.example, third.example, true",
        "other.example, x.w.example, false",
        "x.w.example, y.w.example, true",
        "x.w.example, w.example, false",
        "-, a.example, false",
        "-, A.EXAMPLE., false",
        "-, other.example, true",
        "-, 127.0.0.1, true",
        "-, [::1], true",
        "a.example, 127.0.0.1, false",
        "a.example, -, true" })
    void sameContext(@Nullable String serverName, @Nullable String host, boolean expected) throws Exception {
        TlsContexts contexts = TlsContexts.of(context(),
                Map.of("a.example", context(), "b.example", context(), "*.w.example",
                        context()));
        assertThat(ServerNames.sameContext(contexts, serverName, host)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", ".", "*", "*example.com", "a.*.example", "a*", "*.*.example" })
    void aNameThatCannotBeAskedForIsRefused(String name) throws Exception {
        TlsContext context = context();
        assertThatThrownBy(() -> TlsContexts.of(context, Map.of(name, context)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'" + name + "'");
    }

    @Test
    void aNameTwiceIsRefused() throws Exception {
        TlsContext context = context();
        assertThatThrownBy(() -> TlsContexts.of(context, Map.of("a.example", context, "A.example.", context)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("twice");
    }

    @Test
    void unknownProtocolsAndCipherSuitesAreRefusedByName() throws Exception {
        SSLContext context = SSLContext.getDefault();
        assertThatThrownBy(() -> new TlsContext(context, List.of("TLSv1.3", "TLSv9"), null, TlsContext.ClientAuth.NONE))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("TLSv9")
                .hasMessageContaining("TLSv1.3");
        assertThatThrownBy(() -> new TlsContext(context, null, List.of("NONSENSE"), TlsContext.ClientAuth.NONE))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("NONSENSE");
        assertThatThrownBy(() -> new TlsContext(context, List.of(), null, TlsContext.ClientAuth.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static TlsContext context() throws NoSuchAlgorithmException {
        return new TlsContext(SSLContext.getDefault(), null, null, TlsContext.ClientAuth.NONE);
    }
}
