"""What is measured on each server, and how long that takes."""
import time
from dataclasses import dataclass

from . import clients
from .machine import Missing

SIZE_UPLOAD = 1 << 30
SIZE_WARM_UPLOAD = 1 << 28
START_ESTIMATE = {"boot": 4.0, "core": 1.0, "go": 0.3}
PAUSE = 0.3


@dataclass(frozen=True)
class Load:
    """wrk on one path. `weight` is its share of the warm-up, `body` what the answer must be."""
    key: str
    title: str
    path: str
    connections: int
    weight: int = 0
    seconds: float = 1.0
    tls: bool = False
    script: str = ""
    body: bytes = b""
    launch: str = "load"
    figures = ("rps", "p50_ms", "p99_ms", "cpu_us")

    def estimate(self, options):
        return self.time(options) + PAUSE

    def time(self, options):
        return max(1, round(options.seconds * self.seconds))

    def warm(self, running, seconds):
        clients.wrk(running, self.path, self.connections, seconds, self.tls, self.script)

    def measure(self, running, options):
        time.sleep(PAUSE)
        return clients.wrk(running, self.path, self.connections, self.time(options), self.tls, self.script)


@dataclass(frozen=True)
class Upload:
    """One large body."""
    key: str = "upload"
    title: str = "POST of 1 GiB"
    weight: int = 0
    launch: str = "load"
    figures = ("mib_s", "cpu_us_mib", "growth_mib")

    def estimate(self, _options):
        return 1.5

    def measure(self, running, _options):
        clients.upload(running, SIZE_WARM_UPLOAD)
        time.sleep(PAUSE)
        return clients.upload(running, SIZE_UPLOAD)


@dataclass(frozen=True)
class Handshakes:
    """New connections, each with a full handshake and one request."""
    key: str = "tls-new"
    title: str = "TLS 1.3, a new connection for each request"
    weight: int = 3
    launch: str = "tls"
    figures = ("rps", "cpu_us")

    def estimate(self, options):
        return options.seconds + 1

    def warm(self, running, seconds):
        clients.new_tls_connections(running, seconds)

    def measure(self, running, options):
        return clients.new_tls_connections(running, options.seconds)


@dataclass(frozen=True)
class Idle:
    """Connections that wait for their next request: what each of them holds."""
    key: str = "idle"
    title: str = "idle keep-alive connections"
    path: str = "/raw"
    weight: int = 0
    launch: str = "idle"
    figures = ("connections", "heap_kib", "resident_kib", "collected_kib")

    def estimate(self, options):
        return 4 + options.idle / 4000

    def measure(self, running, options):
        for _ in range(300):
            clients.get(running.port, self.path)
        heap = running.live_heap_kib()
        time.sleep(0.5)
        resident = running.status_kib("VmRSS")
        connections = clients.open_connections(running.port, self.path, options.idle)
        try:
            time.sleep(1)
            count = max(len(connections), 1)
            figures = {"resident_kib": (running.status_kib("VmRSS") - resident) / count}
            if heap is not None:
                figures["heap_kib"] = (running.live_heap_kib() - heap) / count
                figures["collected_kib"] = (running.status_kib("VmRSS") - resident) / count
            figures["connections"] = clients.still_open(connections)
            status, _ = clients.get(running.port, self.path)
        finally:
            for connection in connections:
                connection.close()
        complaints = []
        if figures["connections"] < options.idle:
            complaints.append(f"{figures['connections']} of {options.idle} connections were served and stayed open")
        if status != 200:
            complaints.append("one more request was not served beside the idle connections")
        return figures, ", ".join(complaints)


