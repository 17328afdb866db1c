package io.zokor.spring.autoconfigure.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.zokor.spring.autoconfigure.ZokorProperties;
import io.zokor.spring.autoconfigure.actuate.ZokorServletManagementContextAutoConfiguration;
import io.zokor.spring.autoconfigure.metrics.ZokorMetricsAutoConfiguration;
import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.spring.boot.servlet.ZokorServletWebServerFactory;

import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jetty.JettyWebServer;
import org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.servlet.ServletWebServerFactory;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Which server serves, with every combination of servers on the class path. */
@ExtendWith(OutputCaptureExtension.class)
class ZokorServletWebServerAutoConfigurationTests {

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner(
            AnnotationConfigServletWebServerApplicationContext::new)
            .withConfiguration(AutoConfigurations.of(TomcatServletWebServerAutoConfiguration.class,
                    JettyServletWebServerAutoConfiguration.class, ZokorServletWebServerAutoConfiguration.class,
                    ZokorServletManagementContextAutoConfiguration.class))
            .withPropertyValues("server.port=0");

    private static ContextConsumer<AssertableWebApplicationContext> servedBy(Class<? extends WebServer> type) {
        return context -> {
            assertThat(context).hasNotFailed().hasSingleBean(ServletWebServerFactory.class);
            assertThat(((WebServerApplicationContext) context.getSourceApplicationContext()).getWebServer())
                    .isInstanceOf(type);
        };
    }

    @Test
    void zokorAlone() {
        runner.withClassLoader(new FilteredClassLoader(Tomcat.class, Server.class)).run(servedBy(ZokorWebServer.class));
    }

    @Test
    void withoutActuatorAndMicrometer() {
        new WebApplicationContextRunner(AnnotationConfigServletWebServerApplicationContext::new)
                .withConfiguration(AutoConfigurations.of(ZokorServletWebServerAutoConfiguration.class,
                        ZokorMetricsAutoConfiguration.class))
                .withPropertyValues("server.port=0")
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate", "io.micrometer",
                        "org.apache.catalina", "org.eclipse.jetty"))
                .run(servedBy(ZokorWebServer.class));
    }

    @Test
    void zokorBesideTomcat(CapturedOutput output) {
        runner.withClassLoader(new FilteredClassLoader(Server.class)).run(servedBy(ZokorWebServer.class));
        assertThat(output).containsOnlyOnce("although Tomcat is on the class path");
    }

    @Test
    void zokorBesideJetty(CapturedOutput output) {
        runner.withClassLoader(new FilteredClassLoader(Tomcat.class)).run(servedBy(ZokorWebServer.class));
        assertThat(output).containsOnlyOnce("although Jetty is on the class path");
    }

    @Test
    void zokorBesideBoth() {
        runner.run(servedBy(ZokorWebServer.class));
    }

    @Test
    void disabledBesideTomcat() {
        runner.withClassLoader(new FilteredClassLoader(Server.class)).withPropertyValues("zokor.enabled=false")
                .run(servedBy(TomcatWebServer.class));
    }

    @Test
    void disabledBesideJetty() {
        runner.withClassLoader(new FilteredClassLoader(Tomcat.class)).withPropertyValues("zokor.enabled=false")
                .run(servedBy(JettyWebServer.class));
    }

    @Test
    void disabledAlone() {
        runner.withClassLoader(new FilteredClassLoader(Tomcat.class, Server.class))
                .withPropertyValues("zokor.enabled=false").run(context -> assertThat(context).hasFailed()
                        .getFailure().rootCause().hasMessageContaining("missing ServletWebServerFactory bean"));
    }

    /** In a war in somebody else's container, nothing of ours may configure anything. */
    @Test
    void nothingIsConfiguredInAWarDeployment() {
        new WebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ZokorServletWebServerAutoConfiguration.class))
                .run(context -> assertThat(context).hasNotFailed()
                        .doesNotHaveBean("zokorWebServerFactoryCustomizer")
                        .doesNotHaveBean(ZokorProperties.class));
    }

    @Test
    void anApplicationsOwnZokorFactoryWins() {
        runner.withUserConfiguration(OwnZokor.class).run(context -> {
            servedBy(ZokorWebServer.class).accept(context);
            assertThat(context).doesNotHaveBean("zokorServletWebServerFactory").hasBean("own");
        });
    }

    @Test
    void anApplicationsOwnTomcatFactoryWins() {
        runner.withUserConfiguration(OwnTomcat.class).run(servedBy(TomcatWebServer.class));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnZokor {

        @Bean
        ZokorServletWebServerFactory own() {
            return new ZokorServletWebServerFactory();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnTomcat {

        @Bean
        TomcatServletWebServerFactory own() {
            return new TomcatServletWebServerFactory();
        }
    }
}
