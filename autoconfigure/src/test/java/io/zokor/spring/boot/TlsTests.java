package io.zokor.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import io.zokor.testing.RawClient;
import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestCertificates.Identity;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerException;

/** {@code server.ssl.*} and bundles. */
@ExtendWith(OutputCaptureExtension.class)
class TlsTests {

    private final HandlerWebServerFactory factory = new HandlerWebServerFactory(
            (request, response) -> response.write(request.scheme() + " " + request.host()));
    private final Ssl ssl = new Ssl();
    private final DefaultSslBundleRegistry bundles = new DefaultSslBundleRegistry();
    private final Identity identity = TestCertificates.selfSigned("one");
    private ZokorWebServer server;

    @TempDir
    Path directory;

    @AfterEach
    void end() {
        if (server != null) {
            server.stop();
            server.destroy();
        }
    }

    private void start() {
        factory.setSsl(ssl);
        factory.setSslBundles(bundles);
        server = factory.create();
        server.start();
    }

    private RawClient connect(SSLContext context) {
        return RawClient.connectTls(server.getPort(), context, "localhost");
    }

    private String get(SSLContext context) {
        try (RawClient client = connect(context)) {
            return client.get("/").text();
        }
    }

    private X509Certificate certificate(String serverName, Identity... trusted) throws IOException {
        try (RawClient client = RawClient.connectTls(server.getPort(), TestCertificates.trusting(trusted),
                serverName)) {
            client.get("/");
            return (X509Certificate) ((SSLSocket) client.socket()).getSession().getPeerCertificates()[0];
        }
    }

    private static SslBundle bundle(Identity identity, Identity... trusted) {
        return SslBundle.of(SslStoreBundle.of(identity.keyStore("PKCS12", "test", "secret"), "secret",
                trusted.length == 0 ? null : TestCertificates.trustStore(trusted)), SslBundleKey.of("secret"));
    }

    @Test
    void pkcs12(CapturedOutput output) {
        identity.writePkcs12(directory.resolve("a.p12"), "test", "secret");
        ssl.setKeyStore(directory.resolve("a.p12").toUri().toString());
        ssl.setKeyStorePassword("secret");
        start();
        assertThat(get(TestCertificates.trusting(identity))).startsWith("https ");
        assertThat(output).contains("Zokor started on port " + server.getPort() + " (https)");
    }

    @Test
    void pem() throws IOException {
        ssl.setCertificate(Files.writeString(directory.resolve("a.crt"), identity.certificatePem()).toUri().toString());
        ssl.setCertificatePrivateKey(
                Files.writeString(directory.resolve("a.key"), identity.keyPem()).toUri().toString());
        start();
        assertThat(get(TestCertificates.trusting(identity))).startsWith("https ");
    }

    @Test
    void jks() throws Exception {
        try (OutputStream out = Files.newOutputStream(directory.resolve("a.jks"))) {
            identity.keyStore("JKS", "test", "secret").store(out, "secret".toCharArray());
        }
        ssl.setKeyStore(directory.resolve("a.jks").toUri().toString());
        ssl.setKeyStorePassword("secret");
        ssl.setKeyStoreType("JKS");
        start();
        assertThat(get(TestCertificates.trusting(identity))).startsWith("https ");
    }

    /** A hardware token has no file: its keys come from a provider. */
    @Test
    void pkcs11() throws IOException {
        TestToken.insert(identity);
        Security.addProvider(TestToken.PROVIDER);
        try {
            ssl.setKeyStoreType("PKCS11");
            ssl.setKeyStoreProvider(TestToken.PROVIDER.getName());
            ssl.setKeyStorePassword("secret");
            start();
            assertThat(certificate("localhost", identity)).isEqualTo(identity.certificate());
        } finally {
            Security.removeProvider(TestToken.PROVIDER.getName());
        }
    }

    @Test
    void theAliasChoosesTheKey() throws Exception {
        Identity other = TestCertificates.selfSigned("two");
        java.security.KeyStore store = identity.keyStore("PKCS12", "one", "secret");
        store.setKeyEntry("two", other.key(), "secret".toCharArray(),
                new java.security.cert.Certificate[] { other.certificate() });
        for (String alias : List.of("one", "two")) {
            bundles.registerBundle(alias,
                    SslBundle.of(SslStoreBundle.of(store, "secret", null), SslBundleKey.of("secret", alias)));
            ssl.setBundle(alias);
            start();
            assertThat(certificate("localhost", identity, other))
                    .isEqualTo((alias.equals("one") ? identity : other).certificate());
            end();
        }
    }

