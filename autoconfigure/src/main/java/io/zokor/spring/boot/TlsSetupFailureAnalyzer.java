package io.zokor.spring.boot;

import java.util.LinkedHashSet;
import java.util.Set;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what to do where keys or trust cannot be used; stateless. */
final class TlsSetupFailureAnalyzer extends AbstractFailureAnalyzer<TlsSetupException> {

    TlsSetupFailureAnalyzer() {
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, TlsSetupException cause) {
        return new FailureAnalysis(
                "TLS cannot be set up from " + cause.source() + ": " + reasons(cause),
                "Check that the files are there and readable, that the passwords and the alias are right, and that the "
                        + "private key belongs to the certificate.",
                cause);
    }

    /** Boot's exceptions say which file, those of the JDK that cause them say what is wrong with it. */
    private static String reasons(Throwable failure) {
        Set<String> messages = new LinkedHashSet<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null) {
                messages.add(cause.getMessage());
            }
        }
        return String.join("; ", messages);
    }
}
