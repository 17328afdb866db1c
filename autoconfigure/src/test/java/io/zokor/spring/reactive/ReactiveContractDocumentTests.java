package io.zokor.spring.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

/** Each row of the reactive contract names a test, which exists. */
class ReactiveContractDocumentTests {

    private static final Pattern TEST_NAME = Pattern.compile("`(\\w+Tests)#(\\w+)`");
    private static final List<String> PACKAGES = List.of("io.zokor.spring.boot.reactive", "io.zokor.spring.reactive");

    @Test
    void eachRowNamesTestsThatExist() throws IOException {
        List<String> rows = Files.readAllLines(
                Path.of(System.getProperty("basedir", ".")).resolve("../docs/boot-contract-reactive.md")).stream()
                .filter(line -> line.startsWith("|") && !line.startsWith("|---") && !line.startsWith("| row |"))
                .toList();
        assertThat(rows).hasSizeGreaterThan(30).allSatisfy(row -> assertThat(testsOf(row)).as(row).isNotEmpty());
        assertThat(rows.stream().flatMap(row -> testsOf(row).stream()).filter(name -> !exists(name)).toList())
                .isEmpty();
    }

    private static List<String> testsOf(String row) {
        List<String> names = new ArrayList<>();
        Matcher matcher = TEST_NAME.matcher(row);
        while (matcher.find()) {
            names.add(matcher.group(1) + "#" + matcher.group(2));
        }
        return names;
    }

    private static boolean exists(String name) {
        String[] parts = name.split("#");
        return PACKAGES.stream().anyMatch(candidate -> {
            try {
                return Arrays.stream(Class.forName(candidate + "." + parts[0], false,
                        ReactiveContractDocumentTests.class.getClassLoader()).getDeclaredMethods())
                        .anyMatch(method -> method.getName().equals(parts[1])
                                && method.isAnnotationPresent(Test.class));
            } catch (ClassNotFoundException e) {
                return false;
            }
        });
    }
}