    @Test
    void aMissingAliasIsNamed() {
        identity.writePkcs12(directory.resolve("a.p12"), "test", "secret");
        ssl.setKeyStore(directory.resolve("a.p12").toUri().toString());
        ssl.setKeyStorePassword("secret");
        ssl.setKeyAlias("test-alias-404");
        assertThatExceptionOfType(WebServerException.class).isThrownBy(this::start)
                .withMessageContaining("Keystore does not contain alias 'test-alias-404'")
                .satisfies(e -> assertThat(new TlsSetupFailureAnalyzer().analyze(e).getDescription())
                        .contains("server.ssl", "test-alias-404"));
    }

    @Test
    void aMissingBundleIsToldAsItIs() {
        ssl.setBundle("nobody");
        assertThatExceptionOfType(NoSuchSslBundleException.class).isThrownBy(this::start);
    }

    @Test
    void noMaterialIsToldAsItIs() {
        assertThatIllegalStateException().isThrownBy(this::start)
                .withMessageContaining("SSL is enabled but no trust material is configured");
    }

    @Test
    void aWrongPasswordIsExplained() {
        identity.writePkcs12(directory.resolve("a.p12"), "test", "secret");
        ssl.setKeyStore(directory.resolve("a.p12").toUri().toString());
        ssl.setKeyStorePassword("wrong");
        assertThatExceptionOfType(TlsSetupException.class).isThrownBy(this::start)
                .satisfies(e -> assertThat(new TlsSetupFailureAnalyzer().analyze(e).getDescription())
                        .contains("server.ssl", "password"));
    }

    @Test
    void anUnknownCipherSuiteIsNamed() {
        bundles.registerBundle("a",
                SslBundle.of(SslStoreBundle.of(identity.keyStore("PKCS12", "test", "secret"), "secret",
                        null), SslBundleKey.of("secret"), SslOptions.of(new String[] { "TLS_NO_SUCH" }, null)));
        ssl.setBundle("a");
        assertThatExceptionOfType(TlsSetupException.class).isThrownBy(this::start)
                .withMessageContaining("TLS_NO_SUCH");
    }

    @Test
    void protocolsAreThoseOfTheBundle() {
        bundles.registerBundle("a",
                SslBundle.of(SslStoreBundle.of(identity.keyStore("PKCS12", "test", "secret"), "secret",
                        null), SslBundleKey.of("secret"), SslOptions.of(null, new String[] { "TLSv1.2" })));
        ssl.setBundle("a");
        start();
        try (RawClient client = connect(TestCertificates.trusting(identity))) {
            client.get("/");
            assertThat(((SSLSocket) client.socket()).getSession().getProtocol()).isEqualTo("TLSv1.2");
        }
    }

    @Test
    void neededClientCertificates() {
        Identity client = TestCertificates.selfSigned("client");
        bundles.registerBundle("a", bundle(identity, client));
        ssl.setBundle("a");
        ssl.setClientAuth(Ssl.ClientAuth.NEED);
        start();
        assertThat(get(client.context(identity))).startsWith("https ");
        assertThatExceptionOfType(Throwable.class)
                .isThrownBy(() -> get(TestCertificates.trusting(identity)));
    }

    @Test
    void wantedClientCertificates() {
        Identity client = TestCertificates.selfSigned("client");
        bundles.registerBundle("a", bundle(identity, client));
        ssl.setBundle("a");
        ssl.setClientAuth(Ssl.ClientAuth.WANT);
        start();
        assertThat(get(client.context(identity))).startsWith("https ");
        assertThat(get(TestCertificates.trusting(identity))).startsWith("https ");
    }

