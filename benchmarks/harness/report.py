"""What becomes of a result: raw data, tables, and the generated sections of docs/benchmarks.md and the README."""
import json
import os
import re
import statistics

from . import picture
from .goals import GOALS, NEIGHBOURS
from .machine import ROOT
from .scenarios import SERVLET, WEBFLUX

DATA = os.path.join(ROOT, "docs", "benchmarks")
# File, section, and the suite whose data it is made of.
SECTIONS = (
    ("docs/benchmarks.md", "servlet", "servlet"),
    ("docs/benchmarks.md", "webflux", "webflux"),
    ("docs/benchmarks.md", "micro", "jmh"),
    ("README.md", "benchmarks", "servlet"),
)
# Name, whether less is better, digits.
FIGURES = {
    "rps": ("requests/s", False, 0),
    "p50_ms": ("median, ms", True, 2),
    "p99_ms": ("99th percentile, ms", True, 1),
    "cpu_us": ("processor time a request, µs", True, 1),
    "mib_s": ("MiB/s", False, 0),
    "cpu_us_mib": ("processor time a MiB, µs", True, 0),
    "growth_mib": ("growth of resident memory at its peak, MiB", True, 1),
    "connections": ("served and kept open", False, 0),
    "heap_kib": ("live heap each after a collection, KiB", True, 2),
    "resident_kib": ("resident each, KiB", True, 2),
    "collected_kib": ("resident each after a collection, KiB", True, 2),
    "s": ("process start to the first answer, s", True, 2),
    "container_ms": ("the container's own share, ms", True, 0),
    "rss_mib": ("resident a second later, MiB", True, 0),
}
TITLES = {scenario.key: scenario.title for scenario in (*WEBFLUX, *SERVLET)} | {"start": "start"}
# What differs less than this from the best neighbour is called neither ahead nor behind.
NOISE = 0.03


def medians(result):
    return {figure: {name: statistics.median(values) for name, values in by_name.items()}
            for figure, by_name in result["values"].items()}


def advantage(result, middle, figure):
    """How many times better Zokor is than the best neighbour, and who that is; None where that says nothing."""
    less = FIGURES[figure.split(".")[1]][1]
    neighbours = NEIGHBOURS if result["suite"] == "servlet" else [n for n in result["servers"] if n != "zokor"]
    row = middle[figure]
    theirs = {name: row[name] for name in neighbours if name in row}
    if "zokor" not in row or not theirs or figure == "idle.connections" or figure == "upload.growth_mib":
        return None
    best = (min if less else max)(theirs, key=theirs.get)
    if row["zokor"] <= 0 or theirs[best] <= 0:
        return None
    return (theirs[best] / row["zokor"] if less else row["zokor"] / theirs[best]), best


def ordered(result):
    """The figures in the order of the scenarios, the start first."""
    keys = ["start", *(s.key for s in (SERVLET if result["suite"] == "servlet" else WEBFLUX))]
    names = list(FIGURES)
    return sorted(result["values"], key=lambda f: (keys.index(f.split(".")[0]), names.index(f.split(".")[1])))


def table(result, middle):
    names = list(result["servers"])
    lines = ["| | | " + " | ".join(result["servers"].values()) + " | Zokor to the best container |",
             "|---|---|" + "---:|" * (len(names) + 1)]
    last = None
    for figure in ordered(result):
        key, measure = figure.split(".")
        label, _, digits = FIGURES[measure]
        cells = [f"{middle[figure][n]:,.{digits}f}" if n in middle[figure] else "" for n in names]
        better = advantage(result, middle, figure)
        ratio = "" if better is None else f"**{better[0]:.2f}**" if better[0] < 1 - NOISE else f"{better[0]:.2f}"
        lines.append(f"| {TITLES[key] if key != last else ''} | {label} | {' | '.join(cells)} | {ratio} |")
        last = key
    return lines


def behind(result, middle):
    lines = []
    for figure in ordered(result):
        better = advantage(result, middle, figure)
        if better is not None and better[0] < 1 - NOISE:
            key, measure = figure.split(".")
            label, _, digits = FIGURES[measure]
            lines.append(f"- {TITLES[key]}, {label}: {middle[figure]['zokor']:,.{digits}f}, "
                         f"{result['servers'][better[1]]} {middle[figure][better[1]]:,.{digits}f}")
    return lines


def goals(middle):
    judged = [(goal, goal.judge(middle)) for goal in GOALS]
    rows = [f"| {goal.text} | {found[1]} | {found[0]} | {'yes' if found[2] else '**no**'} |" for goal, found in judged if found]
    return ["| | goal | measured | reached |", "|---|---|---:|---|", *rows] if rows else []


def spread(result):
    """How far the rounds lie apart."""
    ranges = []
    for figure, by_name in result["values"].items():
        for name, values in by_name.items():
            middle = statistics.median(values)
            if len(values) > 1 and middle > 0 and figure.endswith(".rps"):
                ranges.append(((max(values) - min(values)) / middle, figure, name))
    if not ranges:
        return []
    ranges.sort()
    worst = ranges[-1]
    return [f"Between the rounds, requests a second differ by {statistics.median(r[0] for r in ranges):.0%} (highest to lowest, the "
            f"median of all rows); at most by {worst[0]:.0%} ({TITLES[worst[1].split('.')[0]]}, {result['servers'][worst[2]]}).", ""]


