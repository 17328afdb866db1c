package io.zokor.matrix.app;

import java.util.Collections;
import java.util.concurrent.atomic.AtomicInteger;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;

/** Sessions of whoever keeps them. */
@RestController
@RequestMapping("/session")
class SessionController {

    @GetMapping("/count")
    String count(HttpServletRequest request) {
        HttpSession session = request.getSession();
        AtomicInteger count = (AtomicInteger) session.getAttribute("count");
        if (count == null) {
            count = new AtomicInteger();
        }
        int now = count.incrementAndGet();
        session.setAttribute("count", count);
        return now + " new=" + session.isNew() + " valid=" + request.isRequestedSessionIdValid() + " cookie="
                + request.isRequestedSessionIdFromCookie() + " url=" + request.isRequestedSessionIdFromURL();
    }

    @GetMapping("/look")
    String look(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return (session == null ? "none"
                : Collections.list(session.getAttributeNames()) + " "
                        + session.getMaxInactiveInterval())
                + " asked=" + (request.getRequestedSessionId() != null) + " valid="
                + request.isRequestedSessionIdValid();
    }

    @GetMapping("/change")
    String change(HttpServletRequest request) {
        String before = request.getSession().getId();
        String after = request.changeSessionId();
        return "changed=" + !before.equals(after) + " now=" + request.getSession().getId().equals(after);
    }

    @GetMapping("/end")
    String end(HttpServletRequest request) {
        HttpSession session = request.getSession();
        session.invalidate();
        try {
            session.getAttribute("count");
            return "still there";
        } catch (IllegalStateException e) {
            return "ended " + (request.getSession(false) == null);
        }
    }

    @GetMapping("/end-and-new")
    String endAndNew(HttpServletRequest request) {
        request.getSession().invalidate();
        request.getSession().setAttribute("fresh", 1);
        return "again";
    }

    @GetMapping("/remove")
    String remove(HttpServletRequest request, @RequestParam String name) {
        request.getSession().removeAttribute(name);
        return Collections.list(request.getSession().getAttributeNames()).toString();
    }

    @GetMapping("/encode")
    String encode(HttpServletRequest request, HttpServletResponse response) {
        request.getSession();
        return response.encodeURL("/session/look") + " " + response.encodeRedirectURL("https://other.example/");
    }
}
