package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * Holds normative.tsv to what it says: each sentence names a test that exists, is not disabled, and ran in this build.
 * Comes last of all classes (junit-platform.properties), so that {@link ExecutedTests} knows the others.
 */
@Order(Integer.MAX_VALUE)
class NormativeListTest {

    /** A line of the list: where the sentence stands, what it says in our words, which test shows it. */
    private record Sentence(String place, String rule, String test) {

        String className() {
            return "io.zokor.servlet." + test.substring(0, test.indexOf('#'));
        }

        String method() {
            return test.substring(test.indexOf('#') + 1);
        }

        String id() {
            return className() + "#" + method();
        }
    }

    private static List<Sentence> sentences() throws IOException {
        try (InputStream in = NormativeListTest.class.getResourceAsStream("/normative.tsv")) {
            List<Sentence> sentences = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    String[] fields = line.split("\t", -1);
                    assertThat(fields).as(line).hasSize(3).noneMatch(String::isBlank);
                    assertThat(fields[2]).as(line).matches("[A-Za-z.]+#\\w+");
                    sentences.add(new Sentence(fields[0], fields[1], fields[2]));
                }
            }
            return sentences;
        }
    }

    @Test
    void eachSentenceNamesATestThatIsThere() throws Exception {
        List<String> missing = new ArrayList<>();
        for (Sentence sentence : sentences()) {
            if (!isATest(sentence)) {
                missing.add(sentence.place() + ": " + sentence.test());
            }
        }
        assertThat(missing).isEmpty();
    }

    private static boolean isATest(Sentence sentence) {
        try {
            Class<?> type = Class.forName(sentence.className());
            return !type.isAnnotationPresent(Disabled.class) && Arrays.stream(type.getDeclaredMethods())
                    .anyMatch(method -> method.getName().equals(sentence.method()) && runsInEachBuild(method));
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** Tests with a tag are left out of the ordinary build. */
    private static boolean runsInEachBuild(Method method) {
        return (method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class))
                && !method.isAnnotationPresent(Disabled.class) && !method.isAnnotationPresent(Tag.class);
    }

    @Test
    void noSentenceIsThereTwice() throws Exception {
        assertThat(sentences().stream().map(s -> s.place() + " " + s.rule())).doesNotHaveDuplicates();
    }

    /** So that no method is forgotten: each of an interface, also inherited, has at least one sentence. */
    @Test
    void eachMethodOfTheBigInterfacesHasASentence() throws Exception {
        Set<String> places = sentences().stream().map(Sentence::place).collect(Collectors.toSet());
        Set<String> forgotten = new TreeSet<>();
        for (Class<?> type : List.of(ServletContext.class, HttpServletRequest.class, HttpServletResponse.class,
                AsyncContext.class, HttpSession.class, RequestDispatcher.class)) {
            for (Method method : type.getMethods()) {
                String place = method.getDeclaringClass().getSimpleName() + "#" + method.getName();
                if (!places.contains(place)) {
                    forgotten.add(place);
                }
            }
        }
        assertThat(forgotten).isEmpty();
    }

    @Test
    void eachNamedTestRanInThisBuild(ExecutedTests.Executed executed) throws Exception {
        // Surefire sets "basedir" in its fork and hands -Dtest on: a selection cannot have run everything.
        assumeTrue(System.getProperty("basedir") != null && System.getProperty("test") == null, "not a whole build");
        Set<String> notRun = sentences().stream().map(Sentence::id).filter(id -> !executed.ids().contains(id))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(notRun).isEmpty();
    }
}