    @Test
    void aTrustStoreOfProperties() throws Exception {
        Identity client = TestCertificates.selfSigned("client");
        identity.writePkcs12(directory.resolve("a.p12"), "test", "secret");
        try (OutputStream out = Files.newOutputStream(directory.resolve("t.p12"))) {
            TestCertificates.trustStore(client).store(out, "changeit".toCharArray());
        }
        ssl.setKeyStore(directory.resolve("a.p12").toUri().toString());
        ssl.setKeyStorePassword("secret");
        ssl.setKeyStoreType("PKCS12");
        ssl.setKeyStoreProvider("SUN");
        ssl.setKeyPassword("secret");
        ssl.setTrustStore(directory.resolve("t.p12").toUri().toString());
        ssl.setTrustStorePassword("changeit");
        ssl.setTrustStoreType("PKCS12");
        ssl.setTrustStoreProvider("SUN");
        ssl.setClientAuth(Ssl.ClientAuth.NEED);
        ssl.setProtocol("TLS");
        ssl.setEnabledProtocols(new String[] { "TLSv1.3" });
        ssl.setCiphers(new String[] { "TLS_AES_256_GCM_SHA384" });
        start();
        try (RawClient connection = connect(client.context(identity))) {
            connection.get("/");
            assertThat(((SSLSocket) connection.socket()).getSession().getCipherSuite())
                    .isEqualTo("TLS_AES_256_GCM_SHA384");
        }
    }

    @Test
    void trustInPem() throws IOException {
        Identity client = TestCertificates.selfSigned("client");
        ssl.setCertificate(Files.writeString(directory.resolve("a.crt"), identity.certificatePem()).toUri().toString());
        ssl.setCertificatePrivateKey(
                Files.writeString(directory.resolve("a.key"), identity.keyPem()).toUri().toString());
        ssl.setTrustCertificate(
                Files.writeString(directory.resolve("t.crt"), client.certificatePem()).toUri().toString());
        ssl.setClientAuth(Ssl.ClientAuth.NEED);
        start();
        assertThat(get(client.context(identity))).startsWith("https ");
        assertThatExceptionOfType(Throwable.class).isThrownBy(() -> get(TestCertificates.trusting(identity)));
    }

    @Test
    void disabledTlsIsNoTls() {
        ssl.setEnabled(false);
        ssl.setKeyStore("nowhere.p12");
        start();
        try (RawClient client = RawClient.connect(server.getPort())) {
            assertThat(client.get("/").text()).startsWith("http ");
        }
    }

    @Test
    void bundlesByServerName() throws IOException {
        Identity hello = TestCertificates.selfSigned("two", "hello.example");
        bundles.registerBundle("a", bundle(identity));
        bundles.registerBundle("b", bundle(hello));
        ssl.setBundle("a");
        ssl.setServerNameBundles(List.of(new Ssl.ServerNameSslBundle("hello.example", "b")));
        start();
        assertThat(certificate("localhost", identity, hello)).isEqualTo(identity.certificate());
        assertThat(certificate("hello.example", identity, hello)).isEqualTo(hello.certificate());
    }

    @Test
    void aHostWithOtherTermsThanTheHandshakeIsMisdirected() {
        Identity hello = TestCertificates.selfSigned("two", "hello.example");
        bundles.registerBundle("a", bundle(identity));
        bundles.registerBundle("b", bundle(hello));
        ssl.setBundle("a");
        ssl.setServerNameBundles(List.of(new Ssl.ServerNameSslBundle("hello.example", "b")));
        start();
        try (RawClient client = connect(TestCertificates.trusting(identity))) {
            client.sendHead("GET / HTTP/1.1", "Host: hello.example");
            assertThat(client.readResponse().status()).isEqualTo(421);
        }
    }

    @Test
    void aChangedBundleIsForNewConnectionsAgainAndAgain() throws IOException {
        bundles.registerBundle("a", bundle(identity));
        ssl.setBundle("a");
        start();
        try (RawClient old = connect(TestCertificates.trusting(identity))) {
            old.get("/");
            for (int i = 0; i < 20; i++) {
                Identity next = TestCertificates.selfSigned("next" + i);
                bundles.updateBundle("a", bundle(next));
                assertThat(certificate("localhost", next)).isEqualTo(next.certificate());
            }
            assertThat(old.get("/").status()).isEqualTo(200);
        }
    }

    @Test
    void aChangedBundleOfAServerNameLeavesTheOthers() throws IOException {
        Identity hello = TestCertificates.selfSigned("two", "hello.example");
        bundles.registerBundle("a", bundle(identity));
        bundles.registerBundle("b", bundle(hello));
        ssl.setBundle("a");
        ssl.setServerNameBundles(List.of(new Ssl.ServerNameSslBundle("*.example", "b")));
        start();
        assertThat(certificate("hello.example", hello)).isEqualTo(hello.certificate());
        for (int i = 0; i < 20; i++) {
            Identity next = TestCertificates.selfSigned("next" + i, "hello.example");
            bundles.updateBundle("b", bundle(next));
            assertThat(certificate("hello.example", next)).isEqualTo(next.certificate());
        }
        assertThat(certificate("localhost", identity)).isEqualTo(identity.certificate());
    }

