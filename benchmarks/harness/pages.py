"""What becomes of results: data, pictures, and the generated sections of docs/benchmarks.md and the README."""
import json
import os
import re

from . import picture, report
from .machine import ROOT

DATA = os.path.join(ROOT, "docs", "benchmarks")
# File, section, and the result whose data it is made of; the README's is made of several.
SECTIONS = (
    ("docs/benchmarks.md", "servlet-pinned", "servlet-pinned"),
    ("docs/benchmarks.md", "servlet", "servlet"),
    ("docs/benchmarks.md", "http2", "http2"),
    ("docs/benchmarks.md", "websocket", "websocket"),
    ("docs/benchmarks.md", "webflux", "webflux"),
    ("docs/benchmarks.md", "micro", "jmh"),
    ("README.md", "benchmarks", ""),
)
NOT_YET = "Not measured yet."
TITLES = {"servlet-pinned": "a processor alone", "servlet": "beside the client", "http2": "HTTP/2", "websocket": "WebSocket"}
# What the README shows of a result.
SERVLET_ROWS = (
    ("raw-64.rps", "a servlet, 64 connections, requests/s"),
    ("raw-64.cpu_us", "… processor time a request, µs"),
    ("raw-512.rps", "a servlet, 512 connections, requests/s"),
    ("raw-512.p99_ms", "… 99th percentile, ms"),
    ("hello-64.rps", "Spring MVC, 64 connections, requests/s"),
    ("sleep-2000.rps", "2,000 clients of a handler that sleeps 100 ms, requests/s"),
    ("idle.each_kib", "an idle connection, heap and growth outside of it, KiB"),
    ("start.rss_mib", "resident after start, MiB"),
)
HTTP2_ROWS = (
    ("h2-16x16.rps", "a servlet, 16 connections of 16 streams, requests/s"),
    ("h2-64x1.rps", "a servlet, 64 connections of one stream, requests/s"),
    ("h2-512x4.p99_ms", "512 connections of 4 streams, 99th percentile, ms"),
    ("idle-h2.each_kib", "an idle connection, KiB"),
)
WEBSOCKET_ROWS = (
    ("ws-64.mps", "echoes of 100 bytes, 64 sessions, messages/s"),
    ("ws-64.cpu_us_message", "… processor time a message, µs"),
    ("idle-ws.each_kib", "an idle session, KiB"),
)


def essence():
    """The README's lines: of each result a few rows, those of a processor of its own first."""
    parts = [
        ("servlet-pinned", "**A processor for the server alone**, the client on another: the figures that carry over to other machines.", SERVLET_ROWS),
        ("servlet", "**Beside the client** on the same processors, which compete then:", SERVLET_ROWS),
        ("http2", "**HTTP/2**, without TLS:", HTTP2_ROWS),
        ("websocket", "**WebSocket**, Spring's handlers:", WEBSOCKET_ROWS),
    ]
    lines, counts, of_machine = [], [], []
    for name, title, rows in parts:
        result = load(name)
        if result is None:
            lines += [f"{title.rstrip('.:')}: not measured yet.", ""]
            continue
        judged = report.judged(result)
        met = [goal for goal, _, _, reached in judged if reached]
        missing = sum(1 for *_, reached in judged if reached is None)
        counts.append(f"{TITLES[name]} {len(met)} of {len(judged)}" + (f" ({missing} not measured)" if missing else ""))
        of_machine += [goal.text for goal, *_ in judged if goal.of_machine and goal.text not in of_machine]
        lines += [title, "", *few_rows(result, rows), "", occasion(result), ""]
    lines += [f"Goals reached: {', '.join(counts)}. [docs/benchmarks.md](docs/benchmarks.md) has all of them, where Zokor is behind, and the "
              "commands that repeat it."] if counts else []
    lines += ["", "Goals are ratios to the neighbours in the same run, or sizes. Ratios of servers on a processor of their own depend "
              "least on the machine; beside the client they do, as the neighbours gain more from a faster processor than Zokor does. "
              f"These goals are no ratios and depend on it altogether: {'; '.join(of_machine)}."] if of_machine else []
    pictured = [name for name in ("servlet-pinned", "servlet") if load(name)]
    lines += ["", f"![Zokor, Tomcat, Jetty and Go side by side](docs/benchmarks/{pictured[0]}.svg)"] if pictured else []
    return "\n".join(lines)


