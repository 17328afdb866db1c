#!/bin/bash
# What the build starts is a JDK 25's java, whatever JAVA_HOME and the PATH say, if there is a JDK 25.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

work_dir
home25=$(dirname "$(dirname "$(java25)")")
home17=
for home in /usr/lib/jvm/* /opt/* /opt/java/*; do
    if grep -q '^JAVA_VERSION="17' "$home/release" 2>/dev/null && [ -x "$home/bin/javac" ]; then
        home17=$home
        break
    fi
done

# All commands but Java's.
mkdir "$WORK/bin"
for tool in /bin/* /usr/bin/* /usr/local/bin/*; do
    case "${tool##*/}" in
        java | javac | mvn) ;;
        *) ln -sf "$tool" "$WORK/bin/${tool##*/}" ;;
    esac
done
maven=$(command -v mvn || true)
[ -z "$maven" ] || ln -sf "$(readlink -f "$maven")" "$WORK/bin/mvn"

# started NAME=VALUE...: the version of the java that exec-maven-plugin starts, as it does for process-aot.
started() {
    env -u JAVA_HOME -u JAVA25_HOME "$@" ./mvnw -o -B -q -N validate exec:exec -Dexec.executable=java -Dexec.args=-version 2>&1 |
        sed -n 's/.*openjdk version "\([0-9]*\).*/\1/p'
}

equal "JAVA_HOME 25, no java on the PATH" "$(started JAVA_HOME="$home25" PATH="$WORK/bin")" 25
equal "JAVA_HOME not set, java 25 on the PATH" "$(started PATH="$home25/bin:$WORK/bin")" 25
equal "JAVA_HOME of a JDK that is not there" "$(started JAVA_HOME="$WORK/none" PATH="$home25/bin:$WORK/bin")" 25
if [ -z "$home17" ]; then
    pass "skipped, as there is no JDK 17 here: the combinations with one"
    exit
fi
equal "JAVA_HOME 25, java 17 on the PATH" "$(started JAVA_HOME="$home25" PATH="$home17/bin:$WORK/bin")" 25
equal "JAVA_HOME 17, java 25 on the PATH" "$(started JAVA_HOME="$home17" PATH="$home25/bin:$WORK/bin")" 25
equal "JAVA_HOME 17, java 17 on the PATH, JAVA25_HOME" \
    "$(started JAVA_HOME="$home17" JAVA25_HOME="$home25" PATH="$home17/bin:$WORK/bin")" 25
