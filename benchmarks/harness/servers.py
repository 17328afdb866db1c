"""What is compared, how each is started, and what the kernel says of it."""
import glob
import os
import re
import shutil
import socket
import subprocess
import time
import zipfile
from dataclasses import dataclass

from .machine import Missing, ROOT, java_home

START_SECONDS = 90
STOP_SECONDS = 10
# Nobody is to close the 15,000 connections, or refuse some, while they are counted.
IDLE_TOMCAT = ("--server.tomcat.max-connections=30000", "--server.tomcat.keep-alive-timeout=10m")
IDLE_JETTY = ("--server.jetty.connection-idle-timeout=10m",)
IDLE_ZOKOR = ("--zokor.timeouts.idle=10m",)
IDLE_JVM = ("-Xmx512m",)
VIRTUAL = ("--spring.threads.virtual.enabled=true",)
# h2load opens all connections at once and counts the time that takes: the queue is to hold them where it is shorter by default.
H2 = ("--server.http2.enabled=true", "--server.tomcat.accept-count=1024", "--benchmark.jetty-accept-queue=1024")
WS = ("--benchmark.websocket=true",)
# Tomcat's default is 8 KiB; it holds as much for each session, so not where idle ones are weighed.
WS_LOAD = ("--benchmark.message-size=65536",)
DOWNLOAD_BYTES = 100 << 20
BIG_BYTES = 1 << 20


@dataclass(frozen=True)
class Server:
    """One of those that are compared. `module` and `jar` say which of the executable jars it is; those that are no `boot` have none."""
    name: str
    title: str
    module: str = ""
    jar: str = ""
    options: tuple = ()
    idle_options: tuple = ()
    load_options: tuple = ()
    kind: str = "boot"

    def command(self, launch, port, work):
        """The command line for a launch: load, tls, idle or idle-tls."""
        if self.kind == "go":
            return [os.path.join(work, "goserver"), str(port)]
        if self.kind == "nginx":
            return ["nginx", "-p", work, "-c", os.path.join(work, f"nginx-{port}.conf")]
        java = os.path.join(java_home(), "bin", "java")
        idle = launch.startswith("idle")
        jvm = list(IDLE_JVM) if idle else []
        if self.kind in MAIN_CLASSES:
            modules, main = MAIN_CLASSES[self.kind]
            classes = [os.path.join(ROOT, module, "target", "classes") for module in modules]
            if self.kind != "core":
                classes.append(os.path.join(work, self.kind, "*"))
            return [java, *jvm, "-cp", ":".join(classes), main, str(port), *self.options]
        command = [java, *jvm, "-jar", jar(self.module, self.jar), "--server.address=127.0.0.1", f"--server.port={port}",
                   *self.options]
        command += [*self.idle_options, "--benchmark.container-time=true"] if idle else self.load_options
        if launch.endswith("tls"):
            command += [f"--server.ssl.key-store={os.path.join(work, 'keys.p12')}", "--server.ssl.key-store-password=changeit",
                        "--server.ssl.key-store-type=PKCS12", "--server.ssl.enabled-protocols=TLSv1.3"]
        return command


# Modules and main class; the libraries of all but the core come out of an executable jar.
MAIN_CLASSES = {
    "core": (("server", "benchmarks/jmh"), "io.zokor.benchmarks.CoreServer"),
    "servlet": (("server", "servlet", "benchmarks/jmh"), "io.zokor.benchmarks.ServletServer"),
    "jetty-core": (("benchmarks/app",), "io.zokor.benchmarks.app.JettyCore"),
}
LIBRARIES = {"servlet": ("zokor", "jakarta.servlet-api-"), "jetty-core": ("jetty", "")}


def jar(module, classifier):
    found = glob.glob(os.path.join(ROOT, "benchmarks", module, "target", f"zokor-benchmarks-{module}-*-{classifier}.jar"))
    if len(found) != 1:
        raise Missing(f"{len(found)} jars of benchmarks/{module} for {classifier}: run without --no-build")
    return found[0]


