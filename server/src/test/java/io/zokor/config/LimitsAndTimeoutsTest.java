package io.zokor.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The records of configuration: what they refuse, and that the message names the property. */
class LimitsAndTimeoutsTest {

    static Stream<Arguments> boundaries() {
        return Stream.of(number("max-header-bytes", 64, 1 << 30, Limits.defaults()::withMaxHeaderBytes),
                number("max-header-count", 1, 100_000, v -> Limits.defaults().withMaxHeaderCount(v.intValue())),
                number("max-cookies", 1, 100_000, v -> Limits.defaults().withMaxCookies(v.intValue())),
                number("max-response-header-bytes", 1024, 1 << 30, Limits.defaults()::withMaxResponseHeaderBytes),
                number("max-request-body", -1, Long.MAX_VALUE, Limits.defaults()::withMaxRequestBody),
                number("max-form-size", -1, Long.MAX_VALUE, Limits.defaults()::withMaxFormSize),
                number("max-parameters", 1, 10_000_000, v -> Limits.defaults().withMaxParameters(v.intValue())),
                number("max-parts", 1, 1_000_000, v -> Limits.defaults().withMaxParts(v.intValue())),
                number("max-part-header-size", 64, 1 << 30, Limits.defaults()::withMaxPartHeaderSize),
                number("queue-size", 0, 10_000_000, v -> Limits.defaults().withQueueSize(v.intValue())),
                number("drain", 0, 1L << 40, Limits.defaults()::withDrain),
                number("min-rate", 1, 1 << 30, v -> Limits.defaults().withMinRate(v.intValue())));
    }

    private static Arguments number(String property, long min, long max, Function<Long, Limits> with) {
        return Arguments.of(property, min, max, with);
    }

    @ParameterizedTest
    @MethodSource("boundaries")
    void limitsAreExact(String property, long min, long max, Function<Long, Limits> with) {
        assertThatCode(() -> with.apply(min)).doesNotThrowAnyException();
        assertThatCode(() -> with.apply(max)).doesNotThrowAnyException();
        assertThatIllegalArgumentException().isThrownBy(() -> with.apply(min - 1))
                .withMessageContaining("zokor.limits." + property);
        if (max < Long.MAX_VALUE) {
            assertThatIllegalArgumentException().isThrownBy(() -> with.apply(max + 1))
                    .withMessageContaining("zokor.limits." + property);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, -2 })
    void noConnectionsOrRequestsAtAllIsNoLimit(int value) {
        assertThatIllegalArgumentException().isThrownBy(() -> Limits.defaults().withMaxConnections(value))
                .withMessageContaining("zokor.limits.max-connections");
        assertThatIllegalArgumentException().isThrownBy(() -> Limits.defaults().withMaxConcurrentRequests(value))
                .withMessageContaining("zokor.limits.max-concurrent-requests");
    }

    @ParameterizedTest
    @ValueSource(longs = { 0, -1, Long.MIN_VALUE })
    void durationsThatAreNotPositive(long nanos) throws Exception {
        Duration value = Duration.ofNanos(nanos);
        for (RecordComponent component : Timeouts.class.getRecordComponents()) {
            Method with = wither(Timeouts.class, component);
            assertThatIllegalArgumentException().isThrownBy(() -> invoke(with, Timeouts.defaults(), value))
                    .withMessageContaining("zokor.timeouts." + property(component)).withMessageContaining("'off'");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> Limits.defaults().withQueueTimeout(value))
                .withMessageContaining("zokor.limits.queue-timeout");
        assertThatIllegalArgumentException().isThrownBy(() -> Limits.defaults().withDrainTimeout(value))
                .withMessageContaining("zokor.limits.drain-timeout");
    }

    @Test
    void everyWitherChangesItsOwnValueAndNoOther() throws Exception {
        for (Class<?> type : List.of(Limits.class, Timeouts.class)) {
            Object defaults = type.getMethod("defaults").invoke(null);
            for (RecordComponent component : type.getRecordComponents()) {
                Object value = component.getType() == Duration.class
                        ? Duration.ofSeconds(4711)
                        : component.getType() == int.class ? (Object) 4711 : (Object) 4711L;
                Object changed = invoke(wither(type, component), defaults, value);
                for (RecordComponent other : type.getRecordComponents()) {
                    Object expected = other.getName().equals(component.getName())
                            ? value
                            : other.getAccessor().invoke(defaults);
                    assertThat(other.getAccessor().invoke(changed)).as("%s after %s", other, component)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void offIsAllowedForEveryTimeout() throws Exception {
        for (RecordComponent component : Timeouts.class.getRecordComponents()) {
            Object off = invoke(wither(Timeouts.class, component), Timeouts.defaults(), null);
            assertThat(component.getAccessor().invoke(off)).isNull();
        }
    }

    @Test
    void theDefaultsAreTheDocumentedOnes() {
        assertThat(Timeouts.defaults()).isEqualTo(new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(10), null,
                null, Duration.ofSeconds(30), Duration.ofSeconds(75), null));
        assertThat(Limits.defaults()).isEqualTo(new Limits(8192, 100, 200, 16384, -1, 2097152, 1000, 50, 2048, -1, -1,
                0, Duration.ofSeconds(1), 2097152, Duration.ofSeconds(2), 240));
        assertThat(ServerConfig.defaults().backlog()).isEqualTo(1024);
        assertThat(ServerConfig.defaults().serverHeader()).isNull();
        assertThat(ServerConfig.defaults().compression().enabled()).isFalse();
    }

    @Test
    void serverConfigRefusesWhatCannotBe() {
        assertThatIllegalArgumentException().isThrownBy(() -> ServerConfig.builder().name(" ").build());
        assertThatIllegalArgumentException().isThrownBy(() -> ServerConfig.builder().backlog(0).build())
                .withMessageContaining("zokor.backlog");
        assertThatIllegalArgumentException().isThrownBy(() -> ServerConfig.builder().serverHeader("a\r\nb").build())
                .withMessageContaining("server.server-header");
        assertThatIllegalArgumentException().isThrownBy(() -> ServerConfig.builder().serverHeader("\u00e4").build());
        assertThat(ServerConfig.builder().serverHeader("").build().serverHeader()).isEmpty();
    }

    private static String property(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static Method wither(Class<?> type, RecordComponent component) throws NoSuchMethodException {
        String name = component.getName();
        return type.getMethod("with" + Character.toUpperCase(name.charAt(0)) + name.substring(1), component.getType());
    }

    private static Object invoke(Method method, Object target, Object value) throws IllegalAccessException {
        try {
            return method.invoke(target, value);
        } catch (java.lang.reflect.InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e);
        }
    }
}
