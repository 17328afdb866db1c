package io.zokor.spring.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.util.ClassUtils;

/** The other servers on the class path, which Zokor tells of where it serves in their place. Has no state. */
public final class OtherServers {

    private static final Log logger = LogFactory.getLog(OtherServers.class);

    private OtherServers() {
    }

    /** Logs a line for each other server that would serve a servlet application. */
    public static void tellOfServletServers() {
        tellOf("Tomcat", "spring-boot-starter-tomcat",
                "org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory",
                "org.apache.catalina.startup.Tomcat");
        tellOf("Jetty", "spring-boot-starter-jetty",
                "org.springframework.boot.jetty.servlet.JettyServletWebServerFactory",
                "org.eclipse.jetty.server.Server");
    }

    /** Logs a line for each other server that would serve a WebFlux application. */
    public static void tellOfReactiveServers() {
        tellOf("Reactor Netty", "spring-boot-starter-reactor-netty",
                "org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory",
                "reactor.netty.http.server.HttpServer");
        tellOf("Tomcat", "spring-boot-starter-tomcat",
                "org.springframework.boot.tomcat.reactive.TomcatReactiveWebServerFactory",
                "org.apache.catalina.startup.Tomcat");
        tellOf("Jetty", "spring-boot-starter-jetty",
                "org.springframework.boot.jetty.reactive.JettyReactiveWebServerFactory",
                "org.eclipse.jetty.server.Server");
    }

    private static void tellOf(String server, String starter, String... classNames) {
        ClassLoader loader = ClassUtils.getDefaultClassLoader();
        for (String className : classNames) {
            if (!ClassUtils.isPresent(className, loader)) {
                return;
            }
        }
        logger.info("Zokor serves this application, although " + server + " is on the class path as well: exclude "
                + starter + " to save its memory, or set zokor.enabled=false to return to it");
    }
}
