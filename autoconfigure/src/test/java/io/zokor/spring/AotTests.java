package io.zokor.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.zokor.spring.autoconfigure.ZokorProperties;

import org.junit.jupiter.api.Test;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;

/** Processing ahead of time, with a management server of its own: nothing is started, everything is found. */
class AotTests {

    @Test
    void anApplicationIsProcessed() {
        DefaultGenerationContext generation = new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get("io.zokor.spring", "Aot")), new InMemoryGeneratedFiles());
        try (AnnotationConfigServletWebServerApplicationContext context = new AnnotationConfigServletWebServerApplicationContext()) {
            TestPropertyValues.of("management.server.port=0", "server.port=0").applyTo(context);
            context.register(Application.class);
            new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
            generation.writeGeneratedContent();
            assertThat(context.getWebServer()).isNull();
        }
        InMemoryGeneratedFiles files = (InMemoryGeneratedFiles) generation.getGeneratedFiles();
        assertThat(files.getGeneratedFiles(Kind.SOURCE).keySet())
                .anyMatch(name -> name.contains("ZokorServletWebServerAutoConfiguration"))
                .anyMatch(name -> name.contains("ZokorServletManagementContextAutoConfiguration"))
                .anyMatch(name -> name.contains("ZokorMetricsAutoConfiguration"))
                .anyMatch(name -> name.contains("Management") && name.contains("ZokorWebServerConfiguration"));
        for (Class<?> bound : new Class<?>[] { ZokorProperties.class, ZokorProperties.Timeouts.class,
            ZokorProperties.Limits.class, ZokorProperties.Listener.class }) {
            assertThat(RuntimeHintsPredicates.reflection().onType(bound)
                    .withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS)
                    .or(hints -> RuntimeHintsPredicates.reflection()
                            .onConstructorInvocation(bound.getDeclaredConstructors()[0]).test(hints)))
                    .as(bound.getName()).accepts(generation.getRuntimeHints());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {
    }
}
