/** What the restart check starts: an application and a client. */
package io.zokor.spring.restart;
