package io.zokor.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.security.Key;
import java.security.KeyStore;
import java.security.KeyStoreSpi;
import java.security.Provider;
import java.security.cert.Certificate;
import java.util.Date;
import java.util.Enumeration;
import java.util.concurrent.Callable;

import io.zokor.testing.TestCertificates.Identity;

/** The key store of a token that holds one key. */
public final class TestToken extends KeyStoreSpi {

    static final Provider PROVIDER = new Provider("TestToken", "1", "a token for tests") {

        private static final long serialVersionUID = 1L;
    };

    static {
        PROVIDER.put("KeyStore.PKCS11", TestToken.class.getName());
    }

    private static volatile Identity inserted;

    private final KeyStore keys = inserted.keyStore("PKCS12", "test", "secret");

    /** What the next key stores hold. */
    static void insert(Identity identity) {
        inserted = identity;
    }

    @Override
    public Key engineGetKey(String alias, char[] password) {
        return of(() -> keys.getKey(alias, "secret".toCharArray()));
    }

    private static <T> T of(Callable<T> call) {
        try {
            return call.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Certificate[] engineGetCertificateChain(String alias) {
        return of(() -> keys.getCertificateChain(alias));
    }

    @Override
    public Certificate engineGetCertificate(String alias) {
        return of(() -> keys.getCertificate(alias));
    }

    @Override
    public Date engineGetCreationDate(String alias) {
        return of(() -> keys.getCreationDate(alias));
    }

    @Override
    public Enumeration<String> engineAliases() {
        return of(keys::aliases);
    }

    @Override
    public boolean engineContainsAlias(String alias) {
        return of(() -> keys.containsAlias(alias));
    }

    @Override
    public int engineSize() {
        return of(keys::size);
    }

    @Override
    public boolean engineIsKeyEntry(String alias) {
        return of(() -> keys.isKeyEntry(alias));
    }

    @Override
    public boolean engineIsCertificateEntry(String alias) {
        return of(() -> keys.isCertificateEntry(alias));
    }

    @Override
    public String engineGetCertificateAlias(Certificate certificate) {
        return of(() -> keys.getCertificateAlias(certificate));
    }

    @Override
    public void engineLoad(InputStream in, char[] password) {
        assertThat(in).as("a token has no file").isNull();
    }

    @Override
    public void engineSetKeyEntry(String alias, Key key, char[] password, Certificate[] chain) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void engineSetKeyEntry(String alias, byte[] key, Certificate[] chain) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void engineSetCertificateEntry(String alias, Certificate certificate) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void engineDeleteEntry(String alias) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void engineStore(OutputStream out, char[] password) {
        throw new UnsupportedOperationException();
    }
}
