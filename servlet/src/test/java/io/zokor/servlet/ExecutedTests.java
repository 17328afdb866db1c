package io.zokor.servlet;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Writes down each test that succeeded, as {@code Class#method}, and gives the set to the test that asks for it.
 * Registered through META-INF/services; the set belongs to JUnit's root store and so to one run.
 */
public final class ExecutedTests implements TestWatcher, ParameterResolver {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(ExecutedTests.class);

    /**
     * What has run.
     *
     * @param ids the tests that succeeded, in no order
     */
    record Executed(Set<String> ids) {
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        executed(context).ids().add(context.getRequiredTestClass().getName() + "#"
                + context.getRequiredTestMethod().getName());
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Executed.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return executed(context);
    }

    private static Executed executed(ExtensionContext context) {
        return context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(Executed.class,
                key -> new Executed(ConcurrentHashMap.newKeySet()), Executed.class);
    }
}
