package io.zokor.demo.items;

import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;

import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The reading list as a JSON API. */
@RestController
@RequestMapping("/api/items")
class ItemController {

    private final ItemRepository items;

    ItemController(ItemRepository items) {
        this.items = items;
    }

    /** What a client sends to add an item. */
    record NewItem(@NotBlank @Size(max = 200) @Nullable String title,
            @Size(max = 2000) @Pattern(regexp = "https?://\\S+", message = "must be an http or https address") @Nullable String link) {
    }

    /** What a client sends to change an item. */
    record Change(@NotNull @Nullable Boolean done) {
    }

    @GetMapping
    List<Item> list(@RequestParam(defaultValue = "" + Long.MAX_VALUE) long before,
            @RequestParam(defaultValue = "50") @Min(1) @Max(1000) int limit) {
        return items.findByIdLessThanOrderByIdDesc(before, Limit.of(limit));
    }

    @GetMapping("/{id}")
    Item get(@PathVariable long id) {
        return items.findById(id).orElseThrow(
                () -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no item %d.".formatted(id)));
    }

    @PostMapping
    ResponseEntity<Item> create(@Valid @RequestBody NewItem item) {
        String title = item.title() == null ? "" : item.title().strip();
        // H2 keeps microseconds; what is answered now is what is read later.
        Item saved = items
                .save(new Item(null, title, item.link(), false, Instant.now().truncatedTo(ChronoUnit.MICROS)));
        return ResponseEntity.created(URI.create("/api/items/" + saved.id())).body(saved);
    }

    @PatchMapping("/{id}")
    Item change(@PathVariable long id, @Valid @RequestBody Change change) {
        return items.save(get(id).withDone(Boolean.TRUE.equals(change.done())));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable long id) {
        items.deleteById(id);
    }
}
