package io.zokor.samples.fleet;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a customer has put into the cart. Immutable: whoever changes it sets the attribute of the session anew, which is how Spring
 * Session learns of it.
 *
 * @param customer who has signed in
 * @param items what is in it, in the order of arrival
 */
record Cart(String customer, List<String> items) implements Serializable {

    Cart with(String item) {
        return new Cart(customer, Stream.concat(items.stream(), Stream.of(item)).toList());
    }
}
