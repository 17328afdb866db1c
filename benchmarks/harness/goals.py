"""What Zokor set out to reach, judged by the medians of one run."""
from dataclasses import dataclass

NEIGHBOURS = ("tomcat", "tomcat-vt", "jetty-vt")
TOMCAT = ("tomcat",)
TOMCAT_VT = ("tomcat-vt",)
TOMCATS = ("tomcat", "tomcat-vt")
JETTY = ("jetty-vt",)
JETTY_CORE = ("jetty-core",)
GO = ("go",)
NGINX = ("nginx",)


@dataclass(frozen=True)
class Goal:
    """
    A figure of a server, to be so many times (`factor`) the best of others, or the server's own `beside`, or at most a `number` (`least`: at least). With
    `minus` it is what the figure is above that other server's; with `every` it is that of the worst round. `pinned` says whether it is
    a goal of servers on a processor of their own, of servers that share with the client, or, None, of both. What is no ratio and no
    size depends on how fast the machine is (`of_machine`).
    """
    text: str
    figure: str
    against: tuple = NEIGHBOURS
    factor: float = 1.0
    lower: bool = False
    server: str = "zokor"
    number: float = None
    least: bool = False
    beside: str = ""
    minus: str = ""
    every: bool = False
    pinned: bool = None
    of_machine: bool = False

    def judge(self, medians, values):
        """(what was measured, what is asked for, whether it is reached); the last is None where something was not measured."""
        if self.number is not None:
            asked = f"{'at least' if self.least else 'at most'} {self.number:,.15g}"
            mine = self.own(medians, values)
            if mine is None:
                return "", asked, None
            return f"{mine:,.{2 if mine < 10 else 1}f}", asked, mine >= self.number if self.least else mine <= self.number
        asked = f"{'at most' if self.lower else 'at least'} {self.factor:g}"
        mine, best = self.own(medians, values), self.best(medians)
        if mine is None or not best:
            return "", asked, None
        ratio = mine / best
        return f"{ratio:.2f}", asked, ratio <= self.factor if self.lower else ratio >= self.factor

    def own(self, medians, values):
        if self.every:
            rounds = values.get(self.figure, {}).get(self.server)
            return max(rounds) if rounds else None
        row = medians.get(self.figure, {})
        if self.minus:
            return row[self.server] - row[self.minus] if self.server in row and self.minus in row else None
        return row.get(self.server)

    def best(self, medians):
        if self.beside:
            return medians.get(self.beside, {}).get(self.server)
        row = medians.get(self.figure, {})
        theirs = [row[name] for name in self.against if name in row]
        return (min if self.lower else max)(theirs) if theirs else None


def idle(key, what, number=None):
    """What a connection that waits may hold."""
    goals = [Goal(f"{what}, heap and growth outside of it, to Jetty", f"{key}.each_kib", JETTY, lower=True)]
    if number:
        goals.append(Goal(f"{what}, heap and growth outside of it, KiB", f"{key}.each_kib", number=number))
    return goals


