package io.zokor.spring.autoconfigure;

/** The word for no limit; stateless. In YAML an unquoted {@code off} is the Boolean {@code false} (YAML 1.1), as are its synonyms. */
final class OffWord {

    static final String WORD = "off";

    private OffWord() {
    }

    static boolean matches(String text) {
        return WORD.equalsIgnoreCase(text) || "false".equalsIgnoreCase(text);
    }
}
