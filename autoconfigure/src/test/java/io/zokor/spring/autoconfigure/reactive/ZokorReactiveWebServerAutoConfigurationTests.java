package io.zokor.spring.autoconfigure.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import io.zokor.spring.boot.ZokorWebServer;

import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jetty.JettyWebServer;
import org.springframework.boot.jetty.autoconfigure.reactive.JettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableReactiveWebApplicationContext;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration;
import org.springframework.boot.tomcat.reactive.TomcatReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.reactive.ReactiveWebServerFactory;
import org.springframework.boot.web.server.reactive.context.AnnotationConfigReactiveWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.reactive.HttpHandler;

/** Which server serves a WebFlux application, with every combination of servers on the class path. */
class ZokorReactiveWebServerAutoConfigurationTests {

    private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner(
            AnnotationConfigReactiveWebServerApplicationContext::new)
            .withConfiguration(AutoConfigurations.of(TomcatReactiveWebServerAutoConfiguration.class,
                    JettyReactiveWebServerAutoConfiguration.class, ZokorReactiveWebServerAutoConfiguration.class))
            .withUserConfiguration(Handler.class).withPropertyValues("server.port=0");

    private static ContextConsumer<AssertableReactiveWebApplicationContext> servedBy(Class<? extends WebServer> type) {
        return context -> {
            assertThat(context).hasNotFailed().hasSingleBean(ReactiveWebServerFactory.class);
            assertThat(((WebServerApplicationContext) context.getSourceApplicationContext()).getWebServer())
                    .isInstanceOf(type);
        };
    }

    @Test
    void zokorAlone() {
        runner.withClassLoader(new FilteredClassLoader(Tomcat.class, Server.class)).run(servedBy(ZokorWebServer.class));
    }

    @Test
    void zokorBesideTomcat() {
        runner.withClassLoader(new FilteredClassLoader(Server.class)).run(servedBy(ZokorWebServer.class));
    }

    @Test
    void zokorBesideJetty() {
        runner.withClassLoader(new FilteredClassLoader(Tomcat.class)).run(servedBy(ZokorWebServer.class));
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
                        .getFailure().rootCause().hasMessageContaining("missing ReactiveWebServerFactory bean"));
    }

    @Test
    void anApplicationsOwnFactoryWins() {
        runner.withUserConfiguration(OwnTomcat.class).run(servedBy(TomcatWebServer.class));
    }

    @Configuration(proxyBeanMethods = false)
    static class Handler {

        @Bean
        HttpHandler handler() {
            return (request, response) -> response.setComplete();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnTomcat {

        @Bean
        TomcatReactiveWebServerFactory own() {
            return new TomcatReactiveWebServerFactory();
        }
    }
}
