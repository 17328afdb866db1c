package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.HttpConstraintElement;
import jakarta.servlet.HttpMethodConstraintElement;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.ServletSecurityElement;
import jakarta.servlet.annotation.HttpConstraint;
import jakarta.servlet.annotation.HttpMethodConstraint;
import jakarta.servlet.annotation.ServletSecurity;
import jakarta.servlet.annotation.ServletSecurity.EmptyRoleSemantic;
import jakarta.servlet.annotation.ServletSecurity.TransportGuarantee;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Servlet 6.1 section 13.4: a constraint of a servlet fails closed, as the container knows no users. */
class SecurityConstraintTest {

    /** Everybody may GET, users may POST, nobody may DELETE. */
    @ServletSecurity(value = @HttpConstraint, httpMethodConstraints = {
        @HttpMethodConstraint(value = "POST", rolesAllowed = "user"),
        @HttpMethodConstraint(value = "DELETE", emptyRoleSemantic = EmptyRoleSemantic.DENY) })
    public static final class Annotated extends HttpServlet {

        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print("served");
        }
    }

    private static Web constrained(ServletSecurityElement constraint) throws Exception {
        return Web.start(app -> assertThat(
                app.servlet("/*", (q, r) -> r.getWriter().print("served")).setServletSecurity(constraint)).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({ "GET, 200", "PUT, 200", "POST, 403", "DELETE, 403" })
    void annotationOfTheClassCounts(String method, int status) throws Exception {
        try (Web web = Web.start(app -> app.context().addServlet("s", Annotated.class).addMapping("/*"))) {
            assertThat(web.send(method, "/", "Content-Length: 0").status()).isEqualTo(status);
        }
    }

    @Test
    void registrationReplacesTheAnnotation() throws Exception {
        try (Web web = Web.start(app -> {
            ServletRegistration.Dynamic registration = app.context().addServlet("s", Annotated.class);
            registration.addMapping("/*");
            registration.setServletSecurity(new ServletSecurityElement());
        })) {
            assertThat(web.send("DELETE", "/").status()).isEqualTo(200);
        }
    }

    @Test
    void whatAsksForARoleIsRefusedBeforeFilters() throws Exception {
        AtomicInteger filtered = new AtomicInteger();
        try (Web web = Web.start(app -> {
            app.filter("f", "/*", (q, r, c) -> {
                filtered.incrementAndGet();
                c.doFilter(q, r);
            }, DispatcherType.REQUEST);
            app.servlet("/s", (q, r) -> r.getWriter().print("served"))
                    .setServletSecurity(new ServletSecurityElement(
                            new HttpConstraintElement(TransportGuarantee.NONE, "user")));
        })) {
            assertThat(web.get("/s").status()).isEqualTo(403);
            assertThat(filtered).hasValue(0);
        }
    }

    @Test
    void whatAsksForConfidentialityIsRefusedWithoutTls() throws Exception {
        try (Web web = constrained(
                new ServletSecurityElement(new HttpConstraintElement(TransportGuarantee.CONFIDENTIAL)))) {
            assertThat(web.get("/").status()).isEqualTo(403);
        }
    }

    @Test
    void constraintsOfMethodsGoBeforeThatOfTheServlet() throws Exception {
        try (Web web = constrained(new ServletSecurityElement(new HttpConstraintElement(EmptyRoleSemantic.DENY),
                List.of(new HttpMethodConstraintElement("GET"))))) {
            assertThat(web.get("/").text()).isEqualTo("served");
            assertThat(web.send("POST", "/", "Content-Length: 0").status()).isEqualTo(403);
        }
    }

    @Test
    void dispatchesAreNotConstrainedAndErrorPagesAnswer() throws Exception {
        try (Web web = Web.start(b -> b.errorPage(403, "/no"), app -> {
            app.servlet("/s", (q, r) -> r.getWriter().print("served"))
                    .setServletSecurity(new ServletSecurityElement(new HttpConstraintElement(EmptyRoleSemantic.DENY)));
            app.servlet("/forward", (q, r) -> q.getRequestDispatcher("/s").forward(q, r));
            app.servlet("/no", (q, r) -> r.getWriter().print("no entry"));
        })) {
            assertThat(web.get("/forward").text()).isEqualTo("served");
            RawResponse refused = web.get("/s");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.text()).isEqualTo("no entry");
        }
    }

    @Test
    void aConstraintIsNotNullAndComesInTime() throws Exception {
        try (Web web = Web.start(app -> {
            ServletRegistration.Dynamic registration = app.servlet("/*", (q, r) -> {
            });
            assertThatThrownBy(() -> registration.setServletSecurity(null))
                    .isInstanceOf(IllegalArgumentException.class);
            app.context().setAttribute("registration", registration);
        })) {
            ServletRegistration.Dynamic late = (ServletRegistration.Dynamic) web.container.context()
                    .getAttribute("registration");
            assertThatThrownBy(() -> late.setServletSecurity(new ServletSecurityElement()))
                    .isInstanceOf(IllegalStateException.class);
        }
    }
}
