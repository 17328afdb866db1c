package io.zokor.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import io.zokor.config.Limits;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.NestedExceptionUtils;

/** The properties as they come from real files. */
class ZokorPropertiesTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withUserConfiguration(ZokorWebServerConfiguration.class);

    private ApplicationContextRunner with(String file) {
        return runner.withInitializer(new ConfigDataApplicationContextInitializer())
                .withPropertyValues("spring.config.location=classpath:/io/zokor/spring/autoconfigure/" + file);
    }

    @Test
    void defaultsAreThoseOfTheServer() {
        runner.run(context -> {
            ZokorProperties properties = context.getBean(ZokorProperties.class);
            assertThat(properties.enabled()).isTrue();
            assertThat(properties.backlog()).isEqualTo(io.zokor.config.ServerConfig.defaults().backlog());
            assertThat(properties.timeouts().toTimeouts()).isEqualTo(io.zokor.config.Timeouts.defaults());
            assertThat(properties.limits().toLimits(Limits.defaults().maxHeaderBytes())).isEqualTo(Limits.defaults());
            assertThat(properties.shutdown().drainDelay()).isZero();
            assertThat(properties.uri().encodedSlash()).isEqualTo(ZokorProperties.EncodedSlash.REJECT);
        });
    }

    @Test
    void offUnquotedInYaml() {
        with("off-unquoted.yml").run(context -> {
            io.zokor.config.Timeouts timeouts = context.getBean(ZokorProperties.class).timeouts().toTimeouts();
            Limits limits = context.getBean(ZokorProperties.class).limits().toLimits(8192);
            assertThat(timeouts).isEqualTo(new io.zokor.config.Timeouts(Duration.ofSeconds(5), null, null,
                    Duration.ofMillis(1500), null, Duration.ofMinutes(2), null));
            assertThat(limits.maxRequestBody()).isEqualTo(Limits.OFF);
            assertThat(limits.maxFormSize()).isEqualTo(100 * 1024);
            assertThat(limits.maxConnections()).isEqualTo((int) Limits.OFF);
            assertThat(limits.maxConcurrentRequests()).isEqualTo((int) Limits.OFF);
            assertThat(limits.queueSize()).isEqualTo(7);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = { "off-quoted.yml", "off.properties" })
    void offQuotedAndInPropertiesFiles(String file) {
        with(file).run(context -> {
            io.zokor.config.Timeouts timeouts = context.getBean(ZokorProperties.class).timeouts().toTimeouts();
            Limits limits = context.getBean(ZokorProperties.class).limits().toLimits(8192);
            assertThat(timeouts.readHeader()).isNull();
            assertThat(timeouts.stall()).isNull();
            assertThat(timeouts.idle()).isNull();
            assertThat(limits.maxFormSize()).isEqualTo(Limits.OFF);
            assertThat(limits.maxConnections()).isEqualTo((int) Limits.OFF);
        });
    }

    @ParameterizedTest
    @CsvSource({ "zokor.timeouts.idle=0, must be positive", "zokor.timeouts.idle=0s, must be positive",
        "zokor.timeouts.idle=-1s, must be positive", "zokor.timeouts.idle=-1, must be positive",
        "zokor.timeouts.idle=PT0S, must be positive", "zokor.timeouts.idle=on, is a duration such as 10s",
        "zokor.timeouts.idle=soon, is a duration such as 10s", "zokor.limits.max-form-size=-1, write off",
        "zokor.limits.max-form-size=big, is a size such as 10MB", "zokor.limits.max-connections=0, write off",
        "zokor.limits.max-connections=-1, write off", "zokor.limits.max-connections=many, is a whole number",
        "zokor.limits.max-per-client=0, write off",
        "zokor.limits.max-parameters=0, zokor.limits.max-parameters",
        "zokor.limits.max-header-bytes=1B, zokor.limits.max-header-bytes",
        "zokor.limits.queue-timeout=0s, zokor.limits.queue-timeout",
        "zokor.limits.min-rate=100GB, zokor.limits.min-rate", "zokor.backlog=0, zokor.backlog",
        "zokor.shutdown.drain-delay=-1s, zokor.shutdown.drain-delay",
        "zokor.trusted-proxies=10.0.0.1/8, zokor.trusted-proxies",
        "zokor.http2.max-streams=0, zokor.http2.max-streams",
        "zokor.http2.max-stream-window=1KB, zokor.http2.max-stream-window",
        "zokor.http2.ping-interval=0s, must be positive",
        "zokor.listeners[0].redirect-to-https=true, either a port or a unix-socket" })
    void whatMakesNoSenseIsRefusedWithItsPropertyAndTheReason(String property, String reason) {
        runner.withPropertyValues(property).run(context -> {
            assertThat(context).hasFailed();
            String name = property.substring(0, property.indexOf('=')).replaceAll("\\[.*", "");
            assertThat(context.getStartupFailure()).hasStackTraceContaining(name);
            assertThat(NestedExceptionUtils.getRootCause(context.getStartupFailure())).satisfiesAnyOf(
                    root -> assertThat(root).hasMessageContaining(reason),
                    root -> assertThat(context.getStartupFailure()).hasStackTraceContaining(reason));
        });
    }

    @Test
    void http2IsBound() {
        runner.run(context -> assertThat(context.getBean(ZokorProperties.class).http2().toHttp2())
                .isEqualTo(io.zokor.config.Http2.defaults()));
        runner.withPropertyValues("zokor.http2.max-streams=7", "zokor.http2.max-stream-window=2MB",
                "zokor.http2.ping-interval=30s", "zokor.http2.any-scheme=true")
                .run(context -> assertThat(context.getBean(ZokorProperties.class).http2().toHttp2())
                        .isEqualTo(new io.zokor.config.Http2(false, 7, 2 << 20, Duration.ofSeconds(30), true)));
    }

    @Test
    void listenersAreBound() {
        runner.withPropertyValues("zokor.listeners[0].port=0", "zokor.listeners[0].proxy-protocol=required",
                "zokor.listeners[1].unix-socket=/run/zokor.sock").run(context -> {
                    ZokorProperties properties = context.getBean(ZokorProperties.class);
                    assertThat(properties.listeners()).hasSize(2);
                    assertThat(properties.listeners().get(0).toSettings().proxyProtocol()).isTrue();
                    assertThat(properties.listeners().get(1).toSettings().unixSocket()).hasToString("/run/zokor.sock");
                });
    }
}