MEGABYTE = bytes(1 << 20)
SERVLET = (
    Load("raw-64", "`/raw`, c=64", "/raw", 64, weight=3, body=b"ok"),
    Load("raw-512", "`/raw`, c=512", "/raw", 512, body=b"ok"),
    Load("hello-64", "`/hello`, c=64", "/hello", 64, weight=4, body=b"ok"),
    Load("hello-512", "`/hello`, c=512", "/hello", 512, body=b"ok"),
    Load("json-64", "`/json`, c=64", "/json", 64, weight=1),
    Load("big-32", "`/big`, c=32", "/big", 32, weight=1, body=MEGABYTE),
    Load("echo-32", "`/echo` of 64 KiB, c=32", "/echo", 32, weight=1, script="echo.lua"),
    Load("sleep-2000", "`/sleep` of 100 ms, c=2,000", "/sleep?ms=100", 2000, seconds=1.5, body=b"ok"),
    Upload(),
    Load("tls-64", "TLS 1.3, `/raw`, c=64", "/raw", 64, weight=4, tls=True, launch="tls", body=b"ok"),
    Handshakes(),
    Idle(),
)
WEBFLUX = (
    Load("hello-64", "`/hello`, c=64", "/hello", 64, weight=3, body=b"ok"),
    Load("hello-512", "`/hello`, c=512", "/hello", 512, weight=1, body=b"ok"),
    Load("json-64", "`/json`, c=64", "/json", 64, weight=2),
    Load("json-512", "`/json`, c=512", "/json", 512, weight=1),
    Load("stream-32", "`/stream` of 100 flushed lines, c=32", "/stream?count=100", 32, weight=2),
    Load("big-32", "`/big`, c=32", "/big", 32, weight=1, body=MEGABYTE),
    Load("echo-32", "`/echo` of 64 KiB, c=32", "/echo", 32, weight=1, script="echo.lua"),
    Load("sleep-2000", "`/sleep` of 100 ms, c=2,000", "/sleep?ms=100", 2000, weight=1, seconds=1.5, body=b"ok"),
    Idle(path="/hello"),
)
CORE_ONLY = ("raw-64", "raw-512", "big-32", "echo-32", "sleep-2000", "upload", "idle")


def of(server, suite):
    """The scenarios that a server can answer."""
    return [scenario for scenario in suite if server.kind == "boot" or scenario.key in CORE_ONLY]


def warm_up_seconds(server, scenario, total_weight, options):
    """The scenario's share; less where less is to be compiled: for Go, and for the two scenarios of TLS."""
    share = 0.3 if server.kind == "go" else 0.6 if scenario.launch == "tls" else 1.0
    return max(1, round(options.warmup * share * scenario.weight / total_weight))


def estimate(server, launch, scenarios, options):
    """About how many seconds it takes to get a server ready, and to measure it once."""
    weights = sum(scenario.weight for scenario in scenarios)
    ready = START_ESTIMATE[server.kind] + 0.5 + sum(warm_up_seconds(server, s, weights, options) for s in scenarios if s.weight)
    return ready, sum(scenario.estimate(options) for scenario in scenarios)


def prepare(running, scenarios, options):
    """Waits for a server, looks at its answers, and puts it under load until what is hot is compiled."""
    answers(running, scenarios)
    for scenario in scenarios:
        if isinstance(scenario, Load) and not scenario.script:
            verify(running, scenario)
    weights = sum(scenario.weight for scenario in scenarios)
    for scenario in scenarios:
        if scenario.weight:
            scenario.warm(running, warm_up_seconds(running.server, scenario, weights, options))


def measure(running, scenario, options, note, complain):
    """Measures once. note(figure, value) takes what comes out, complain(scenario, text) what went wrong."""
    figures, complaint = scenario.measure(running, options)
    for figure, value in figures.items():
        note(f"{scenario.key}.{figure}", value)
    if complaint:
        complain(scenario, complaint)


def measure_start(running, scenarios, note):
    """How long a server takes to its first answer, and what it holds then."""
    note("start.s", answers(running, scenarios))
    time.sleep(1)
    note("start.rss_mib", running.status_kib("VmRSS") / 1024)


def note_container_share(running, note):
    container = running.logged(r"container-start-ms ([\d.]+)")
    if container:
        note("start.container_ms", float(container))


def answers(running, scenarios):
    tls = running.launch == "tls"
    path = next((s.path for s in scenarios if hasattr(s, "path")), "/raw")
    return running.await_answer(lambda: clients.get(running.port, path, tls)[0] == 200)


def verify(running, scenario):
    """No figure of a wrong answer."""
    status, body = clients.get(running.port, scenario.path, scenario.tls)
    if status != 200 or scenario.body and body != scenario.body or not body:
        raise Missing(f"{running.server.title} answers {scenario.path} with {status} and {len(body)} bytes")
