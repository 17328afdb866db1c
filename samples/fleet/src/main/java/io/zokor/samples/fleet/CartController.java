package io.zokor.samples.fleet;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.SessionAttribute;
import org.springframework.web.server.ResponseStatusException;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;

/** The shop: sign in, fill the cart, look at it. Stateless; all state is in the sessions. */
@RestController
class CartController {

    static final String CART = "cart";

    /** A session's id changes with the sign-in, so that nobody can have chosen it. */
    @PostMapping("/sign-in")
    Cart signIn(@RequestParam String name, HttpServletRequest request) {
        HttpSession session = request.getSession();
        request.changeSessionId();
        Cart cart = new Cart(name, List.of());
        session.setAttribute(CART, cart);
        return cart;
    }

    @PostMapping("/cart")
    int add(@RequestParam String item, HttpSession session,
            @SessionAttribute(name = CART, required = false) @Nullable Cart cart) {
        Cart filled = signedIn(cart).with(item);
        session.setAttribute(CART, filled);
        return filled.items().size();
    }

    @GetMapping("/cart")
    Cart show(@SessionAttribute(name = CART, required = false) @Nullable Cart cart) {
        return signedIn(cart);
    }

    /** Who asks, as far as the balancer says. */
    @GetMapping("/who")
    String who(HttpServletRequest request) {
        return request.getProtocol() + " " + request.getScheme() + " " + request.getRemoteAddr() + " "
                + request.getRemotePort();
    }

    private static Cart signedIn(@Nullable Cart cart) {
        if (cart == null) {
            throw new ResponseStatusException(HttpStatus.UNAUTHORIZED, "nobody has signed in");
        }
        return cart;
    }
}
