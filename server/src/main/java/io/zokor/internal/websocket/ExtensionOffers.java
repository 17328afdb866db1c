package io.zokor.internal.websocket;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** What {@code Sec-WebSocket-Extensions} offers (RFC 6455 section 9.1), and what is made of permessage-deflate. Pure functions. */
public final class ExtensionOffers {

    /** The name of the one extension that there is. */
    public static final String DEFLATE = "permessage-deflate";

    private static final int MAX_OFFERS = 100;

    private final String text;

    private int at;

    private ExtensionOffers(String text) {
        this.text = text;
    }

    /**
     * A parameter.
     *
     * @param name its name
     * @param value its value without quotes, or {@code null} for none
     */
    public record Parameter(String name, @Nullable String value) {
    }

    /**
     * An offer.
     *
     * @param name of the extension
     * @param parameters in their order
     */
    public record Offer(String name, List<Parameter> parameters) {
    }

    /**
     * What was agreed.
     *
     * @param windowBits log2 of the server's window
     * @param response value of the response's field
     */
    public record Deflate(int windowBits, String response) {
    }

    /**
     * Takes the fields apart.
     *
     * @param lines values of the fields
     * @return the offers, in the client's order; those beyond a hundred are not looked at
     * @throws IllegalArgumentException if a value does not follow the grammar
     */
    public static List<Offer> parse(List<String> lines) {
        List<Offer> offers = new ArrayList<>();
        for (String line : lines) {
            new ExtensionOffers(line).list(offers);
        }
        return offers;
    }

    /**
     * Chooses the first acceptable offer of permessage-deflate (RFC 7692 section 7.1); those with odd parameters are declined.
     *
     * @param offers the offers
     * @return what is agreed, or {@code null} for no compression
     */
    public static @Nullable Deflate deflate(List<Offer> offers) {
        for (Offer offer : offers) {
            if (offer.name().equals(DEFLATE)) {
                Deflate agreed = accept(offer);
                if (agreed != null) {
                    return agreed;
                }
            }
        }
        return null;
    }

    private static @Nullable Deflate accept(Offer offer) {
        Set<String> seen = new HashSet<>();
        int bits = 15;
        boolean asked = false;
        for (Parameter parameter : offer.parameters()) {
            String value = parameter.value();
            if (!seen.add(parameter.name())) {
                return null;
            }
            switch (parameter.name()) {
                case "server_no_context_takeover", "client_no_context_takeover" -> {
                    if (value != null) {
                        return null;
                    }
                }
                case "client_max_window_bits" -> {
                    if (value != null && bits(value) == 0) {
                        return null;
                    }
                }
                case "server_max_window_bits" -> {
                    bits = value == null ? 0 : bits(value);
                    asked = true;
                    if (bits == 0) {
                        return null;
                    }
                }
                default -> {
                    return null;
                }
            }
        }
        return new Deflate(bits, DEFLATE + "; server_no_context_takeover; client_no_context_takeover"
                + (asked ? "; server_max_window_bits=" + bits : ""));
    }

    /** {@return 8 to 15, or 0 for what is neither} */
    private static int bits(String value) {
        return switch (value) {
            case "8", "9", "10", "11", "12", "13", "14", "15" -> Integer.parseInt(value);
            default -> 0;
        };
    }

    private void list(List<Offer> offers) {
        while (true) {
            blanks();
            if (at == text.length()) {
                return;
            }
            if (text.charAt(at) == ',') {
                at++;
                continue;
            }
            Offer offer = offer();
            if (offers.size() < MAX_OFFERS) {
                offers.add(offer);
            }
            blanks();
            if (at < text.length() && text.charAt(at) != ',') {
                throw malformed();
            }
        }
    }

    private Offer offer() {
        String name = token();
        List<Parameter> parameters = new ArrayList<>();
        blanks();
        while (at < text.length() && text.charAt(at) == ';') {
            at++;
            blanks();
            String parameter = token();
            blanks();
            String value = null;
            if (at < text.length() && text.charAt(at) == '=') {
                at++;
                blanks();
                value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
                blanks();
            }
            parameters.add(new Parameter(parameter.toLowerCase(Locale.ROOT), value));
        }
        return new Offer(name.toLowerCase(Locale.ROOT), List.copyOf(parameters));
    }

    private void blanks() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private String token() {
        int start = at;
        while (at < text.length() && isTokenCharacter(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw malformed();
        }
        return text.substring(start, at);
    }

    /** Section 9.1: what is left without the quotes and backslashes must be a token as well. */
    private String quoted() {
        StringBuilder value = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            if (text.charAt(at) == '\\') {
                at++;
            }
            if (at == text.length() || !isTokenCharacter(text.charAt(at))) {
                throw malformed();
            }
            value.append(text.charAt(at++));
        }
        if (at == text.length() || value.isEmpty()) {
            throw malformed();
        }
        at++;
        return value.toString();
    }

    /** {@return whether a character may stand in a token (RFC 9110 section 5.6.2)} */
    public static boolean isTokenCharacter(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException("malformed Sec-WebSocket-Extensions");
    }
}
