package io.zokor.testing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.jspecify.annotations.Nullable;

/**
 * Self-signed certificates and what is made of them, generated when a test runs, so that no key is kept anywhere. The
 * certificate is written in DER by hand (RFC 5280 section 4.1): the JDK has no public API for that, and {@code keytool} would
 * cost a process for each. Stateless.
 */
public final class TestCertificates {

    private static final byte[] ECDSA_WITH_SHA256 = der(0x30,
            der(0x06, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));

    private static final byte[] COMMON_NAME = der(0x06, 0x55, 0x04, 0x03);

    private static final byte[] SUBJECT_ALTERNATIVE_NAME = der(0x06, 0x55, 0x1d, 0x11);

    private static final DateTimeFormatter UTC_TIME = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'")
            .withZone(ZoneOffset.UTC);

    private TestCertificates() {
    }

    /**
     * A key and its self-signed certificate.
     *
     * @param key the private key, of the elliptic curve secp256r1
     * @param certificate the certificate
     */
    public record Identity(PrivateKey key, X509Certificate certificate) {

        /** {@return the certificate in PEM} */
        public String certificatePem() {
            return pem("CERTIFICATE", encoded(certificate));
        }

        /** {@return the private key in PEM, PKCS #8} */
        public String keyPem() {
            return pem("PRIVATE KEY", key.getEncoded());
        }

        /**
         * A key store with the one entry.
         *
         * @param type {@code PKCS12} or {@code JKS}
         * @param alias name of the entry
         * @param password of store and key
         * @return the key store
         */
        public KeyStore keyStore(String type, String alias, String password) {
            try {
                KeyStore store = KeyStore.getInstance(type);
                store.load(null, null);
                store.setKeyEntry(alias, key, password.toCharArray(), new Certificate[] { certificate });
                return store;
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException(e);
            }
        }

        /**
         * Writes a PKCS #12 file with the one entry.
         *
         * @param file where to
         * @param alias name of the entry
         * @param password of file and key
         */
        public void writePkcs12(Path file, String alias, String password) {
            try (OutputStream out = Files.newOutputStream(file)) {
                keyStore("PKCS12", alias, password).store(out, password.toCharArray());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /**
         * A context that has this identity and trusts others.
         *
         * @param trusted whose certificates are trusted
         * @return the context, for either side
         */
        public SSLContext context(Identity... trusted) {
            return TestCertificates.context(keyStore("PKCS12", "test", "secret"), trusted);
        }
    }

    /**
     * Generates an identity, valid since yesterday and for a year.
     *
     * @param commonName its name
     * @param alternatives DNS names and IP addresses that it is valid for beside {@code localhost} and {@code 127.0.0.1}
     * @return the identity, with a random serial number
     */
    public static Identity selfSigned(String commonName, String... alternatives) {
        Instant now = Instant.now();
        return selfSigned(commonName, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(365)), alternatives);
    }

    /**
     * Generates an identity.
     *
     * @param commonName its name
     * @param notBefore since when it is valid
     * @param notAfter until when it is valid
     * @param alternatives DNS names and IP addresses that it is valid for beside {@code localhost} and {@code 127.0.0.1}
     * @return the identity, with a random serial number
     */
    public static Identity selfSigned(String commonName, Instant notBefore, Instant notAfter, String... alternatives) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            byte[] name = der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0c, utf8(commonName)))));
            byte[] validity = der(0x30, der(0x17, utf8(UTC_TIME.format(notBefore))),
                    der(0x17, utf8(UTC_TIME.format(notAfter))));
            ByteArrayOutputStream names = new ByteArrayOutputStream();
            names.writeBytes(generalName("localhost"));
            names.writeBytes(generalName("127.0.0.1"));
            for (String alternative : alternatives) {
                names.writeBytes(generalName(alternative));
            }
            byte[] extensions = der(0xa3,
                    der(0x30, der(0x30, SUBJECT_ALTERNATIVE_NAME, der(0x04, der(0x30, names.toByteArray())))));
            byte[] serial = der(0x02, new BigInteger(63, new SecureRandom()).add(BigInteger.ONE).toByteArray());
            byte[] body = der(0x30, der(0xa0, der(0x02, 2)), serial, ECDSA_WITH_SHA256, name, validity, name,
                    keys.getPublic().getEncoded(), extensions);
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(body);
            byte[] certificate = der(0x30, body, ECDSA_WITH_SHA256, der(0x03, new byte[] { 0 }, signature.sign()));
            return new Identity(keys.getPrivate(), (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(certificate)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A client's context without an identity.
     *
     * @param trusted whose certificates are trusted
     * @return the context
     */
    public static SSLContext trusting(Identity... trusted) {
        return context(null, trusted);
    }

    /**
     * A key store with certificates only.
     *
     * @param trusted whose certificates
     * @return the key store
     */
    public static KeyStore trustStore(Identity... trusted) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < trusted.length; i++) {
                store.setCertificateEntry("trusted" + i, trusted[i].certificate());
            }
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext context(@Nullable KeyStore keys, Identity... trusted) {
        try {
            KeyManagerFactory keyManagers = null;
            if (keys != null) {
                keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                keyManagers.init(keys, "secret".toCharArray());
            }
            TrustManagerFactory trustManagers = TrustManagerFactory
                    .getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trustManagers.init(trustStore(trusted));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers == null ? null : keyManagers.getKeyManagers(),
                    trusted.length == 0 ? null : trustManagers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] generalName(String name) {
        if (name.indexOf(':') >= 0 || name.chars().allMatch(c -> c >= '0' && c <= '9' || c == '.')) {
            return der(0x87, InetAddress.ofLiteral(name).getAddress());
        }
        return der(0x82, utf8(name));
    }

    private static String pem(String what, byte[] content) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(content) + "\n-----END " + what
                + "-----\n";
    }

    private static byte[] encoded(Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] der(int tag, int... content) {
        byte[] bytes = new byte[content.length];
        for (int i = 0; i < content.length; i++) {
            bytes[i] = (byte) content[i];
        }
        return der(tag, bytes);
    }

    private static byte[] der(int tag, byte[]... contents) {
        int length = List.of(contents).stream().mapToInt(content -> content.length).sum();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length >= 0x100) {
            out.write(0x82);
            out.write(length >> 8);
        } else if (length >= 0x80) {
            out.write(0x81);
        }
        out.write(length);
        for (byte[] content : contents) {
            out.writeBytes(content);
        }
        return out.toByteArray();
    }
}
