"""What Zokor set out to reach, judged by the medians of one run."""
from dataclasses import dataclass

NEIGHBOURS = ("tomcat", "tomcat-vt", "jetty-vt")
TOMCATS = ("tomcat", "tomcat-vt")
GO = ("go",)


@dataclass(frozen=True)
class Goal:
    """A figure of a server against the best of others, or against a number; `factor` times it is to be reached."""
    text: str
    figure: str
    against: tuple = NEIGHBOURS
    factor: float = 1.0
    lower: bool = False
    server: str = "zokor"
    number: float = None

    def judge(self, medians):
        """(what was measured, what is asked for, whether it is reached), None where something was not measured."""
        mine = medians.get(self.figure, {}).get(self.server)
        if mine is None:
            return None
        if self.number is not None:
            return f"{mine:,.1f}", f"at most {self.number:g}", mine <= self.number
        theirs = [medians[self.figure][name] for name in self.against if name in medians[self.figure]]
        if not theirs:
            return None
        best = min(theirs) if self.lower else max(theirs)
        if not best:
            return None
        ratio = mine / best
        word = "at most" if self.lower else "at least"
        return f"{ratio:.2f}", f"{word} {self.factor:g}", ratio <= self.factor if self.lower else ratio >= self.factor


GOALS = tuple(
    [Goal(f"`/raw` c={c}, requests a second, to the best of Tomcat and Jetty", f"raw-{c}.rps", factor=1.3) for c in (64, 512)]
    + [Goal(f"`/raw` c={c}, requests a second, to Go", f"raw-{c}.rps", GO) for c in (64, 512)]
    + [Goal(f"`/raw` c={c}, processor time, to the best of Tomcat and Jetty", f"raw-{c}.cpu_us", factor=0.7, lower=True) for c in (64, 512)]
    + [Goal(f"`/raw` c={c}, processor time, to Go", f"raw-{c}.cpu_us", GO, lower=True) for c in (64, 512)]
    + [Goal(f"`{path}` c=512, 99th percentile, to Tomcat on platform threads", f"{key}-512.p99_ms", ("tomcat",), lower=True)
       for path, key in (("/raw", "raw"), ("/hello", "hello"))]
    + [Goal(f"{text}, requests a second, to the best of Tomcat and Jetty", f"{key}.rps", factor=1.15)
       for text, key in (("`/hello` c=64", "hello-64"), ("`/hello` c=512", "hello-512"), ("`/json` c=64", "json-64"))]
    + [
        Goal("`/big`, requests a second, to Go", "big-32.rps", GO),
        Goal("sleep c=2,000, requests a second, to Tomcat on virtual threads", "sleep-2000.rps", ("tomcat-vt",), 2.0),
        Goal("sleep c=2,000, 99th percentile, ms", "sleep-2000.p99_ms", number=200),
        Goal("an idle connection, KiB resident", "idle.resident_kib", number=3),
        Goal("an idle connection, KiB resident, to Jetty", "idle.resident_kib", ("jetty-vt",), lower=True),
        Goal("resident after start, to Tomcat", "start.rss_mib", ("tomcat",), lower=True),
        Goal("start-up, to Tomcat", "start.s", ("tomcat",), lower=True),
        Goal("the container's own share of start-up, ms", "start.container_ms", number=50),
    ]
    + [Goal(f"core alone, c={c}, requests a second, to Go", f"raw-{c}.rps", GO, 1.2, server="core") for c in (64, 512)]
    + [Goal(f"core alone, c={c}, processor time, to Go", f"raw-{c}.cpu_us", GO, 0.85, True, server="core") for c in (64, 512)]
    + [
        Goal("TLS 1.3, keep-alive, requests a second, to Tomcat", "tls-64.rps", TOMCATS),
        Goal("TLS 1.3, new connections a second, to Tomcat", "tls-new.rps", TOMCATS),
        Goal("upload of 1 GiB, MiB a second, to Tomcat", "upload.mib_s", TOMCATS, 1.2),
        Goal("echo of 64 KiB, requests a second, to Tomcat", "echo-32.rps", TOMCATS, 1.2),
    ])
