package io.zokor.matrix.app;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

/** Form login, basic authentication, remember-me, CSRF tokens, CORS. */
@Configuration(proxyBeanMethods = false)
class SecuritySetup {

    @Bean
    @Order(2)
    SecurityFilterChain security(HttpSecurity http) throws Exception {
        return http
                .authorizeHttpRequests(requests -> requests.requestMatchers("/private/**").authenticated()
                        .requestMatchers("/admin/**").hasRole("ADMIN").anyRequest().permitAll())
                .csrf(csrf -> csrf.ignoringRequestMatchers("/api/**", "/echo/**", "/raw/**", "/session/**",
                        "/upload/**",
                        "/async/**", "/etag/**", "/exactly", "/*.raw"))
                .cors(Customizer.withDefaults()).formLogin(Customizer.withDefaults())
                .httpBasic(Customizer.withDefaults()).rememberMe(remember -> remember.key("matrix"))
                .logout(Customizer.withDefaults()).build();
    }

    /**
     * Without Spring Security's fields: it adds them when the filter chain ends or when the response is committed, and where
     * another thread writes the body both happen at once, so that any part of them may be missing on either server.
     */
    @Bean
    @Order(1)
    SecurityFilterChain asynchronous(HttpSecurity http) throws Exception {
        return http.securityMatcher("/async/**").headers(headers -> headers.disable()).csrf(csrf -> csrf.disable())
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll()).build();
    }

    @Bean
    UserDetailsService users() {
        return new InMemoryUserDetailsManager(User.withUsername("ann").password("{noop}secret").roles("USER").build(),
                User.withUsername("root").password("{noop}secret").roles("USER", "ADMIN").build());
    }
}
