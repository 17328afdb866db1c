package io.zokor.matrix.app;

import java.util.concurrent.ConcurrentHashMap;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.session.MapSessionRepository;
import org.springframework.session.config.annotation.web.http.EnableSpringHttpSession;

/** Spring Session instead of the container's sessions. */
@Configuration(proxyBeanMethods = false)
@Profile("spring-session")
@EnableSpringHttpSession
class SpringSessionSetup {

    @Bean
    MapSessionRepository sessions() {
        return new MapSessionRepository(new ConcurrentHashMap<>());
    }
}
