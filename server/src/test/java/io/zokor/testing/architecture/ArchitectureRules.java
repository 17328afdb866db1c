package io.zokor.testing.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

/**
 * The rules on who may use what, numbered as in docs/architecture.md. Each takes the root package, {@code io.zokor} for the
 * real code and another one for the fixture that shows that the rule can fail. A rule holds where its packages are empty.
 */
public final class ArchitectureRules {

    /** The root package of the code that ships. */
    public static final String ROOT = "io.zokor";

    private static final String[] JDK = { "java..", "javax..", "jdk..", "org.jspecify.." };

    private ArchitectureRules() {
    }

    /** Returns the classes that ship, of this module and of those that it depends on. */
    public static JavaClasses shippedClasses() {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("/io/zokor/testing/"))
                .importPackages(ROOT);
    }

    /** Returns the classes of a fixture. */
    public static JavaClasses fixtureClasses(String fixtureRoot) {
        return new ClassFileImporter().importPackages(fixtureRoot);
    }

    /** Returns every rule, for every module's test. */
    public static Stream<ArchRule> all(String root) {
        return Stream.of(noPackageCycles(root), protocolsDoNotSeeEachOther(root), configImportsOnlyTheJdk(root),
                netImportsOnlyConfig(root), httpImportsOnlyNet(root), importsPointDown(root), internalsStayInside(root),
                containerInternalsStayInside(root), exchangeCallsGoDown(root), decisionsArePure(root),
                servletDoesNotKnowTheServer(root), springOnlyAbove(root), jakartaOnlyAbove(root),
                protocolIsNotAskedFor(root), socketsOnlyInNet(root), noThreadLocals(root), nothingIsPooled(root));
    }

    /** Rule 1. */
    public static ArchRule noPackageCycles(String root) {
        return slices().assignedFrom(new PackageSlices(root)).should().beFreeOfCycles().allowEmptyShould(true)
                .as("1. no package cycles");
    }

    /** Rule 2. */
    public static ArchRule protocolsDoNotSeeEachOther(String root) {
        String http1 = root + ".internal.http1..";
        String http2 = root + ".internal.http2..";
        return CompositeArchRule.of(noClasses().that().resideInAPackage(http1)
                .should().dependOnClassesThat().resideInAnyPackage(http2, root + ".internal.hpack..")
                .allowEmptyShould(true))
                .and(noClasses().that().resideInAPackage(http2)
                        .should().dependOnClassesThat().resideInAPackage(http1).allowEmptyShould(true))
                .as("2. http1 and http2 never see each other");
    }

    /** Rule 3, first part. */
    public static ArchRule configImportsOnlyTheJdk(String root) {
        return importsOnly(root, "config").as("3a. config imports only the JDK");
    }

    /** Rule 3, second part. */
    public static ArchRule netImportsOnlyConfig(String root) {
        return importsOnly(root, "net", "config").as("3b. net imports only config");
    }

    /** Rule 3, third part. */
    public static ArchRule httpImportsOnlyNet(String root) {
        return importsOnly(root, "http", "net").as("3c. http imports only net");
    }

    /** The rest of the picture that rule 3 begins. */
    public static ArchRule importsPointDown(String root) {
        return CompositeArchRule.of(importsOnly(root, "mux", "http", "net"))
                .and(importsOnly(root, "event", "http", "net", "config"))
                .and(importsOnly(root, "internal.exchange", "event", "http", "net", "config"))
                .and(importsOnly(root, "internal.message", "http"))
                .and(importsOnly(root, "internal.http1", "internal.exchange", "internal.message", "event", "http",
                        "net", "config"))
                .and(importsOnly(root, "internal.hpack", "http", "net", "config"))
                .and(importsOnly(root, "internal.http2", "internal.hpack", "internal.exchange", "internal.message",
                        "event",
                        "http", "net", "config"))
                .and(importsOnly(root, "internal.websocket", "http", "net"))
                .and(importsOnly(root, "websocket", "internal.websocket", "http", "net"))
                .as("3d. imports point down, from the server to the protocols, the exchange and the messages");
    }

    /** Rule 4. */
    public static ArchRule internalsStayInside(String root) {
        return noClasses().that().resideInAnyPackage(root + ".servlet..", root + ".spring..", root + ".demo..")
                .should().dependOnClassesThat().resideInAPackage(root + ".internal..").allowEmptyShould(true)
                .as("4. internal is imported only inside server.jar");
    }

    /** Rule 4, second part. */
    public static ArchRule containerInternalsStayInside(String root) {
        return noClasses().that()
                .resideInAnyPackage(root + ".servlet.websocket..", root + ".spring..", root + ".demo..")
                .should().dependOnClassesThat().resideInAPackage(root + ".servlet.internal..").allowEmptyShould(true)
                .as("4b. servlet.internal is imported only inside servlet.jar");
    }

    /** The exchange's storeys, the highest first: each may call those below it. */
    private static final List<List<String>> STOREYS = List.of(List.of("Exchange"),
            List.of("Response", "ResponseControls"),
            List.of("Ending"), List.of("ExchangeRequest", "RequestBody"), List.of("ResponseOutput"),
            List.of("ContentOutput", "ResponseBuffer", "ResponseDraft"), List.of("Deadlines"),
            List.of("RequestGuard", "Pace", "ResponseRules", "CompressionRule"));

    /** Rule 10. */
    public static ArchRule exchangeCallsGoDown(String root) {
        String room = root + ".internal.exchange.";
        CompositeArchRule rule = null;
        for (int i = 1; i < STOREYS.size(); i++) {
            String above = names(room, STOREYS.subList(0, i));
            ArchRule next = noClasses().that().haveNameMatching(names(room, STOREYS.subList(i, i + 1)))
                    .should().dependOnClassesThat().haveNameMatching(above).allowEmptyShould(true);
            rule = rule == null ? CompositeArchRule.of(next) : rule.and(next);
        }
        return rule.as("10. within internal.exchange calls go down: " + STOREYS);
    }

    /** A regular expression for classes and what is nested in them. */
    private static String names(String room, List<List<String>> storeys) {
        return Pattern.quote(room) + "(" + storeys.stream().flatMap(List::stream).collect(Collectors.joining("|"))
                + ")(\\$.*)?";
    }

    /** Rule 11. */
    public static ArchRule decisionsArePure(String root) {
        return noClasses().that().haveNameMatching(Pattern.quote(root + ".internal.")
                + "(exchange\\.(ResponseRules|CompressionRule)|http1\\.(KeepAlive|RequestFraming)|message\\..*)")
                .should().dependOnClassesThat().haveNameMatching(Pattern.quote(root)
                        + "\\.(net\\.(Conn|ByteReader|Listener)|internal\\.exchange\\.(ExchangeCodec|ConnectionContext|ServerContext|Deadlines"
                        + "|ResponseOutput)|event\\.ServerListener)")
                .allowEmptyShould(true)
                .as("11. what decides about framing, fields and compression touches neither a connection nor a server");
    }

    /** Rule 5. */
    public static ArchRule servletDoesNotKnowTheServer(String root) {
        return classes().that().resideInAPackage(root + ".servlet..")
                .should().onlyDependOnClassesThat(resideOutsideOfPackage(root + "..")
                        .or(resideInAnyPackage(
                                packages(root, "servlet", "websocket", "http", "net", "config", "event"))))
                .allowEmptyShould(true).as("5. servlet imports websocket, http, net, config and event, never server");
    }

    /** Rule 6, first part. */
    public static ArchRule springOnlyAbove(String root) {
        return noClasses().that().resideInAPackage(root + "..")
                .and().resideOutsideOfPackages(root + ".spring..", root + ".demo..")
                .should().dependOnClassesThat().resideInAPackage("org.springframework..").allowEmptyShould(true)
                .as("6a. Spring only in autoconfigure and demo-app");
    }

    /** Rule 6, second part. */
    public static ArchRule jakartaOnlyAbove(String root) {
        return noClasses().that().resideInAPackage(root + "..")
                .and().resideOutsideOfPackages(root + ".servlet..", root + ".spring..", root + ".demo..")
                .should().dependOnClassesThat().resideInAPackage("jakarta..").allowEmptyShould(true)
                .as("6b. jakarta only in servlet and above");
    }

    /**
     * Rule 7. In server.jar, the protocols, the exchange that serves them and the events for logs may ask; elsewhere only a
     * method {@code getProtocol} and classes named after the access log.
     */
    public static ArchRule protocolIsNotAskedFor(String root) {
        return classes().that().resideInAPackage(root + "..")
                .and().resideOutsideOfPackages(packages(root, "internal.http1", "internal.http2", "internal.exchange",
                        "event", "websocket"))
                .should(new NotAskForTheProtocol(root + ".http.Request")).allowEmptyShould(true)
                .as("7. the protocol of a request is asked only for getProtocol(), tests and logs");
    }

    /** Rule 8. */
    public static ArchRule socketsOnlyInNet(String root) {
        return noClasses().that().resideInAPackage(root + "..").and().resideOutsideOfPackage(root + ".net..")
                .should().dependOnClassesThat(new SocketTypes())
                .allowEmptyShould(true).as("8. only net touches sockets and SSLEngine");
    }

    /** Rule 9, first part. */
    public static ArchRule noThreadLocals(String root) {
        return noClasses().that().resideInAPackage(root + "..")
                .should().dependOnClassesThat().areAssignableTo(ThreadLocal.class).allowEmptyShould(true)
                .as("9a. no ThreadLocal");
    }

    /** Rule 9, second part. */
    public static ArchRule nothingIsPooled(String root) {
        return CompositeArchRule.of(noClasses().that().resideInAPackage(root + "..")
                .and().haveNameMatching(".*(Pool|Recycler)[^.]*")
                .should().dependOnClassesThat(new Messages(root)).allowEmptyShould(true))
                .and(methods().that().areDeclaredInClassesThat().resideInAPackage(root + "..")
                        .should().haveNameNotMatching("recycle.*").allowEmptyShould(true))
                .as("9b. no pooled request or response objects");
    }

    private static ArchRule importsOnly(String root, String name, String... others) {
        List<String> allowed = new ArrayList<>(List.of(packages(root, others)));
        allowed.add(root + "." + name + "..");
        allowed.addAll(List.of(JDK));
        return classes().that().resideInAPackage(root + "." + name + "..")
                .should().onlyDependOnClassesThat().resideInAnyPackage(allowed.toArray(String[]::new))
                .allowEmptyShould(true);
    }

    private static String[] packages(String root, String... names) {
        return Stream.of(names).map(name -> root + "." + name + "..").toArray(String[]::new);
    }

    /** One slice a package. */
    private record PackageSlices(String root) implements SliceAssignment {

        @Override
        public String getDescription() {
            return "the packages of " + root;
        }

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            String name = type.getPackageName();
            return name.equals(root) || name.startsWith(root + ".")
                    ? SliceIdentifier.of(name)
                    : SliceIdentifier.ignore();
        }
    }

    /** The types that read and write the network; addresses and TLS settings are only data. */
    private static final class SocketTypes extends DescribedPredicate<JavaClass> {

        private static final List<String> NAMES = List.of("java.net.Socket", "java.net.ServerSocket",
                "java.net.DatagramSocket", "java.nio.channels.NetworkChannel", "java.nio.channels.Selector",
                "java.nio.channels.SelectionKey", "javax.net.SocketFactory", "javax.net.ServerSocketFactory",
                "javax.net.ssl.SSLEngine");

        SocketTypes() {
            super("sockets or SSLEngine");
        }

        @Override
        public boolean test(JavaClass type) {
            return NAMES.stream().anyMatch(type::isAssignableTo);
        }
    }

    /** Requests, responses and exchanges of this project or of the servlet API. */
    private static final class Messages extends DescribedPredicate<JavaClass> {

        private final String root;

        Messages(String root) {
            super("requests, responses or exchanges");
            this.root = root;
        }

        @Override
        public boolean test(JavaClass type) {
            return (type.getPackageName().startsWith(root) || type.getPackageName().startsWith("jakarta.servlet"))
                    && type.getSimpleName().matches(".*(Request|Response|ResponseWriter|Exchange|Headers)");
        }
    }

    private static final class NotAskForTheProtocol extends ArchCondition<JavaClass> {

        private final String request;

        NotAskForTheProtocol(String request) {
            super("not ask a request for its protocol");
            this.request = request;
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            Stream<JavaCodeUnitAccess<?>> accesses = Stream.concat(type.getMethodCallsFromSelf().stream(),
                    type.getMethodReferencesFromSelf().stream());
            accesses.filter(access -> access.getTarget().getName().equals("protocol")
                    && access.getTargetOwner().isAssignableTo(request))
                    .filter(access -> !access.getOrigin().getName().equals("getProtocol"))
                    // A wrapper passes the question on.
                    .filter(access -> !(access.getOrigin().getName().equals("protocol")
                            && type.isAssignableTo(request)))
                    .filter(access -> !type.getName().contains("AccessLog"))
                    .forEach(access -> events.add(SimpleConditionEvent.violated(access, access.getDescription())));
        }
    }
}
