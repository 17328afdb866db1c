package io.zokor.matrix.app;

import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.Locale;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.error.ErrorPage;
import org.springframework.boot.web.error.ErrorPageRegistrar;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.servlet.LocaleResolver;
import org.springframework.web.servlet.config.annotation.AsyncSupportConfigurer;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.i18n.AcceptHeaderLocaleResolver;
import org.springframework.http.CacheControl;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.UnavailableException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** The application that both servers run. It shows what it is told, so that any difference between them reaches the wire. */
@SpringBootApplication
public class MatrixApplication implements WebMvcConfigurer {

    @Override
    public void addCorsMappings(CorsRegistry registry) {
        registry.addMapping("/api/cors/**").allowedOrigins("https://friend.example").allowedMethods("GET", "PUT")
                .allowedHeaders("X-One", "Content-Type").exposedHeaders("X-Shown").allowCredentials(true).maxAge(600);
    }

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/cached/**").addResourceLocations("classpath:/static/")
                .setCacheControl(CacheControl.maxAge(java.time.Duration.ofHours(1)).cachePublic())
                .setEtagGenerator(resource -> "\"fixed\"");
    }

    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
        registry.addRedirectViewController("/view/old", "/view/new");
        registry.addRedirectViewController("/view/kept", "/view/new?a=1").setKeepQueryParams(true)
                .setStatusCode(HttpStatus.PERMANENT_REDIRECT);
        registry.addStatusController("/view/gone", HttpStatus.GONE);
        registry.addViewController("/view/forward").setViewName("forward:/echo/forwarded?added=1");
    }

    @Override
    public void configureAsyncSupport(AsyncSupportConfigurer configurer) {
        configurer.setDefaultTimeout(5000);
    }

    @Bean
    LocaleResolver localeResolver() {
        AcceptHeaderLocaleResolver resolver = new AcceptHeaderLocaleResolver();
        resolver.setDefaultLocale(Locale.ENGLISH);
        return resolver;
    }

    @Bean
    ErrorPageRegistrar ownErrorPages() {
        return registry -> registry.addErrorPages(new ErrorPage(HttpStatus.I_AM_A_TEAPOT, "/raw/error-page"),
                new ErrorPage(ArithmeticException.class, "/raw/error-page"),
                new ErrorPage(HttpStatus.LOCKED, "/raw/throw"));
    }

    @Bean
    ServletRegistrationBean<RawServlet> rawServlet() {
        ServletRegistrationBean<RawServlet> bean = new ServletRegistrationBean<>(new RawServlet(), "/raw/*", "*.raw",
                "/exactly");
        bean.setName("raw");
        bean.setAsyncSupported(true);
        bean.setLoadOnStartup(1);
        return bean;
    }

    @Bean
    ServletRegistrationBean<HttpServlet> unavailableServlet() {
        ServletRegistrationBean<HttpServlet> bean = new ServletRegistrationBean<>(new HttpServlet() {

            private static final long serialVersionUID = 1;

            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) throws ServletException {
                throw new UnavailableException("for a while", 30);
            }
        }, "/unavailable");
        bean.setName("unavailable");
        return bean;
    }

    /** Leaves a trace of every dispatch of a raw path, unless it is too late for one. */
    @Bean
    FilterRegistrationBean<jakarta.servlet.Filter> dispatchFilter() {
        FilterRegistrationBean<jakarta.servlet.Filter> bean = new FilterRegistrationBean<>(
                (request, response, chain) -> {
                    ((HttpServletResponse) response).addHeader("X-Filter", request.getDispatcherType().toString());
                    if (request.getParameter("stop") != null) {
                        PrintWriter writer = response.getWriter();
                        writer.print("stopped by the filter");
                        return;
                    }
                    chain.doFilter(request, response);
                });
        bean.addUrlPatterns("/raw/*");
        bean.setDispatcherTypes(EnumSet.allOf(DispatcherType.class));
        bean.setName("dispatches");
        return bean;
    }

    @Bean
    FilterRegistrationBean<ShallowEtagHeaderFilter> etagFilter() {
        FilterRegistrationBean<ShallowEtagHeaderFilter> bean = new FilterRegistrationBean<>(
                new ShallowEtagHeaderFilter());
        bean.addUrlPatterns("/etag/*");
        bean.setName("etags");
        return bean;
    }
}
