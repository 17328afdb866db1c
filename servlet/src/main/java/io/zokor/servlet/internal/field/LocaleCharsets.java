package io.zokor.servlet.internal.field;

import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Chooses the character encoding of a locale: what the application configured, and otherwise the encoding that was usual for
 * its language when the specification left the choice to the container (Servlet 6.1 section 5.6). Immutable.
 */
public final class LocaleCharsets {

    private static final Map<String, String> USUAL = Map.ofEntries(Map.entry("ar", "ISO-8859-6"),
            Map.entry("be", "ISO-8859-5"), Map.entry("bg", "ISO-8859-5"), Map.entry("ca", "ISO-8859-1"),
            Map.entry("cs", "ISO-8859-2"), Map.entry("da", "ISO-8859-1"), Map.entry("de", "ISO-8859-1"),
            Map.entry("el", "ISO-8859-7"), Map.entry("en", "ISO-8859-1"), Map.entry("es", "ISO-8859-1"),
            Map.entry("et", "ISO-8859-1"), Map.entry("fi", "ISO-8859-1"), Map.entry("fr", "ISO-8859-1"),
            Map.entry("hr", "ISO-8859-2"), Map.entry("hu", "ISO-8859-2"), Map.entry("is", "ISO-8859-1"),
            Map.entry("it", "ISO-8859-1"), Map.entry("iw", "ISO-8859-8"), Map.entry("he", "ISO-8859-8"),
            Map.entry("ja", "Shift_JIS"), Map.entry("ko", "EUC-KR"), Map.entry("lt", "ISO-8859-13"),
            Map.entry("lv", "ISO-8859-13"), Map.entry("mk", "ISO-8859-5"), Map.entry("nl", "ISO-8859-1"),
            Map.entry("no", "ISO-8859-1"), Map.entry("pl", "ISO-8859-2"), Map.entry("pt", "ISO-8859-1"),
            Map.entry("ro", "ISO-8859-2"), Map.entry("ru", "ISO-8859-5"), Map.entry("sk", "ISO-8859-2"),
            Map.entry("sl", "ISO-8859-2"), Map.entry("sq", "ISO-8859-2"), Map.entry("sr", "ISO-8859-5"),
            Map.entry("sv", "ISO-8859-1"), Map.entry("tr", "ISO-8859-9"), Map.entry("uk", "ISO-8859-5"),
            Map.entry("zh", "GB2312"), Map.entry("zh_TW", "Big5"));

    private final Map<Locale, Charset> configured;

    private final Map<String, String> usual;

    public LocaleCharsets(Map<Locale, Charset> configured, boolean usual) {
        this.configured = Map.copyOf(configured);
        this.usual = usual ? USUAL : Map.of();
    }

    @Nullable
    public String charsetOf(Locale locale) {
        Charset charset = configured.get(locale);
        if (charset == null) {
            charset = configured.get(Locale.of(locale.getLanguage(), locale.getCountry()));
        }
        if (charset == null) {
            charset = configured.get(Locale.of(locale.getLanguage()));
        }
        if (charset != null) {
            return charset.name();
        }
        String ofCountry = usual.get(locale.getLanguage() + "_" + locale.getCountry());
        return ofCountry != null ? ofCountry : usual.get(locale.getLanguage());
    }
}
