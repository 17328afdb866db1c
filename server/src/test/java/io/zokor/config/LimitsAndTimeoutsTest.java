package io.zokor.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The records of configuration: what they refuse, and that the message names the property. */
class LimitsAndTimeoutsTest {

    static Stream<Arguments> boundaries() {
        return Stream.of(number("max-header-bytes", 64, 1 << 30),
                number("max-header-count", 1, 100_000),
                number("max-cookies", 1, 100_000),
                number("max-response-header-bytes", 1024, 1 << 30),
                number("max-request-body", -1, Long.MAX_VALUE),
                number("max-form-size", -1, Long.MAX_VALUE),
                number("max-parameters", 1, 10_000_000),
                number("max-parts", 1, 1_000_000),
                number("max-part-header-size", 64, 1 << 30),
                number("queue-size", 0, 10_000_000),
                number("drain", 0, 1L << 40),
                number("min-rate", 1, 1 << 30));
    }

    private static Arguments number(String property, long min, long max) {
        return Arguments.of(property, min, max);
    }

    private static Limits limits(String property, long value) throws ReflectiveOperationException {
        for (RecordComponent component : Limits.class.getRecordComponents()) {
            if (property(component).equals(property)) {
                return (Limits) with(Limits.defaults(), component,
                        component.getType() == int.class ? (Object) Math.toIntExact(value) : (Object) value);
            }
        }
        throw new AssertionError("no limit " + property);
    }

    @ParameterizedTest
    @MethodSource("boundaries")
    void limitsAreExact(String property, long min, long max) {
        assertThatCode(() -> limits(property, min)).doesNotThrowAnyException();
        assertThatCode(() -> limits(property, max)).doesNotThrowAnyException();
        assertThatIllegalArgumentException().isThrownBy(() -> limits(property, min - 1))
                .withMessageContaining("zokor.limits." + property);
        if (max < Long.MAX_VALUE) {
            assertThatIllegalArgumentException().isThrownBy(() -> limits(property, max + 1))
                    .withMessageContaining("zokor.limits." + property);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, -2 })
    void noConnectionsOrRequestsAtAllIsNoLimit(int value) {
        assertThatIllegalArgumentException().isThrownBy(() -> Limits.defaults().with(v -> v.maxConnections(value)))
                .withMessageContaining("zokor.limits.max-connections");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Limits.defaults().with(v -> v.maxConcurrentRequests(value)))
                .withMessageContaining("zokor.limits.max-concurrent-requests");
    }

    @ParameterizedTest
    @ValueSource(longs = { 0, -1, Long.MIN_VALUE })
    void durationsThatAreNotPositive(long nanos) throws Exception {
        Duration value = Duration.ofNanos(nanos);
        for (RecordComponent component : Timeouts.class.getRecordComponents()) {
            assertThatIllegalArgumentException().isThrownBy(() -> with(Timeouts.defaults(), component, value))
                    .withMessageContaining("zokor.timeouts." + property(component)).withMessageContaining("'off'");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> Limits.defaults().with(v -> v.queueTimeout(value)))
                .withMessageContaining("zokor.limits.queue-timeout");
        assertThatIllegalArgumentException().isThrownBy(() -> Limits.defaults().with(v -> v.drainTimeout(value)))
                .withMessageContaining("zokor.limits.drain-timeout");
    }

    @Test
    void everySetterChangesItsOwnValueAndNoOther() throws Exception {
        for (Class<?> type : List.of(Limits.class, Timeouts.class)) {
            Object defaults = type.getMethod("defaults").invoke(null);
            for (RecordComponent component : type.getRecordComponents()) {
                Object value = component.getType() == Duration.class
                        ? Duration.ofSeconds(4711)
                        : component.getType() == int.class ? (Object) 4711 : (Object) 4711L;
                Object changed = with(defaults, component, value);
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
            Object off = with(Timeouts.defaults(), component, null);
            assertThat(component.getAccessor().invoke(off)).isNull();
        }
    }

    @Test
    void theDefaultsAreTheDocumentedOnes() {
        assertThat(Timeouts.defaults()).isEqualTo(new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(10), null,
                null, Duration.ofSeconds(30), Duration.ofSeconds(75), null));
        assertThat(Limits.defaults()).isEqualTo(new Limits(8192, 100, 200, 16384, -1, 2097152, 1000, 50, 2048, -1, -1,
                0, Duration.ofSeconds(1), -1, 2097152, Duration.ofSeconds(2), 240));
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

    /** A copy of one of the records with another value for one of its components. */
    private static Object with(Object from, RecordComponent component, @Nullable Object value)
            throws ReflectiveOperationException {
        Class<?> type = from.getClass();
        UnaryOperator<Object> change = builder -> {
            try {
                return invoke(builder.getClass().getMethod(component.getName(), component.getType()), builder, value);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        };
        return invoke(type.getMethod("with", UnaryOperator.class), from, change);
    }

    private static Object invoke(Method method, Object target, @Nullable Object value) throws IllegalAccessException {
        try {
            return method.invoke(target, value);
        } catch (java.lang.reflect.InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e);
        }
    }

    @Test
    void everyComponentIsASettingOfItsName() {
        assertThat(Limits.defaults().settings()).extracting(Setting::property).containsExactlyElementsOf(
                Stream.of(Limits.class.getRecordComponents()).map(c -> "zokor.limits." + property(c)).toList());
        assertThat(Timeouts.defaults().settings()).extracting(Setting::property).containsExactlyElementsOf(
                Stream.of(Timeouts.class.getRecordComponents()).map(c -> "zokor.timeouts." + property(c)).toList());
    }

    @Test
    void everySettingShowsItsOwnValue() throws Exception {
        for (RecordComponent component : Limits.class.getRecordComponents()) {
            Object value = component.getType() == Duration.class
                    ? Duration.ofSeconds(4711)
                    : component.getType() == int.class ? (Object) 4711 : (Object) 4711L;
            Limits changed = (Limits) with(Limits.defaults(), component, value);
            assertThat(changed.settings()).filteredOn(setting -> setting.value().startsWith("4711"))
                    .extracting(Setting::property).containsExactly("zokor.limits." + property(component));
        }
    }
}