def section(result):
    """All of a result as Markdown."""
    middle = medians(result)
    m, o = result["machine"], result["options"]
    picture_name = f"{result['suite']}.svg"
    rounds = "one round" if o["rounds"] == 1 else f"{o['rounds']} rounds" if o["few_rounds"] == o["rounds"] else \
        f"{o['rounds']} rounds ({o['few_rounds']} of idle connections and the container's share of the start)"
    lines = [f"Measured on {result['date']}, at commit {m['commit']}, by `{result['command']}`: medians of {rounds}, {o['seconds']} seconds "
             f"each measurement, after {o['warmup']} seconds of load on each JVM.", "",
             f"Machine: {m['processors']} processors ({m['processor']}), {m['memory_gib']} GiB, {m['kernel']}. "
             + "; ".join(m[k] for k in ("java", "go", "wrk") if m.get(k)) + f". All values: [{result['suite']}.json](benchmarks/{result['suite']}.json).",
             "", f"![The same figures as bars](benchmarks/{picture_name})", "",
             "The last column is how many times better Zokor is than the best of the other containers, whichever direction is better; "
             "bold where it is behind.", "", *table(result, middle), "", *spread(result)]
    worse = behind(result, middle)
    if worse:
        lines += ["**Where Zokor is behind** the best of the other containers by more than 3 percent:", "", *worse, ""]
    elif any(advantage(result, middle, figure) for figure in result["values"]):
        lines += ["In nothing that is measured here is Zokor behind the best of the other containers by more than 3 percent.", ""]
    if result["complaints"]:
        lines += ["**What went wrong on the way**:", "", *(f"- {c}" for c in result["complaints"]), ""]
    reached = goals(middle) if result["suite"] == "servlet" else []
    if reached:
        lines += ["### Goals", "", "Ratios of the medians above.", "", *reached, ""]
    lines += ["### Commands", "", "```", *(f"{name}: {command}" for name, command in result["commands"].items()), "```"]
    return "\n".join(lines)


def essence(result):
    """A few lines for the README."""
    middle = medians(result)
    rows = (("raw-64.rps", "a servlet, 64 connections, requests/s"), ("raw-512.p99_ms", "a servlet, 512 connections, 99th percentile, ms"),
            ("raw-64.cpu_us", "a servlet, processor time a request, µs"), ("hello-64.rps", "Spring MVC, 64 connections, requests/s"),
            ("sleep-2000.rps", "2,000 clients of a handler that sleeps 100 ms, requests/s"),
            ("idle.resident_kib", "an idle connection, KiB resident"), ("start.rss_mib", "resident after start, MiB"))
    names = [name for name in result["servers"] if name != "core"]
    m = result["machine"]
    lines = ["| | " + " | ".join(result["servers"][n] for n in names) + " |", "|---|" + "---:|" * len(names)]
    for figure, label in rows:
        if figure in middle:
            digits = FIGURES[figure.split(".")[1]][2]
            lines.append(f"| {label} | " + " | ".join(f"{middle[figure][n]:,.{digits}f}" if n in middle[figure] else "" for n in names) + " |")
    judged = [found for found in (goal.judge(middle) for goal in GOALS) if found]
    lines += ["", f"Medians of {result['options']['rounds']} rounds of one run on {m['processors']} processors which the client shares "
              f"({m['processor']}), {result['date'][:10]}. {sum(1 for f in judged if f[2])} of {len(judged)} goals were reached; "
              "[docs/benchmarks.md](docs/benchmarks.md) has all of them, where Zokor is behind, and the one command that repeats it."]
    lines += ["", "![Zokor, Tomcat, Jetty and Go side by side](docs/benchmarks/servlet.svg)"]
    return "\n".join(lines)


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
    with open(os.path.join(directory, result["suite"] + ".json"), "w") as file:
        file.write(as_json(result))
    with open(os.path.join(directory, result["suite"] + ".svg"), "w") as file:
        file.write(picture.draw(result, medians(result)))


def as_json(result):
    """JSON with a line for each list of numbers."""
    text = json.dumps(result, indent=1, ensure_ascii=False)
    return re.sub(r"\[\s+([-\d.,\s]+?)\s+\]", lambda m: "[" + " ".join(m.group(1).split()) + "]", text) + "\n"


def load(suite):
    try:
        with open(os.path.join(DATA, suite + ".json")) as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def publish(result):
    save(result, DATA)
    render()


def rendered():
    """Path and text of every file that is generated, or holds a generated section."""
    texts = {}
    for path, name, suite in SECTIONS:
        full = os.path.join(ROOT, path)
        if full not in texts:
            with open(full) as file:
                texts[full] = file.read()
        result = load(suite)
        if result is None:
            body = "Not measured yet."
        elif suite == "jmh":
            body = micro(result)
        else:
            body = essence(result) if path == "README.md" else section(result)
            texts[os.path.join(DATA, suite + ".svg")] = picture.draw(result, medians(result))
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
