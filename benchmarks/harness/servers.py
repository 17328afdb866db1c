"""What is compared, how each is started, and what the kernel says of it."""
import glob
import os
import re
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field

from .machine import Missing, ROOT, java_home

START_SECONDS = 90
STOP_SECONDS = 10
# Nobody is to close the 15,000 connections, or refuse some, while they are counted.
IDLE_TOMCAT = ("--server.tomcat.max-connections=30000", "--server.tomcat.keep-alive-timeout=10m")
IDLE_JETTY = ("--server.jetty.connection-idle-timeout=10m",)
IDLE_ZOKOR = ("--zokor.timeouts.idle=10m",)
IDLE_JVM = ("-Xmx512m",)
VIRTUAL = ("--spring.threads.virtual.enabled=true",)


@dataclass(frozen=True)
class Server:
    """One of those that are compared. `module` and `jar` say which of the executable jars it is; the core and Go have none."""
    name: str
    title: str
    module: str = ""
    jar: str = ""
    options: tuple = ()
    idle_options: tuple = ()
    kind: str = "boot"
    scenarios: tuple = field(default=())

    def command(self, launch, port, work):
        """The command line for a launch: load, idle or tls."""
        if self.kind == "go":
            return [os.path.join(work, "goserver"), str(port)]
        java = os.path.join(java_home(), "bin", "java")
        jvm = list(IDLE_JVM) if launch == "idle" else []
        if self.kind == "core":
            classes = [os.path.join(ROOT, module, "target", "classes") for module in ("server", "benchmarks/jmh")]
            return [java, *jvm, "-cp", ":".join(classes), "io.zokor.benchmarks.CoreServer", str(port)]
        command = [java, *jvm, "-jar", jar(self.module, self.jar), "--server.address=127.0.0.1", f"--server.port={port}",
                   *self.options]
        if launch == "idle":
            command += [*self.idle_options, "--benchmark.container-time=true"]
        if launch == "tls":
            command += [f"--server.ssl.key-store={os.path.join(work, 'keys.p12')}", "--server.ssl.key-store-password=changeit",
                        "--server.ssl.key-store-type=PKCS12", "--server.ssl.enabled-protocols=TLSv1.3"]
        return command


def jar(module, classifier):
    found = glob.glob(os.path.join(ROOT, "benchmarks", module, "target", f"zokor-benchmarks-{module}-*-{classifier}.jar"))
    if len(found) != 1:
        raise Missing(f"{len(found)} jars of benchmarks/{module} for {classifier}: run without --no-build")
    return found[0]


SERVLET = (
    Server("zokor", "Zokor", "app", "zokor", idle_options=IDLE_ZOKOR),
    Server("tomcat", "Tomcat", "app", "tomcat", idle_options=IDLE_TOMCAT),
    Server("tomcat-vt", "Tomcat, virtual threads", "app", "tomcat", VIRTUAL, IDLE_TOMCAT),
    Server("jetty-vt", "Jetty, virtual threads", "app", "jetty", VIRTUAL, IDLE_JETTY),
    Server("core", "Zokor's core alone", kind="core"),
    Server("go", "Go net/http", kind="go"),
)

WEBFLUX = (
    Server("zokor", "Zokor", "webflux", "zokor", idle_options=IDLE_ZOKOR),
    Server("tomcat", "Tomcat", "webflux", "tomcat", idle_options=IDLE_TOMCAT),
    Server("netty", "reactor-netty", "webflux", "netty"),
)


def build(suite, servers, work):
    """Builds what the servers need. Returns the servers that can be had; says what is missing for the others."""
    modules = {f"benchmarks/{server.module}" for server in servers if server.module}
    if any(server.kind == "core" for server in servers):
        modules.add("benchmarks/jmh")
    if modules:
        run([os.path.join(ROOT, "mvnw"), "-B", "-ntp", "-q", "-Pcompare", "-DskipTests", "-Dmaven.javadoc.skip", "-Dmaven.source.skip",
             "-pl", ",".join(sorted(modules)), "-am", "package"], ROOT, "the build failed")
    return [server for server in servers if server.kind != "go" or build_go(work)]


def build_go(work):
    if not shutil.which("go"):
        print("Go is not installed: measured without it (Debian, Ubuntu: apt-get install golang-go)")
        return False
    environment = dict(os.environ, GOCACHE=os.path.join(work, "gocache"), GOFLAGS="-mod=mod", GO111MODULE="off")
    run(["go", "build", "-o", os.path.join(work, "goserver"), os.path.join(ROOT, "benchmarks", "go", "main.go")], work,
        "Go's server does not build", environment)
    return True


def make_keys(work):
    """A key that no one trusts, for localhost: ECDSA on P-256."""
    store = os.path.join(work, "keys.p12")
    if not os.path.exists(store):
        run([os.path.join(java_home(), "bin", "keytool"), "-genkeypair", "-alias", "benchmark", "-keyalg", "EC", "-groupname", "secp256r1",
             "-dname", "CN=localhost", "-validity", "30", "-storetype", "PKCS12", "-keystore", store, "-storepass", "changeit"],
            work, "keytool failed")


def run(command, directory, complaint, environment=None):
    done = subprocess.run(command, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise Missing(f"{complaint} ({' '.join(command)}):\n{done.stdout[-4000:]}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running:
    """A server that runs; stopped at the end of a `with`. Its output goes to a file in the work directory."""

    def __init__(self, server, launch, work):
        self.server = server
        self.launch = launch
        self.work = work
        self.log = os.path.join(work, f"{server.name}-{launch}.log")
        self.port = free_port()
        self.started = time.monotonic()
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(server.command(launch, self.port, work), cwd=work, stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def await_answer(self, ask):
        """Calls ask() until it is true; returns the seconds since the process was started."""
        while not ask():
            if self.process.poll() is not None:
                raise Missing(f"{self.server.title} ended with {self.process.returncode}; its output is in {self.log}")
            if time.monotonic() - self.started > START_SECONDS:
                raise Missing(f"{self.server.title} did not answer within {START_SECONDS} s; its output is in {self.log}")
            time.sleep(0.005)
        return time.monotonic() - self.started

    def status_kib(self, name):
        """VmRSS or VmHWM."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(rf"^{name}:\s+(\d+)", status.read(), re.M).group(1))

    def forget_peak(self):
        """Has VmHWM begin again with what is resident now."""
        with open(f"/proc/{self.process.pid}/clear_refs", "w") as file:
            file.write("5")

    def cpu_seconds(self):
        """Of all its threads so far, in user and kernel mode."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def live_heap_kib(self):
        """What is alive after a full collection, None where there is no JVM."""
        if self.server.kind == "go":
            return None
        histogram = subprocess.run([os.path.join(java_home(), "bin", "jcmd"), str(self.process.pid), "GC.class_histogram"],
                                   cwd=self.work, capture_output=True, text=True, timeout=60, check=True).stdout
        return int(re.search(r"^Total\s+\d+\s+(\d+)", histogram, re.M).group(1)) / 1024

    def logged(self, pattern):
        with open(self.log, errors="replace") as file:
            match = re.search(pattern, file.read())
        return match.group(1) if match else None