def boot(options=(), load_options=()):
    """The application on Zokor, on Tomcat with both kinds of threads, and on Jetty."""
    return (
        Server("zokor", "Zokor", "app", "zokor", options, IDLE_ZOKOR, load_options),
        Server("tomcat", "Tomcat", "app", "tomcat", options, IDLE_TOMCAT, load_options),
        Server("tomcat-vt", "Tomcat, virtual threads", "app", "tomcat", (*VIRTUAL, *options), IDLE_TOMCAT, load_options),
        Server("jetty-vt", "Jetty, virtual threads", "app", "jetty", (*VIRTUAL, *options), IDLE_JETTY, load_options),
    )


CORE = Server("core", "Zokor's core alone", kind="core")
SERVLET = (
    *boot(),
    Server("servlet", "Zokor's servlet container without Spring", kind="servlet"),
    CORE,
    Server("go", "Go net/http", kind="go"),
)
WEBFLUX = (
    Server("zokor", "Zokor", "webflux", "zokor", idle_options=IDLE_ZOKOR),
    Server("tomcat", "Tomcat", "webflux", "tomcat", idle_options=IDLE_TOMCAT),
    Server("netty", "reactor-netty", "webflux", "netty"),
)
HTTP2 = (
    *(server for server in boot(H2) if server.name != "tomcat"),
    Server("core", "Zokor's core alone", options=("h2",), kind="core"),
    Server("jetty-core", "Jetty's core alone", kind="jetty-core"),
    Server("nginx", "nginx, one process", kind="nginx"),
)
WEBSOCKET = (*boot(WS, WS_LOAD), CORE)


def build(servers, work):
    """Builds what the servers need. Returns the servers that can be had; says what is missing for the others."""
    # Calibration and a client are of jmh.
    modules = {f"benchmarks/{server.module}" for server in servers if server.module} | {"benchmarks/jmh"}
    if any(server.kind in LIBRARIES for server in servers):
        modules.add("benchmarks/app")
    run([os.path.join(ROOT, "mvnw"), "-B", "-ntp", "-q", "-Pcompare", "-DskipTests", "-Dmaven.javadoc.skip", "-Dmaven.source.skip",
         "-pl", ",".join(sorted(modules)), "-am", "package"], ROOT, "the build failed")
    return available(servers, work)


def available(servers, work):
    """The servers that can be had, with what they need beside what Maven builds."""
    kinds = {server.kind for server in servers}
    for kind in kinds & LIBRARIES.keys():
        unpack(kind, work)
    missing = {kind for kind, there in (("go", build_go), ("nginx", make_nginx)) if kind in kinds and not there(work)}
    return [server for server in servers if server.kind not in missing]


def unpack(kind, work):
    """The libraries of a server without Spring, out of an executable jar that holds them."""
    container, prefix = LIBRARIES[kind]
    directory = os.path.join(work, kind)
    os.makedirs(directory, exist_ok=True)
    with zipfile.ZipFile(jar("app", container)) as archive:
        for name in archive.namelist():
            base = os.path.basename(name)
            if name.startswith("BOOT-INF/lib/") and base.startswith(prefix) and base.endswith(".jar"):
                with open(os.path.join(directory, base), "wb") as out:
                    out.write(archive.read(name))


def make_nginx(work):
    """What nginx sends."""
    if not shutil.which("nginx"):
        print("nginx is not installed: measured without it (Debian, Ubuntu: apt-get install nginx-light)")
        return False
    files = os.path.join(work, "nginx")
    os.makedirs(files, exist_ok=True)
    for name, size in (("big", BIG_BYTES), ("download", DOWNLOAD_BYTES)):
        with open(os.path.join(files, name), "wb") as file:
            file.truncate(size)
    return True