BOTH = (64, 512)
SERVLET = (
    [Goal(f"a servlet without Spring, c={c}, processor time, to Go", f"raw-{c}.cpu_us", GO, 0.7, True, "servlet", pinned=True) for c in BOTH]
    + [Goal(f"what Boot's filters and Micrometer add to it, c={c}, µs a request", f"raw-{c}.cpu_us", number=3.5, minus="servlet", pinned=True,
            of_machine=True) for c in BOTH]
    + [Goal(f"`/raw` c={c}, requests a second, to the best of Tomcat and Jetty", f"raw-{c}.rps", factor=1.3) for c in BOTH]
    + [Goal(f"`/raw` c={c}, requests a second, to Go", f"raw-{c}.rps", GO) for c in BOTH]
    + [Goal(f"`/raw` c={c}, processor time, to the best of Tomcat and Jetty", f"raw-{c}.cpu_us", factor=0.7, lower=True) for c in BOTH]
    + [Goal(f"`/raw` c={c}, processor time, to Go", f"raw-{c}.cpu_us", GO, lower=True) for c in BOTH]
    + [Goal(f"core alone, c={c}, requests a second, to Go", f"raw-{c}.rps", GO, 1.5, server="core", pinned=True) for c in BOTH]
    + [Goal(f"core alone, c={c}, processor time, to Go", f"raw-{c}.cpu_us", GO, 0.65, True, "core", pinned=True) for c in BOTH]
    + [Goal(f"core alone, c={c}, requests a second, to Go", f"raw-{c}.rps", GO, 1.2, server="core", pinned=False) for c in BOTH]
    + [Goal(f"core alone, c={c}, processor time, to Go", f"raw-{c}.cpu_us", GO, 0.85, True, "core", pinned=False) for c in BOTH]
    + [Goal(f"{title}, c=512, 99th percentile of the worst round, ms", "raw-512.p99_ms", number=20, server=server, every=True, pinned=True,
            of_machine=True)
       for server, title in (("core", "core alone"), ("servlet", "a servlet without Spring"), ("zokor", "`/raw`"))]
    + [Goal(f"`{path}` c=512, 99th percentile, to Tomcat on platform threads", f"{key}-512.p99_ms", TOMCAT, lower=True)
       for path, key in (("/raw", "raw"), ("/hello", "hello"))]
    + [Goal(f"{text}, requests a second, to the best of Tomcat and Jetty", f"{key}.rps", factor=1.15)
       for text, key in (("`/hello` c=64", "hello-64"), ("`/hello` c=512", "hello-512"), ("`/json` c=64", "json-64"))]
    + [
        Goal("`/json` c=64, 99th percentile, to Jetty", "json-64.p99_ms", JETTY, lower=True),
        Goal("`/big`, requests a second, to Go", "big-32.rps", GO),
        Goal("`/big`, processor time, to Jetty", "big-32.cpu_us", JETTY, lower=True),
        Goal("echo of 64 KiB, requests a second, to Tomcat", "echo-32.rps", TOMCATS, 1.2),
        Goal("upload of 1 GiB, MiB a second, to Tomcat", "upload.mib_s", TOMCATS, 1.2),
        Goal("upload of 1 GiB, processor time, to Tomcat", "upload.cpu_us_mib", TOMCATS, 0.95, True),
        Goal("sleep c=2,000, requests a second, to Go", "sleep-2000.rps", GO),
        Goal("sleep c=2,000, 99th percentile, ms", "sleep-2000.p99_ms", number=200, of_machine=True),
        Goal("TLS 1.3, keep-alive, requests a second, to Tomcat", "tls-64.rps", TOMCATS),
        Goal("TLS 1.3, keep-alive, 99th percentile, to Tomcat on virtual threads", "tls-64.p99_ms", TOMCAT_VT, lower=True),
        Goal("TLS 1.3, new connections a second, to Tomcat", "tls-new.rps", TOMCATS),
        Goal("TLS 1.3, new connections, processor time, to Tomcat on virtual threads", "tls-new.cpu_us", TOMCAT_VT, 0.95, True),
        Goal("resident after start, to Tomcat", "start.rss_mib", TOMCAT, lower=True),
        Goal("resident after start with `-Xmx512m`, to Tomcat", "start.rss_512_mib", TOMCAT, lower=True),
        Goal("start-up, to Tomcat", "start.s", TOMCAT, lower=True),
        Goal("the container's own share of start-up, ms", "start.container_ms", number=50, of_machine=True),
    ]
    + idle("idle", "an idle connection", 3)
    + idle("idle-tls", "an idle connection of TLS")
)
WEBFLUX = (
    [Goal("echo of 64 KiB, requests a second, to the better of Tomcat and reactor-netty", "echo-32.rps", ("tomcat", "netty"), 1.1)]
    + [Goal("an idle connection, heap and growth outside of it, to the better of Tomcat and reactor-netty", "idle.each_kib",
            ("tomcat", "netty"), lower=True)]
)
HTTP2 = (
    [
        Goal("`/raw` 16 × 16, requests a second, to the best of Tomcat and Jetty", "h2-16x16.rps", factor=1.5),
        Goal("`/raw` 16 × 16, requests a second, to nginx", "h2-16x16.rps", NGINX),
        Goal("core alone, 16 × 16, requests a second, to Jetty's core", "h2-16x16.rps", JETTY_CORE, 0.8, server="core"),
        Goal("core alone, 1 × 100, requests a second, to Jetty's core", "h2-1x100.rps", JETTY_CORE, 0.8, server="core"),
        Goal("core alone, 64 × 1, requests a second, to Jetty's core", "h2-64x1.rps", JETTY_CORE, server="core"),
        Goal("core alone, 16 × 16, writes a request", "h2-16x16.writes", number=0.15, server="core"),
        Goal("`/raw` 16 × 16, writes a request", "h2-16x16.writes", number=0.15),
        Goal("`/raw` 512 × 4, 99th percentile, to Tomcat", "h2-512x4.p99_ms", TOMCATS, lower=True),
        Goal("`/big`, requests a second, to the same over HTTP/1.1", "h2-big.rps", factor=0.8, beside="big-32.rps"),
        Goal("download of 100 MiB, MiB a second, to the best of Tomcat and Jetty", "h2-download.mib_s"),
    ]
    + idle("idle-h2", "an idle connection")
)
# The ratios of the figures in the table of goals, where Tomcat was measured beside.
WEBSOCKET = (
    [
        Goal("100 bytes, 64 sessions, messages a second, to Tomcat", "ws-64.mps", TOMCATS, 1.48),
        Goal("100 bytes, 64 sessions, processor time, to Tomcat", "ws-64.cpu_us_message", TOMCATS, 0.63, True),
        Goal("100 bytes, 64 sessions, 99th percentile, to Tomcat", "ws-64.p99_ms", TOMCATS, lower=True),
        Goal("4,000 bytes, processor time, to Tomcat", "ws-4000.cpu_us_message", TOMCATS, 0.36, True),
        Goal("100 bytes, 64 sessions, messages a second", "ws-64.mps", number=95000, least=True, of_machine=True),
        Goal("100 bytes, 64 sessions, µs a message", "ws-64.cpu_us_message", number=12, of_machine=True),
        Goal("4,000 bytes, µs a message", "ws-4000.cpu_us_message", number=25, of_machine=True),
        Goal("an idle session of the core, heap and growth outside of it, KiB", "idle-ws.each_kib", number=12, server="core"),
    ]
    + idle("idle-ws", "an idle session", 20)
)
BY_SUITE = {"servlet": tuple(SERVLET), "webflux": tuple(WEBFLUX), "http2": tuple(HTTP2), "websocket": tuple(WEBSOCKET)}


def of(result):
    """The goals of a result's suite, where the servers stood as they did."""
    return [goal for goal in BY_SUITE[result["suite"]] if goal.pinned in (None, bool(result.get("pinned")))]
