"""What is measured on each server, and how long that takes."""
import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from . import clients, http2, websocket
from .machine import Missing

SIZE_UPLOAD = 1 << 30
SIZE_WARM_UPLOAD = 1 << 28
DOWNLOAD_MIB = 100
DOWNLOADS = 4
START_ESTIMATE = {"boot": 4.0, "core": 1.0, "servlet": 1.0, "jetty-core": 1.0, "go": 0.3, "nginx": 0.1}
NOTHING_TO_COMPILE = ("go", "nginx")
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

    def answered(self, running):
        return clients.get(running.port, self.path, self.tls)[0] == 200

    def verify(self, running):
        if not self.script:
            verify(running, self.path, self.body, clients.get(running.port, self.path, self.tls))

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

    def estimate(self, options):
        return options.seconds + 1

    def warm(self, running, seconds):
        clients.new_tls_connections(running, seconds)

    def measure(self, running, options):
        return clients.new_tls_connections(running, options.seconds)


@dataclass(frozen=True)
class Streams:
    """h2load on one path, with so many streams on each of so many connections."""
    key: str
    title: str
    path: str
    connections: int
    streams: int
    weight: int = 0
    body: bytes = b""
    latencies: bool = False
    launch: str = "load"

    def answered(self, running):
        return http2.get(running.port, self.path)[0] == 200

    def verify(self, running):
        verify(running, self.path, self.body, http2.get(running.port, self.path))

    def estimate(self, options):
        return options.seconds + PAUSE

    def warm(self, running, seconds):
        """More and more requests; how many a second there were at last says how many are to be measured."""
        end = time.monotonic() + seconds
        left = 0.1
        running.rates[self.key] = 1000
        while left > 0:
            running.rates[self.key] = self.load(running, min(left, 1))[0]["rps"]
            left = end - time.monotonic()

    def measure(self, running, options):
        time.sleep(PAUSE)
        return self.load(running, options.seconds)[:2]

    def load(self, running, seconds):
        requests = max(round(running.rates[self.key] * seconds), 2 * self.connections * self.streams)
        return http2.h2load(running, self.path, self.connections, self.streams, requests, self.latencies)


@dataclass(frozen=True)
class Download:
    """Large bodies over HTTP/2, one after the other on one connection."""
    key: str = "h2-download"
    title: str = "GET of 100 MiB"
    path: str = "/download"
    weight: int = 1
    launch: str = "load"

    def estimate(self, _options):
        return 1.0

    def warm(self, running, _seconds):
        http2.h2load(running, self.path, 1, 1, DOWNLOADS)

    def measure(self, running, _options):
        time.sleep(PAUSE)
        figures, complaint, elapsed = http2.h2load(running, self.path, 1, 1, DOWNLOADS)
        return {"mib_s": DOWNLOADS * DOWNLOAD_MIB / elapsed, "cpu_us_mib": figures["cpu_us"] / DOWNLOAD_MIB}, complaint


@dataclass(frozen=True)
class Echoes:
    """WebSocket messages that come back, one under way in each session."""
    key: str
    title: str
    sessions: int
    size: int
    weight: int = 0
    launch: str = "load"

    def answered(self, running):
        return websocket.answered(running.port)

    def estimate(self, options):
        return options.seconds + 0.5 + PAUSE

    def warm(self, running, seconds):
        websocket.client().measure(running, self.sessions, self.size, seconds)

    def measure(self, running, options):
        time.sleep(PAUSE)
        return websocket.client().measure(running, self.sessions, self.size, options.seconds)


