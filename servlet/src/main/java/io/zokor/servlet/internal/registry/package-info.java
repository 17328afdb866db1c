/** What an application has registered: servlets, filters and listeners, their mappings, and who may still change them. */
@NullMarked
package io.zokor.servlet.internal.registry;

import org.jspecify.annotations.NullMarked;
