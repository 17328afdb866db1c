package io.zokor.spring.boot.reactive;

import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.reactive.socket.server.support.WebSocketHandlerAdapter;

/**
 * Gives Zokor's strategy to whatever opens WebSocket sessions by the strategy of another server. Spring finds four of them by looking
 * at the class path, where WebClient alone brings one, or nothing but the API. A strategy of the application's own stays. Neither a bean
 * of the strategy's type nor an adapter that makes way would do: Spring Cloud Gateway wants one strategy, and applications define
 * adapters. Stateless.
 */
public final class WebSocketStrategyPostProcessor implements BeanPostProcessor {

    private static final Log logger = LogFactory.getLog(WebSocketStrategyPostProcessor.class);

    private static final String PACKAGE = "org.springframework.web.reactive.socket.server.upgrade.";

    private static final Set<String> OTHERS = Set.of(PACKAGE + "JettyRequestUpgradeStrategy",
            PACKAGE + "JettyCoreRequestUpgradeStrategy", PACKAGE + "ReactorNettyRequestUpgradeStrategy",
            PACKAGE + "StandardWebSocketUpgradeStrategy");

    /** What Spring uses where it could make none of those. */
    private static final String NONE = "org.springframework.web.reactive.config.WebFluxConfigurationSupport"
            + "$NoUpgradeStrategyWebSocketService";

    /** Makes one. */
    public WebSocketStrategyPostProcessor() {
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof HandshakeWebSocketService service) {
            WebSocketService replaced = replacement(service, beanName);
            return replaced == null ? bean : replaced;
        }
        if (bean instanceof WebSocketHandlerAdapter adapter) {
            WebSocketService replaced = replacement(adapter.getWebSocketService(), beanName);
            return replaced == null ? bean : replacement(adapter, replaced, beanName);
        }
        return bean;
    }

    private static @Nullable WebSocketService replacement(WebSocketService service, String beanName) {
        if (service.getClass().getName().equals(NONE)) {
            return new HandshakeWebSocketService(new ZokorRequestUpgradeStrategy());
        }
        if (!(service instanceof HandshakeWebSocketService known)
                || !OTHERS.contains(known.getUpgradeStrategy().getClass().getName())) {
            return null;
        }
        if (known.getClass() != HandshakeWebSocketService.class) {
            warn(beanName, known);
            return null;
        }
        HandshakeWebSocketService made = new HandshakeWebSocketService(new ZokorRequestUpgradeStrategy());
        made.setSessionAttributePredicate(known.getSessionAttributePredicate());
        return made;
    }

    private static Object replacement(WebSocketHandlerAdapter adapter, WebSocketService service, String beanName) {
        if (adapter.getClass() != WebSocketHandlerAdapter.class) {
            warn(beanName, adapter);
            return adapter;
        }
        WebSocketHandlerAdapter made = new WebSocketHandlerAdapter(service);
        made.setOrder(adapter.getOrder());
        return made;
    }

    /** A class of the application's own cannot be made anew. */
    private static void warn(String beanName, Object bean) {
        logger.warn(
                "WebSocket sessions by the bean '" + beanName + "' will not open on Zokor: " + bean.getClass().getName()
                        + " holds the strategy of another server; give it a HandshakeWebSocketService with a "
                        + ZokorRequestUpgradeStrategy.class.getName());
    }
}
