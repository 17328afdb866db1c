package io.zokor.spring.boot;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;

/**
 * Finds keys that do not belong to their certificates, such as those of a renewal of which only one file has arrived yet. JSSE
 * takes them, and then every handshake fails. Stateless.
 */
final class KeyMaterial {

    private static final byte[] SAMPLE = "Zokor".getBytes(StandardCharsets.US_ASCII);

    private KeyMaterial() {
    }

    /**
     * Checks the keys of a bundle that are its own to use.
     *
     * @throws IllegalStateException if one does not belong to its certificate, or the key store cannot be read
     */
    static void check(SslBundle bundle) {
        KeyStore keyStore = bundle.getStores().getKeyStore();
        if (keyStore == null) {
            return;
        }
        String password = bundle.getKey().getPassword();
        if (password == null) {
            password = bundle.getStores().getKeyStorePassword();
        }
        try {
            String chosen = bundle.getKey().getAlias();
            List<String> aliases = chosen == null ? Collections.list(keyStore.aliases()) : List.of(chosen);
            for (String alias : aliases) {
                Certificate certificate = keyStore.getCertificate(alias);
                if (keyStore.isKeyEntry(alias) && certificate != null
                        && !belongs(key(keyStore, alias, password), certificate.getPublicKey())) {
                    throw new IllegalStateException(
                            "The private key '" + alias + "' does not belong to its certificate");
                }
            }
        } catch (KeyStoreException e) {
            throw new IllegalStateException("The key store cannot be read", e);
        }
    }

    /** {@return the key, or {@code null} where it cannot be had: JSSE, which needs it, says why} */
    private static @Nullable Key key(KeyStore keyStore, String alias, @Nullable String password)
            throws KeyStoreException {
        try {
            return keyStore.getKey(alias, password == null ? null : password.toCharArray());
        } catch (UnrecoverableKeyException | NoSuchAlgorithmException e) {
            return null;
        }
    }

    /** Keys that stay in their hardware, and those of an unknown kind, are believed. */
    private static boolean belongs(@Nullable Key key, PublicKey certified) {
        if (!(key instanceof PrivateKey own) || own.getEncoded() == null) {
            return true;
        }
        String algorithm = switch (own.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
            default -> null;
        };
        return algorithm == null || verifies(algorithm, own, certified);
    }

    private static boolean verifies(String algorithm, PrivateKey own, PublicKey certified) {
        Signature signature;
        byte[] signed;
        try {
            signature = Signature.getInstance(algorithm);
            signature.initSign(own);
            signature.update(SAMPLE);
            signed = signature.sign();
        } catch (GeneralSecurityException e) {
            // A key that cannot sign so may still serve in another way.
            return true;
        }
        try {
            signature.initVerify(certified);
            signature.update(SAMPLE);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException e) {
            // A key of another kind, or of another size.
            return false;
        }
    }
}