def configure_nginx(port, work):
    """One process, which is nginx's way to use one processor; temporary files in the work directory, wherever they were meant to be."""
    built = subprocess.run(["nginx", "-V"], capture_output=True, text=True, timeout=30, check=True).stderr
    places = "".join(f"    {name.replace('-', '_')}_temp_path {os.path.join(work, 'nginx-' + name)};\n"
                     for name in re.findall(r"--http-([a-z-]+)-temp-path=", built))
    with open(os.path.join(work, f"nginx-{port}.conf"), "w") as file:
        file.write(f"""daemon off;
master_process off;
worker_processes 1;
pid {os.path.join(work, f'nginx-{port}.pid')};
error_log stderr warn;
events {{
    worker_connections 40000;
}}
http {{
{places}    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 10m;
    default_type application/octet-stream;
    server {{
        listen 127.0.0.1:{port} http2 backlog=1024;
        root {os.path.join(work, 'nginx')};
        location = /raw {{
            default_type text/plain;
            return 200 "ok";
        }}
    }}
}}
""")


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
    """A server that runs, on one processor if one is given; stopped at the end of a `with`. Its output goes to a file in `work`."""

    def __init__(self, server, launch, work, processor=None):
        self.server = server
        self.launch = launch
        self.work = work
        self.log = os.path.join(work, f"{server.name}-{launch}.log")
        self.port = free_port()
        # Requests a second while it was warmed up, by scenario.
        self.rates = {}
        if server.kind == "nginx":
            configure_nginx(self.port, work)
        command = server.command(launch, self.port, work)
        if processor is not None:
            command = ["taskset", "-c", str(processor), *command]
        self.started = time.monotonic()
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(command, cwd=work, stdin=subprocess.DEVNULL,
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

    def writes(self):
        """System calls that write, so far, to sockets or to anything else."""
        with open(f"/proc/{self.process.pid}/io") as io:
            return int(re.search(r"^syscw:\s+(\d+)", io.read(), re.M).group(1))

    def memory_kib(self):
        """
        What is alive in the heap after a full collection; what is resident outside of the heap: all mappings but the heap's range of
        addresses; and the sum. How much of the heap is resident is G1's choice, and no matter of connections. Without a JVM all that is
        resident.
        """
        if self.server.kind in ("go", "nginx"):
            return {"each": self.status_kib("VmRSS")}
        histogram = self.jcmd("GC.class_histogram")
        heap = int(re.search(r"^Total\s+\d+\s+(\d+)", histogram, re.M).group(1)) / 1024
        outside = self.resident_outside(*self.heap_range())
        return {"heap": heap, "outside": outside, "each": heap + outside}

    def jcmd(self, command):
        return subprocess.run([os.path.join(java_home(), "bin", "jcmd"), str(self.process.pid), command],
                              cwd=self.work, capture_output=True, text=True, timeout=60, check=True).stdout

    def heap_range(self):
        """From the lowest address of the reserved heap to the one behind its highest; of several spaces where a collector has them."""
        ranges = re.findall(r"\[0x([0-9a-f]+),(?: 0x[0-9a-f]+,)? ?0x([0-9a-f]+)\)", self.jcmd("GC.heap_info"))
        return min(int(low, 16) for low, _ in ranges), max(int(high, 16) for _, high in ranges)

    def resident_outside(self, low, high):
        total, outside = 0, True
        with open(f"/proc/{self.process.pid}/smaps") as smaps:
            for line in smaps:
                word = line.split(None, 1)[0]
                if word == "Rss:":
                    total += int(line.split()[1]) if outside else 0
                elif not word.endswith(":"):
                    start, end = (int(address, 16) for address in word.split("-"))
                    outside = end <= low or start >= high
        return total

    def logged(self, pattern):
        with open(self.log, errors="replace") as file:
            match = re.search(pattern, file.read())
        return match.group(1) if match else None