@dataclass(frozen=True)
class Idle:
    """Connections that wait: what each of them holds. `begin` takes a new one to where it is idle, `share` is of --idle."""
    key: str = "idle"
    title: str = "idle keep-alive connections"
    begin: Callable = clients.begin_http
    share: float = 1.0
    weight: int = 1
    launch: str = "idle"

    def answered(self, running):
        return len(self.open(running, 1)) == 1

    def warm(self, running, seconds):
        """Connections that come and go, a few at a time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for connection in self.open(running, 50):
                connection.close()

    def open(self, running, count):
        return clients.open_connections(running.port, count, self.begin)

    def estimate(self, options):
        return 5 + options.idle * self.share / 2000

    def measure(self, running, options):
        """What the last two thirds add to the first, so that what is there once, code that is compiled above all, does not count."""
        count = max(2, round(options.idle * self.share))
        connections = self.open(running, count // 3)
        try:
            time.sleep(1)
            before = running.memory_kib()
            first = len(connections)
            connections += self.open(running, count - first)
            time.sleep(1)
            more = max(len(connections) - first, 1)
            figures = {name + "_kib": (size - before[name]) / more for name, size in running.memory_kib().items()}
            figures["connections"] = clients.still_open(connections)
            served = len(self.open(running, 1))
        finally:
            for connection in connections:
                connection.close()
        complaints = []
        if figures["connections"] < count:
            complaints.append(f"{figures['connections']} of {count} connections were served and stayed open")
        if not served:
            complaints.append("one more was not served beside the idle connections")
        return figures, ", ".join(complaints)


MEGABYTE = bytes(1 << 20)
BIG = Load("big-32", "`/big`, c=32", "/big", 32, weight=2, body=MEGABYTE)
SERVLET = (
    Load("raw-64", "`/raw`, c=64", "/raw", 64, weight=3, body=b"ok"),
    Load("raw-512", "`/raw`, c=512", "/raw", 512, body=b"ok"),
    Load("hello-64", "`/hello`, c=64", "/hello", 64, weight=4, body=b"ok"),
    Load("hello-512", "`/hello`, c=512", "/hello", 512, body=b"ok"),
    Load("json-64", "`/json`, c=64", "/json", 64, weight=2),
    BIG,
    Load("echo-32", "`/echo` of 64 KiB, c=32", "/echo", 32, weight=2, script="echo.lua"),
    Load("sleep-2000", "`/sleep` of 100 ms, c=2,000", "/sleep?ms=100", 2000, weight=2, seconds=3, body=b"ok"),
    Upload(),
    # Longer than the others: the 64 handshakes at its beginning take a third of a second, and are not what is measured.
    Load("tls-64", "TLS 1.3, `/raw`, c=64", "/raw", 64, weight=4, seconds=3, tls=True, launch="tls", body=b"ok"),
    Handshakes(),
    Idle(),
    Idle("idle-tls", "idle connections of TLS 1.3", clients.begin_tls, 0.2, launch="idle-tls"),
)
WEBFLUX = (
    Load("hello-64", "`/hello`, c=64", "/hello", 64, weight=3, body=b"ok"),
    Load("hello-512", "`/hello`, c=512", "/hello", 512, weight=1, body=b"ok"),
    Load("json-64", "`/json`, c=64", "/json", 64, weight=2),
    Load("json-512", "`/json`, c=512", "/json", 512, weight=1),
    Load("stream-32", "`/stream` of 100 flushed lines, c=32", "/stream?count=100", 32, weight=2),
    BIG,
    Load("echo-32", "`/echo` of 64 KiB, c=32", "/echo", 32, weight=4, seconds=2, script="echo.lua"),
    Load("sleep-2000", "`/sleep` of 100 ms, c=2,000", "/sleep?ms=100", 2000, weight=1, seconds=3, body=b"ok"),
    Idle(begin=functools.partial(clients.begin_http, path="/hello")),
)
HTTP2 = (
    Streams("h2-16x16", "`/raw`, 16 connections of 16 streams", "/raw", 16, 16, weight=3, body=b"ok"),
    Streams("h2-1x100", "`/raw`, one connection of 100 streams", "/raw", 1, 100, weight=1, body=b"ok"),
    Streams("h2-64x1", "`/raw`, 64 connections of one stream", "/raw", 64, 1, weight=2, body=b"ok"),
    Streams("h2-512x4", "`/raw`, 512 connections of 4 streams", "/raw", 512, 4, weight=1, body=b"ok", latencies=True),
    Streams("h2-big", "`/big`, 32 connections of one stream", "/big", 32, 1, weight=1, body=MEGABYTE),
    replace(BIG, title="`/big` over HTTP/1.1, c=32"),
    Download(),
    Idle("idle-h2", "idle connections of HTTP/2", http2.begin, 1 / 3),
)
WEBSOCKET = (
    Echoes("ws-1", "100 bytes, one session", 1, 100),
    Echoes("ws-64", "100 bytes, 64 sessions", 64, 100, weight=4),
    Echoes("ws-512", "100 bytes, 512 sessions", 512, 100, weight=1),
    Echoes("ws-4000", "4,000 bytes, 64 sessions", 64, 4000, weight=1),
    Echoes("ws-65536", "64 KiB, 64 sessions", 64, 65536, weight=1),
    Idle("idle-ws", "idle sessions", websocket.begin, 1 / 3),
)
# What those are asked for that are no Spring Boot application.
CORE = tuple(f"h2-{name}" for name in ("16x16", "1x100", "64x1", "512x4", "big", "download")) \
    + tuple(scenario.key for scenario in WEBSOCKET) + ("raw-64", "raw-512", "big-32", "echo-32", "sleep-2000", "upload", "idle", "idle-h2")
KEYS = {
    "core": CORE,
    "go": CORE,
    "servlet": ("raw-64", "raw-512", "idle"),
    "nginx": tuple(key for key in CORE if key.startswith("h2-") or key == "idle-h2"),
    "jetty-core": tuple(key for key in CORE if key.startswith("h2-") and key not in ("h2-big", "h2-download")) + ("idle-h2",),
}


def of(server, suite):
    """The scenarios that a server can answer."""
    return [scenario for scenario in suite if server.kind == "boot" or scenario.key in KEYS[server.kind]]


def warm_up_seconds(server, scenario, total_weight, options):
    """The scenario's share; less for Go and nginx, which compile nothing, and where memory is weighed instead of time."""
    share = 0.3 if server.kind in NOTHING_TO_COMPILE else 0.1 if scenario.launch.startswith("idle") else 1.0
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
        if hasattr(scenario, "verify"):
            scenario.verify(running)
    weights = sum(scenario.weight for scenario in scenarios)
    for scenario in scenarios:
        if scenario.weight:
            scenario.warm(running, warm_up_seconds(running.server, scenario, weights, options))


def answers(running, scenarios):
    """Waits for the first answer; the seconds since the server's start."""
    first = next(scenario for scenario in scenarios if hasattr(scenario, "answered"))
    return running.await_answer(lambda: first.answered(running))


def measure_start(running, scenarios, note):
    """How long a server takes to its first answer, and what it holds then."""
    note("start.s", answers(running, scenarios))
    note("start.rss_mib", settled(running))


def settled(running):
    """What is resident a second later, in MiB."""
    time.sleep(1)
    return running.status_kib("VmRSS") / 1024


def note_container_share(running, note):
    container = running.logged(r"container-start-ms ([\d.]+)")
    if container:
        note("start.container_ms", float(container))


def verify(running, path, expected, answer):
    """No figure of a wrong answer."""
    status, body = answer
    if status != 200 or expected and body != expected or not body:
        raise Missing(f"{running.server.title} answers {path} with {status} and {len(body)} bytes")