    /** JSSE takes such a key, and then no handshake succeeds. */
    @Test
    void aKeyOfAnotherCertificateIsNotTaken(CapturedOutput output) throws IOException {
        Identity other = TestCertificates.selfSigned("two");
        SslBundle mixed = bundle(new Identity(other.key(), identity.certificate()));
        bundles.registerBundle("a", mixed);
        ssl.setBundle("a");
        assertThatExceptionOfType(TlsSetupException.class).isThrownBy(this::start)
                .withMessage("The private key 'test' does not belong to its certificate");
        bundles.updateBundle("a", bundle(identity));
        start();
        bundles.updateBundle("a", mixed);
        assertThat(certificate("localhost", identity)).isEqualTo(identity.certificate());
        assertThat(output).contains("SSL bundle 'a' has changed but cannot be used; the old one stays in use");
    }

    @Test
    void theBundleOfAListenerIsFollowed(CapturedOutput output) throws IOException {
        Identity second = TestCertificates.selfSigned("two");
        bundles.registerBundle("a", bundle(identity));
        bundles.registerBundle("b", bundle(second));
        ssl.setBundle("a");
        factory.addListeners(new ListenerSettings(0, null, null, "b", false, false));
        start();
        Matcher ports = Pattern.compile("Zokor started on ports \\d+ \\(https\\), (\\d+) \\(https\\)")
                .matcher(output.getOut());
        assertThat(ports.find()).isTrue();
        int port = Integer.parseInt(ports.group(1));
        for (Identity next : List.of(second, TestCertificates.selfSigned("three"), identity)) {
            bundles.updateBundle("b", bundle(next));
            try (RawClient client = RawClient.connectTls(port, TestCertificates.trusting(next), "localhost")) {
                assertThat(client.get("/").text()).startsWith("https ");
            }
        }
    }

    @Test
    void aBrokenBundleLeavesTheOldOneInUse(CapturedOutput output) throws IOException {
        bundles.registerBundle("a", bundle(identity));
        ssl.setBundle("a");
        start();
        bundles.updateBundle("a",
                SslBundle.of(SslStoreBundle.of(identity.keyStore("PKCS12", "test", "secret"), "secret",
                        null), SslBundleKey.of("secret", "gone")));
        assertThat(certificate("localhost", identity)).isEqualTo(identity.certificate());
        assertThat(output).contains("SSL bundle 'a' has changed but cannot be used; the old one stays in use");
        assertThat(server.certificateExpiry()).isEqualTo(identity.certificate().getNotAfter().toInstant());
    }

    @Test
    void aListenerBesideWithABundleOfItsOwnAndOneThatRedirects() {
        Identity second = TestCertificates.selfSigned("two");
        bundles.registerBundle("a", bundle(identity));
        bundles.registerBundle("b", bundle(second));
        ssl.setBundle("a");
        Path socket = directory.resolve("z.sock");
        factory.addListeners(new ListenerSettings(null, null, socket, "b", false, false),
                new ListenerSettings(null, null, directory.resolve("r.sock"), null, true, false));
        start();
        assertThat(get(TestCertificates.trusting(identity))).startsWith("https ");
        try (RawClient client = RawClient
                .connect(java.net.UnixDomainSocketAddress.of(directory.resolve("r.sock")))) {
            client.send("GET /a%20b?c=d HTTP/1.1\r\nHost: example.com:80\r\n\r\n");
            assertThat(client.readResponse()).satisfies(response -> {
                assertThat(response.status()).isEqualTo(308);
                assertThat(response.header("Location"))
                        .contains("https://example.com:" + server.getPort() + "/a%20b?c=d");
            });
        }
        server.stop();
        assertThat(socket).doesNotExist();
    }

    @Test
    void aRedirectWithoutTlsIsRefused() {
        ssl.setEnabled(false);
        factory.addListeners(new ListenerSettings(0, null, null, null, true, false));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(this::start)
                .withMessageContaining("redirect-to-https");
    }
}
