package io.zokor.servlet.session;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;

/** Writes down what happens to sessions and attributes, in order. Safe for use by many threads. */
final class RecordedEvents implements SessionEvents {

    final List<String> log = new CopyOnWriteArrayList<>();

    @Override
    public void created(HttpSession session) {
        log.add("created");
    }

    @Override
    public void destroyed(HttpSession session) {
        log.add("destroyed" + readable(session));
    }

    @Override
    public void idChanged(HttpSession session, String oldId) {
        log.add("id " + oldId + " -> " + session.getId());
    }

    @Override
    public void attributeAdded(HttpSession session, String name, Object value) {
        log.add("added " + name + "=" + value);
    }

    @Override
    public void attributeRemoved(HttpSession session, String name, Object value) {
        log.add("removed " + name + "=" + value);
    }

    @Override
    public void attributeReplaced(HttpSession session, String name, Object oldValue) {
        log.add("replaced " + name + "=" + oldValue);
    }

    /** An attribute that writes down when it is bound and unbound, and what the session says then. */
    HttpSessionBindingListener binding(String text) {
        return new HttpSessionBindingListener() {

            @Override
            public void valueBound(HttpSessionBindingEvent event) {
                log.add("bound " + event.getName() + "=" + text + " before "
                        + event.getSession().getAttribute(event.getName()));
            }

            @Override
            public void valueUnbound(HttpSessionBindingEvent event) {
                log.add("unbound " + event.getName() + "=" + text + readable(event.getSession()));
            }

            @Override
            public String toString() {
                return text;
            }
        };
    }

    private static String readable(HttpSession session) {
        try {
            session.getAttributeNames();
            return "";
        } catch (IllegalStateException e) {
            return " (over)";
        }
    }
}
