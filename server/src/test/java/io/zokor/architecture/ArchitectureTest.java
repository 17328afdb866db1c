package io.zokor.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.function.Function;
import java.util.stream.Stream;

import io.zokor.testing.architecture.ArchitectureRules;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules hold for the server, and each one fails on the fixture that breaks it. */
class ArchitectureTest {

    private static final JavaClasses SHIPPED = ArchitectureRules.shippedClasses();

    static Stream<ArchRule> rules() {
        return ArchitectureRules.all(ArchitectureRules.ROOT);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void holds(ArchRule rule) {
        rule.check(SHIPPED);
    }

    static Stream<Arguments> fixtures() {
        return Stream.of(
                broken(ArchitectureRules::noPackageCycles, "cycle", "There.back", "Back.there"),
                broken(ArchitectureRules::protocolsDoNotSeeEachOther, "protocols", "Http1.other", "Http2.other"),
                broken(ArchitectureRules::configImportsOnlyTheJdk, "imports", "BadConfig.conn"),
                broken(ArchitectureRules::netImportsOnlyConfig, "imports", "BadConn.request"),
                broken(ArchitectureRules::httpImportsOnlyNet, "imports", "BadRequest.config"),
                broken(ArchitectureRules::importsPointDown, "upwards", "BadMux.server", "BadEvent.server",
                        "BadExchange.server", "BadMessage.server", "BadHttp1.server", "BadHttp2.server",
                        "BadHpack.server"),
                broken(ArchitectureRules::internalsStayInside, "internals", "BadServlet.exchange",
                        "BadSpring.exchange", "BadDemo.exchange"),
                broken(ArchitectureRules::exchangeCallsGoDown, "storeys", "ResponseOutput.exchange",
                        "ContentOutput.output",
                        "Ending.response", "Deadlines$Side.body"),
                broken(ArchitectureRules::decisionsArePure, "storeys", "ResponseRules.conn", "CompressionRule.codec"),
                broken(ArchitectureRules::servletDoesNotKnowTheServer, "servletimports", "KnowsServer.server",
                        "KnowsMux.mux"),
                broken(ArchitectureRules::protocolIsNotAskedFor, "protocol", "Asks.old", "AsksByReference.question"),
                broken(ArchitectureRules::socketsOnlyInNet, "sockets", "KnowsSocket.socket", "KnowsChannel.channel",
                        "KnowsEngine.engine"),
                broken(ArchitectureRules::noThreadLocals, "pooled", "KeepsPerThread.BUFFER", "Inherits.name"),
                broken(ArchitectureRules::nothingIsPooled, "pooled", "RequestPool.free", "Recycled.recycle"));
    }

    private static Arguments broken(Function<String, ArchRule> rule, String fixture, String... where) {
        return arguments(rule, "io.zokor.architecture.fixtures." + fixture, where);
    }

    @ParameterizedTest(name = "{1} {2}")
    @MethodSource("fixtures")
    void canFail(Function<String, ArchRule> rule, String fixtureRoot, String[] where) {
        String report = rule.apply(fixtureRoot).evaluate(ArchitectureRules.fixtureClasses(fixtureRoot))
                .getFailureReport().toString();
        assertThat(report).contains(where);
    }
}
