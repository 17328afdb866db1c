package io.zokor.spring.boot;

/**
 * How many sessions an application has and had. Immutable.
 *
 * @param active how many there are
 * @param created how many were created; restored ones do not count
 * @param expired how many have expired
 * @param rejected how many were not created because there were too many
 */
public record SessionCounts(long active, long created, long expired, long rejected) {
}
