package io.zokor.spring.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import io.zokor.spring.autoconfigure.servlet.ZokorServletWebServerAutoConfiguration;
import io.zokor.spring.boot.ZokorServerCustomizer;
import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.testing.RawClient;

import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jetty.autoconfigure.actuate.web.server.JettyServletManagementContextAutoConfiguration;
import org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.actuate.web.ServletManagementContextAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatServletManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.env.MockEnvironment;

/** Who serves Actuator on its own port, with every combination of servers on the class path. */
class ZokorServletManagementContextAutoConfigurationTests {

    private final Servers servers = new Servers();

    private WebApplicationContextRunner runner(Class<?>... others) {
        return new WebApplicationContextRunner(AnnotationConfigServletWebServerApplicationContext::new)
                .withConfiguration(AutoConfigurations.of(ManagementContextAutoConfiguration.class,
                        ServletManagementContextAutoConfiguration.class, WebEndpointAutoConfiguration.class,
                        EndpointAutoConfiguration.class, ZokorServletWebServerAutoConfiguration.class,
                        ZokorServletManagementContextAutoConfiguration.class))
                .withConfiguration(AutoConfigurations.of(others))
                .withInitializer(context -> context.addApplicationListener(servers))
                .withPropertyValues("server.port=0", "management.server.port=0");
    }

    private static final class Servers implements ApplicationListener<WebServerInitializedEvent> {

        final List<WebServer> started = new ArrayList<>();

        @Override
        public void onApplicationEvent(WebServerInitializedEvent event) {
            started.add(event.getWebServer());
        }
    }

    private void areBothZokors() {
        assertThat(servers.started).hasSize(2).allSatisfy(server -> {
            assertThat(server).isInstanceOf(ZokorWebServer.class);
            try (RawClient client = RawClient.connect(server.getPort())) {
                assertThat(client.get("/").status()).isEqualTo(404);
            }
        });
        assertThat(servers.started).extracting(server -> ((ZokorWebServer) server).name()).containsExactly("main",
                "management");
    }

    @Test
    void zokorAlone() {
        runner().withClassLoader(new FilteredClassLoader(Tomcat.class, Server.class)).run(context -> areBothZokors());
    }

    @Test
    void besideTomcat() {
        runner(TomcatServletWebServerAutoConfiguration.class, TomcatServletManagementContextAutoConfiguration.class)
                .withClassLoader(new FilteredClassLoader(Server.class)).run(context -> areBothZokors());
    }

    @Test
    void besideJetty() {
        runner(JettyServletWebServerAutoConfiguration.class, JettyServletManagementContextAutoConfiguration.class)
                .withClassLoader(new FilteredClassLoader(Tomcat.class)).run(context -> areBothZokors());
    }

    @Test
    void besideBothTheClashingOnesAreLeftOut() {
        ManagementContextImportFilter filter = new ManagementContextImportFilter();
        String[] candidates = { TomcatServletManagementContextAutoConfiguration.class.getName(), "other",
            JettyServletManagementContextAutoConfiguration.class.getName() };
        filter.setEnvironment(new MockEnvironment());
        assertThat(filter.match(candidates, null)).containsExactly(false, true, false);
        assertThat(filter.match(new String[] { candidates[0] }, null)).containsExactly(true);
        assertThat(filter.match(new String[] { ServletManagementContextAutoConfiguration.class.getName(),
            "org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatReactiveManagementContextAutoConfiguration",
            "org.springframework.boot.reactor.netty.autoconfigure.actuate.web.server.NettyReactiveManagementContextAutoConfiguration" },
                null)).containsExactly(true, false, false);
        filter.setEnvironment(new MockEnvironment().withProperty("zokor.enabled", "false"));
        assertThat(filter.match(candidates, null)).containsExactly(true, true, true);
    }

    @Test
    void tomcatServesBothWhereTheApplicationSaysSo() {
        runner(TomcatServletWebServerAutoConfiguration.class, TomcatServletManagementContextAutoConfiguration.class)
                .withUserConfiguration(OwnTomcat.class)
                .run(context -> assertThat(servers.started).hasSize(2).hasOnlyElementsOfType(TomcatWebServer.class));
    }

    @Test
    void tomcatServesBothWhereZokorIsDisabled() {
        runner(TomcatServletWebServerAutoConfiguration.class, TomcatServletManagementContextAutoConfiguration.class)
                .withPropertyValues("zokor.enabled=false")
                .run(context -> assertThat(servers.started).hasSize(2).hasOnlyElementsOfType(TomcatWebServer.class));
    }

    @Test
    void theLimitsAndListenersOfTheApplicationAreNotForManagement() {
        runner().withPropertyValues("zokor.limits.max-header-bytes=100B", "zokor.listeners[0].port=0",
                "server.max-http-request-header-size=9KB", "zokor.timeouts.idle=5s",
                "zokor.timeouts.request=6s").run(context -> {
                    ZokorWebServer main = (ZokorWebServer) servers.started.get(0);
                    ZokorWebServer management = (ZokorWebServer) servers.started.get(1);
                    assertThat(main.server().limits().maxHeaderBytes()).isEqualTo(100);
                    assertThat(management.server().limits().maxHeaderBytes()).isEqualTo(9 * 1024);
                    assertThat(management.server().config().timeouts().idle()).hasSeconds(5);
                    assertThat(main.server().config().timeouts().request()).hasSeconds(6);
                    assertThat(management.server().config().timeouts().request()).isNull();
                });
    }

    @Test
    void customizersAreForTheServerOfTheirContext() {
        runner().withUserConfiguration(Customized.class).run(context -> {
            assertThat(answer(servers.started.get(0))).isEqualTo("customized");
            assertThat(answer(servers.started.get(1))).isNotEqualTo("customized");
        });
    }

    private static String answer(WebServer server) {
        try (RawClient client = RawClient.connect(server.getPort())) {
            return client.get("/").text();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnTomcat {

        @Bean
        TomcatServletWebServerFactory own() {
            return new TomcatServletWebServerFactory();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Customized {

        @Bean
        ZokorServerCustomizer customizer() {
            return server -> server.handler((request, response) -> response.write("customized"));
        }
    }
}
