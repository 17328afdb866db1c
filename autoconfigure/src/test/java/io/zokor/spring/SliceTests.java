package io.zokor.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.zokor.spring.boot.ZokorWebServer;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.boot.web.server.test.AutoConfigureWebServer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestClient;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** A test slice that has the web server and nothing else of auto-configuration. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, classes = SliceTests.Slice.class)
@AutoConfigureWebServer
class SliceTests {

    @LocalServerPort
    private int port;

    @Autowired
    private ServletWebServerApplicationContext context;

    @Test
    void zokorServesTheSlice() {
        assertThat(context.getWebServer()).isInstanceOf(ZokorWebServer.class);
        String answer = RestClient.create("http://localhost:" + port).get().uri("/").retrieve().body(String.class);
        assertThat(answer).isEqualTo("slice");
    }

    @Configuration(proxyBeanMethods = false)
    static class Slice {

        @Bean
        @SuppressWarnings("serial")
        ServletRegistrationBean<HttpServlet> servlet() {
            return new ServletRegistrationBean<>(new HttpServlet() {

                @Override
                protected void doGet(HttpServletRequest request, HttpServletResponse response)
                        throws java.io.IOException {
                    response.getWriter().print("slice");
                }
            }, "/");
        }
    }
}
