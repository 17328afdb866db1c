#!/bin/bash
# What is compiled for the newest Boot 4.1 runs on the newest 4.0: the tests of whole applications, the same classes, that Boot's jars.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

version=$(sed -n 's:.*<spring-boot-4.0.version>\(.*\)</spring-boot-4.0.version>.*:\1:p' pom.xml)
plugin=$(sed -n 's:.*<maven-dependency-plugin.version>\(.*\)</maven-dependency-plugin.version>.*:\1:p' pom.xml)
work_dir
# The module's own dependencies, but those of this build, and those that 4.0 does not have and the tests below do not need.
python3 - "$version" >"$WORK/pom.xml" <<'END'
import re, sys
pom = open("autoconfigure/pom.xml", encoding="utf-8").read()
wanted = [block for block in re.findall(r"<dependency>.*?</dependency>", pom[:pom.index("<build>")], re.DOTALL)
          if "io.zokor" not in block and "archunit" not in block and "spring-boot-web-server-test" not in block]
for group, artifact in [("jakarta.servlet", "jakarta.servlet-api"), ("jakarta.websocket", "jakarta.websocket-api"),
                        ("jakarta.websocket", "jakarta.websocket-client-api"), ("org.jspecify", "jspecify"),
                        ("org.junit.platform", "junit-platform-console")]:
    wanted.append(f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId></dependency>")
print(f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
    <modelVersion>4.0.0</modelVersion>
    <groupId>org.example</groupId><artifactId>app</artifactId><version>1</version>
    <dependencyManagement><dependencies><dependency>
        <groupId>org.springframework.boot</groupId><artifactId>spring-boot-dependencies</artifactId>
        <version>{sys.argv[1]}</version><type>pom</type><scope>import</scope>
    </dependency></dependencies></dependencyManagement>
    <dependencies>{"".join(wanted)}</dependencies>
</project>""")
END
checkout=$PWD
(cd "$WORK" && "$checkout/mvnw" -B -ntp -q "org.apache.maven.plugins:maven-dependency-plugin:$plugin:build-classpath" \
    -Dmdep.outputFile=class-path) >"$WORK/log" 2>&1 || { tail -n 30 "$WORK/log" >&2; fail "the dependencies of Boot $version"; }
classes=
for module in autoconfigure test server servlet websocket; do
    classes+=$checkout/$module/target/classes:$checkout/$module/target/test-classes:
done
java=$(java25)
cd autoconfigure
timeout 400 "$java" -Xmx512m -XX:+EnableDynamicAgentLoading -cp "$classes$(cat "$WORK/class-path")" \
    org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors --details=summary -T long \
    -c io.zokor.spring.ApplicationTests -c io.zokor.spring.reactive.ReactiveApplicationTests -c io.zokor.spring.AotTests \
    -c io.zokor.spring.actuate.ZokorActuatorTests -c io.zokor.spring.boot.servlet.ZokorServletWebServerFactoryTests \
    >"$WORK/tests" 2>&1 || { tail -n 80 "$WORK/tests" >&2; fail "the tests on Boot $version"; }
check "on Spring Boot $version, tests pass: $(sed -n 's/^\[ *\([0-9]*\) tests successful.*/\1/p' "$WORK/tests")" \
    grep -q '^\[ *[1-9][0-9][0-9]* tests successful' "$WORK/tests"
