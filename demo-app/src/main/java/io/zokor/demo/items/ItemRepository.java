package io.zokor.demo.items;

import java.util.List;

import org.springframework.data.domain.Limit;
import org.springframework.data.repository.ListCrudRepository;

/** The reading list in the database. */
interface ItemRepository extends ListCrudRepository<Item, Long> {

    /** Newest first, those that were added before the given one. */
    List<Item> findByIdLessThanOrderByIdDesc(long before, Limit limit);
}
