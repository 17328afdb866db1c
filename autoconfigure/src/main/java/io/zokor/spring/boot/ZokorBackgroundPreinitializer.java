package io.zokor.spring.boot;

import java.security.SecureRandom;

import io.zokor.server.Server;
import io.zokor.server.ServerBuilder;
import io.zokor.servlet.ServletContainer;

import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;
import org.springframework.util.ClassUtils;

/**
 * Loads the classes of the server, of the container and of the source of session ids beside the main thread, which prepares the
 * application context meanwhile. Boot runs it on a thread of its own, where there is more than one processor. Stateless; nothing
 * that it makes is started.
 */
final class ZokorBackgroundPreinitializer implements BackgroundPreinitializer {

    ZokorBackgroundPreinitializer() {
    }

    @Override
    public void preinitialize() {
        ServerBuilder server = Server.builder();
        if (ClassUtils.isPresent("jakarta.servlet.Servlet", ZokorBackgroundPreinitializer.class.getClassLoader())) {
            server.handler(ServletContainer.builder().build());
        }
        server.build();
        new SecureRandom().nextLong();
    }
}