def few_rows(result, rows):
    middle = report.medians(result)
    names = list(result["servers"])
    lines = ["| | " + " | ".join(result["servers"].values()) + " |", "|---|" + "---:|" * len(names)]
    for figure, label in rows:
        cells = [report.cell(result, middle, figure, name) for name in names]
        if not any(cells):
            cells = ["not measured"] + [""] * (len(names) - 1)
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return lines


def occasion(result):
    m, o = result["machine"], result["options"]
    calibration = f"; a fixed loop took {m['calibration'][0][0]:.3f} s" if "calibration" in m else ""
    rounds = "one round" if o["rounds"] == 1 else f"{o['rounds']} rounds"
    return f"Medians of {rounds} of one run on {m['processors']} processors ({m['processor']}{calibration}), {result['date'][:10]}."


def micro(result):
    """JMH's own data as a table."""
    first = result[0]
    lines = [f"JMH {first['jmhVersion']}, {first['vmName']} {first['vmVersion']}, {first['forks']} forks of {first['warmupIterations']} and "
             f"{first['measurementIterations']} iterations.", "",
             "| benchmark | | time | error (99.9%) | bytes allocated |", "|---|---|---:|---:|---:|"]
    for run in result:
        name = ".".join(run["benchmark"].split(".")[-2:])
        parameters = ", ".join(f"{k}={v}" for k, v in run.get("params", {}).items())
        metric = run["primaryMetric"]
        unit = metric["scoreUnit"].replace("us/", "µs/")
        error = metric["scoreError"]
        error = "" if isinstance(error, str) or error != error else f"{error:,.1f}"
        allocated = run["secondaryMetrics"].get("gc.alloc.rate.norm", {}).get("score", 0)
        lines.append(f"| {name} | {parameters} | {metric['score']:,.1f} {unit} | {error} | {allocated:,.0f} |")
    return "\n".join(lines)


def portable(command, work):
    """A command line without this machine's directories."""
    text = " ".join(command).replace(work, "WORK").replace(ROOT + "/", "")
    return re.sub(r"\S*/bin/java\b", "java", text)


def save(result, directory):
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, report.key(result) + ".json"), "w") as file:
        file.write(as_json(result))
    with open(os.path.join(directory, report.key(result) + ".svg"), "w") as file:
        file.write(picture.draw(result, report.medians(result)))


def as_json(result):
    """JSON with a line for each list of numbers."""
    text = json.dumps(result, indent=1, ensure_ascii=False)
    return re.sub(r"\[\s+([-\d.,\s]+?)\s+\]", lambda m: "[" + " ".join(m.group(1).split()) + "]", text) + "\n"


def load(name):
    try:
        with open(os.path.join(DATA, name + ".json")) as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def publish(result):
    save(result, DATA)
    render()


def rendered():
    """Path and text of every file that is generated, or holds a generated section."""
    texts = {}
    for path, name, data in SECTIONS:
        full = os.path.join(ROOT, path)
        if full not in texts:
            with open(full) as file:
                texts[full] = file.read()
        result = load(data) if data else None
        if not data:
            body = essence()
        elif result is None:
            body = NOT_YET
        elif data == "jmh":
            body = micro(result)
        else:
            body = report.section(result)
            texts[os.path.join(DATA, data + ".svg")] = picture.draw(result, report.medians(result))
        begin, end = f"<!-- begin {name}: written by benchmarks/compare -->", f"<!-- end {name} -->"
        before, found, rest = texts[full].partition(begin)
        _, closed, after = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"{path} has no section between '{begin}' and '{end}'")
        texts[full] = f"{before}{begin}\n{body}\n{end}{after}"
    return texts


def render():
    for path, text in rendered().items():
        with open(path, "w") as file:
            file.write(text)


def check():
    """Names of the files that are not what the data says."""
    stale = []
    for path, text in rendered().items():
        try:
            with open(path) as file:
                same = file.read() == text
        except FileNotFoundError:
            same = False
        if not same:
            stale.append(os.path.relpath(path, ROOT))
    return stale
