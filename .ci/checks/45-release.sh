#!/bin/bash
# A release: what "./mvnw -Prelease deploy" puts into a folder is complete, signed, the same bytes from another checkout, and enough
# for an application that knows nothing of this one.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

need_package gnupg gpg
work_dir
version=0.1.0
cache=${MAVEN_CACHE:-$HOME/.m2/repository}
published=.,bom,server,test,servlet,websocket,autoconfigure,starter

# release NAME ARGUMENT...: copies the checkout, sets the version, and deploys to the folder NAME-repository.
release() {
    local name=$1
    shift
    mkdir "$WORK/$name"
    tar -c --exclude=target --exclude=./.git --exclude=./benchmarks/results . | tar -x -C "$WORK/$name"
    "$WORK/$name/build-config/set-version" "$version" >/dev/null
    (cd "$WORK/$name" && ./mvnw -B -ntp -q -Prelease deploy -Dmaven.test.skip=true -Dformatter.skip=true -pl "$published" \
        "-DaltDeploymentRepository=local::file://$WORK/$name-repository" "$@") >"$WORK/$name.log" 2>&1 ||
        { tail -n 50 "$WORK/$name.log" >&2; fail "the build of $name"; }
}

export GNUPGHOME=$WORK/gnupg
mkdir -m 700 "$GNUPGHOME"
trap 'gpgconf --kill all 2>/dev/null || true; stop_background; rm -rf "$WORK"' EXIT
gpg --batch --quiet --passphrase '' --quick-generate-key 'Check <check@example.org>' ed25519 sign 1d 2>/dev/null
release one -Dgpg.keyname=check@example.org
release another-folder

one=$WORK/one-repository another=$WORK/another-folder-repository
for artifact in zokor-server zokor-test zokor-servlet zokor-websocket zokor-spring-boot-autoconfigure zokor-spring-boot-starter; do
    files=
    for kind in .pom .jar -sources.jar -javadoc.jar -cyclonedx.json -cyclonedx.xml; do
        file=$one/io/zokor/$artifact/$version/$artifact-$version$kind
        [ -s "$file" ] || fail "$artifact has $kind"
        gpg --batch --quiet --verify "$file.asc" "$file" 2>/dev/null || fail "$(basename "$file") is signed"
        files+=" $kind"
    done
    pass "$artifact, signed:$files"
done
check "zokor-bom, signed" gpg --batch --quiet --verify "$one/io/zokor/zokor-bom/$version/zokor-bom-$version.pom.asc" \
    "$one/io/zokor/zokor-bom/$version/zokor-bom-$version.pom"
equal "modules" "$(ls "$one/io/zokor" | tr '\n' ' ')" \
    "zokor-bom zokor-parent zokor-server zokor-servlet zokor-spring-boot-autoconfigure zokor-spring-boot-starter zokor-test zokor-websocket "

# What a repository asks of every POM, inherited or not.
python3 - "$one" <<'PY'
import glob, sys
import xml.etree.ElementTree as xml

M = "{http://maven.apache.org/POM/4.0.0}"
poms = {root.find(M + "artifactId").text: root for root in
        (xml.parse(p).getroot() for p in glob.glob(sys.argv[1] + "/io/zokor/*/*/*.pom"))}
for name, root in poms.items():
    parent = root.find(M + "parent")
    for own in ("name", "description"):
        assert root.find(M + own) is not None, f"{name} has no {own}"
    facts = root if parent is None else poms[parent.find(M + "artifactId").text]
    for path in ("url", "licenses/license/name", "developers/developer/name", "scm/connection", "scm/url"):
        assert facts.find("/".join(M + p for p in path.split("/"))) is not None, f"{name} has no {path}"
    for text in root.itertext():
        assert "SNAPSHOT" not in text, f"{name} names a snapshot: {text}"
print("ok    POMs have name, description, url, licence, developers, scm and no snapshot:", ", ".join(sorted(poms)))
PY

differing=$(diff -rq -x '*.asc*' -x 'maven-metadata.xml*' "$one" "$another" || true)
equal "files that differ between two builds" "$differing" ""
check "  of many" [ "$(find "$another" -name '*.jar' | wc -l)" -ge 15 ]

# The application: Boot's BOM and ours, one class, nothing of this checkout. Everything else comes from the cache, as from a mirror.
mkdir "$WORK/app"
boot=$(sed -n 's:.*<spring-boot.version>\(.*\)</spring-boot.version>.*:\1:p' pom.xml)
dependency_plugin=$(sed -n 's:.*<maven-dependency-plugin.version>\(.*\)</maven-dependency-plugin.version>.*:\1:p' pom.xml)
cat >"$WORK/app/settings.xml" <<XML
<settings>
    <localRepository>$WORK/empty</localRepository>
    <mirrors>
        <mirror><id>cache</id><mirrorOf>*,!zokor</mirrorOf><url>file://$cache</url></mirror>
    </mirrors>
</settings>
XML
cat >"$WORK/app/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
    <modelVersion>4.0.0</modelVersion>
    <groupId>org.example</groupId>
    <artifactId>app</artifactId>
    <version>1</version>
    <repositories>
        <repository><id>zokor</id><url>file://$one</url></repository>
    </repositories>
    <dependencyManagement>
        <dependencies>
            <dependency>
                <groupId>org.springframework.boot</groupId><artifactId>spring-boot-dependencies</artifactId>
                <version>$boot</version><type>pom</type><scope>import</scope>
            </dependency>
            <dependency>
                <groupId>io.zokor</groupId><artifactId>zokor-bom</artifactId>
                <version>$version</version><type>pom</type><scope>import</scope>
            </dependency>
        </dependencies>
    </dependencyManagement>
    <dependencies>
        <dependency><groupId>io.zokor</groupId><artifactId>zokor-spring-boot-starter</artifactId></dependency>
        <dependency>
            <groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-webmvc</artifactId>
            <exclusions>
                <exclusion><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-tomcat</artifactId></exclusion>
            </exclusions>
        </dependency>
    </dependencies>
</project>
XML
cat >"$WORK/app/App.java" <<'JAVA'
package app;

@org.springframework.boot.autoconfigure.SpringBootApplication
@org.springframework.web.bind.annotation.RestController
public class App {
    @org.springframework.web.bind.annotation.GetMapping("/")
    String hello() { return "from a release"; }

    public static void main(String[] args) { org.springframework.boot.SpringApplication.run(App.class, args); }
}
JAVA
checkout=$PWD
(cd "$WORK/app" && "$checkout/mvnw" -B -ntp -q -s settings.xml \
    "org.apache.maven.plugins:maven-dependency-plugin:$dependency_plugin:build-classpath" -Dmdep.outputFile=class-path) \
    >"$WORK/app.log" 2>&1 || { tail -n 30 "$WORK/app.log" >&2; fail "the application's dependencies"; }
libraries=$(cat "$WORK/app/class-path")
check "the starter came from the folder" grep -q '\.jar>zokor=' "$WORK/empty/io/zokor/zokor-spring-boot-starter/$version/_remote.repositories"
"$(dirname "$(java25)")/javac" -cp "$libraries" -d "$WORK/app/classes" "$WORK/app/App.java"
port=$(free_port)
start_app "$WORK/application.log" -Xmx256m -cp "$WORK/app/classes:$libraries" app.App "--server.port=$port"
check "the application is served by Zokor" grep -q "Zokor started on port $port (http)" "$WORK/application.log"
equal "  and answers" "$(curl -sS -m 10 "http://127.0.0.1:$port/")" "from a release"
