"""One result as Markdown: medians, tables, where Zokor is behind, its goals."""
import statistics

from . import goals
from .scenarios import HTTP2, SERVLET, WEBFLUX, WEBSOCKET

SUITES = {"servlet": SERVLET, "webflux": WEBFLUX, "http2": HTTP2, "websocket": WEBSOCKET}
# The servers that Zokor is to be better than.
NEIGHBOURS = (*goals.NEIGHBOURS, "netty")
# Name, whether less is better, digits. Resident memory stands in older data only: how much of the heap is resident is G1's choice.
FIGURES = {
    "rps": ("requests/s", False, 0),
    "mps": ("messages/s", False, 0),
    "p50_ms": ("median, ms", True, 2),
    "p99_ms": ("99th percentile, ms", True, 1),
    "cpu_us": ("processor time a request, µs", True, 1),
    "cpu_us_message": ("processor time a message, µs", True, 1),
    "writes": ("system calls that write, a request", True, 2),
    "mib_s": ("MiB/s", False, 0),
    "cpu_us_mib": ("processor time a MiB, µs", True, 0),
    "growth_mib": ("growth of resident memory at its peak, MiB", True, 1),
    "connections": ("served and kept open", False, 0),
    "heap_kib": ("live heap each after a collection, KiB", True, 2),
    "outside_kib": ("growth outside of the heap each, KiB", True, 2),
    "each_kib": ("both, KiB", True, 2),
    "resident_kib": ("resident each, KiB", True, 2),
    "collected_kib": ("resident each after a collection, KiB", True, 2),
    "s": ("process start to the first answer, s", True, 2),
    "container_ms": ("the container's own share, ms", True, 0),
    "rss_mib": ("resident a second later, MiB", True, 0),
    "rss_512_mib": ("the same with `-Xmx512m`, MiB", True, 0),
}
NO_COMPARISON = ("connections", "growth_mib")
RATES = (".rps", ".mps")
WITHHELD = "withheld"
# What differs less than this from the best neighbour is called neither ahead nor behind.
NOISE = 0.03


def key(result):
    """The name under which a result is kept: servlet containers are measured in two ways."""
    return "servlet-pinned" if result["suite"] == "servlet" and result.get("pinned") else result["suite"]


def titles(result):
    return {scenario.key: scenario.title for scenario in SUITES[result["suite"]]} | {"start": "start"}


def medians(result):
    return {figure: {name: statistics.median(values) for name, values in by_name.items()}
            for figure, by_name in result["values"].items()}


def advantage(result, middle, figure):
    """How many times better Zokor is than the best neighbour, and who that is; None where that says nothing."""
    less = FIGURES[figure.split(".")[1]][1]
    row = middle[figure]
    theirs = {name: row[name] for name in NEIGHBOURS if name in row}
    if "zokor" not in row or not theirs or figure.split(".")[1] in NO_COMPARISON:
        return None
    best = (min if less else max)(theirs, key=theirs.get)
    if row["zokor"] <= 0 or theirs[best] <= 0:
        return None
    return (theirs[best] / row["zokor"] if less else row["zokor"] / theirs[best]), best


def ordered(result):
    """The figures in the order of the scenarios, the start first."""
    keys = list(titles(result))
    keys.insert(0, keys.pop())
    names = list(FIGURES)
    return sorted(result["values"], key=lambda f: (keys.index(f.split(".")[0]), names.index(f.split(".")[1])))


def cell(result, middle, figure, name):
    """A median; a word where it is not to be told, and nothing where that server was not asked."""
    measure = figure.split(".")[1]
    if name in middle.get(figure, {}):
        return f"{middle[figure][name]:,.{FIGURES[measure][2]}f}"
    return WITHHELD if [figure.split(".")[0], name] in result.get("withheld", []) else ""


def table(result, middle):
    names = list(result["servers"])
    title = titles(result)
    lines = ["| | | " + " | ".join(result["servers"].values()) + " | Zokor to the best container |",
             "|---|---|" + "---:|" * (len(names) + 1)]
    last = None
    for figure in ordered(result):
        key, measure = figure.split(".")
        label = FIGURES[measure][0]
        cells = [cell(result, middle, figure, name) for name in names]
        better = advantage(result, middle, figure)
        ratio = "" if better is None else f"**{better[0]:.2f}**" if better[0] < 1 - NOISE else f"{better[0]:.2f}"
        lines.append(f"| {title[key] if key != last else ''} | {label} | {' | '.join(cells)} | {ratio} |")
        last = key
    return lines


def behind(result, middle):
    lines = []
    for figure in ordered(result):
        better = advantage(result, middle, figure)
        if better is not None and better[0] < 1 - NOISE:
            key, measure = figure.split(".")
            label, _, digits = FIGURES[measure]
            lines.append(f"- {titles(result)[key]}, {label}: {middle[figure]['zokor']:,.{digits}f}, "
                         f"{result['servers'][better[1]]} {middle[figure][better[1]]:,.{digits}f}")
    return lines


def judged(result):
    """(goal, what was measured, what is asked for, whether it is reached or None) for each goal."""
    middle = medians(result)
    return [(goal, *goal.judge(middle, result["values"])) for goal in goals.of(result)]


def goal_rows(result):
    rows = []
    for goal, measured, asked, reached in judged(result):
        word = "not measured" if reached is None else "yes" if reached else "**no**"
        rows.append(f"| {goal.text}{' ¹' if goal.of_machine else ''} | {asked} | {measured} | {word} |")
    if rows and any(goal.of_machine for goal in goals.of(result)):
        rows += ["", "¹ depends on how fast the machine is; the others are ratios of figures of one run, or sizes."]
    return ["| | goal | measured | reached |", "|---|---|---:|---|", *rows] if rows else []


def spread(result):
    """How far the rounds lie apart."""
    ranges = []
    for figure, by_name in result["values"].items():
        for name, values in by_name.items():
            middle = statistics.median(values)
            if len(values) > 1 and middle > 0 and figure.endswith(RATES):
                ranges.append(((max(values) - min(values)) / middle, figure, name))
    if not ranges:
        return []
    ranges.sort()
    worst = ranges[-1]
    return [f"Between the rounds, {'messages' if result['suite'] == 'websocket' else 'requests'} a second differ by {statistics.median(r[0] for r in ranges):.0%} (highest to lowest, the "
            f"median of all rows); at most by {worst[0]:.0%} ({titles(result)[worst[1].split('.')[0]]}, {result['servers'][worst[2]]}).", ""]


def speed(machine):
    """What tells a run on a fast or quiet machine from another one."""
    if "calibration" not in machine:
        return "How fast it was: not measured."
    (before, kernel_before), (after, kernel_after) = machine["calibration"]
    return (f"How fast it was: a fixed loop of our own took {before:.3f} s before the run and {after:.3f} s after it, 50,000 round trips over "
            f"the loopback interface {kernel_before:.3f} and {kernel_after:.3f} s; load average before it {machine['load_before']}, "
            f"{machine['stolen']:.1%} of the time taken by the hypervisor.")


def occasion(result):
    """When, how and on what."""
    m, o = result["machine"], result["options"]
    starts = "starts and idle connections" if "pinned" in result else "idle connections and the container's share of the start"
    rounds = "one round" if o["rounds"] == 1 else f"{o['rounds']} rounds" if o["few_rounds"] == o["rounds"] else \
        f"{o['rounds']} rounds ({o['few_rounds']} of {starts})"
    apart = "" if not result.get("pinned") else \
        " Under load each server had one processor, the client another one; starts and idle connections had all processors."
    tools = "; ".join(m[k] for k in ("java", "go", "wrk", "h2load", "nginx") if m.get(k))
    return [f"Measured on {result['date']}, at commit {m['commit']}, by `{result['command']}`: medians of {rounds}, {o['seconds']} seconds "
            f"each measurement, after {o['warmup']} seconds of load on each JVM.{apart}", "",
            f"Machine: {m['processors']} processors ({m['processor']}), {m['memory_gib']} GiB, {m['kernel']}. {tools}. "
            f"{speed(m)} All values: [{key(result)}.json](benchmarks/{key(result)}.json).", ""]


def section(result):
    """All of a result as Markdown."""
    middle = medians(result)
    lines = [*occasion(result), f"![The same figures as bars](benchmarks/{key(result)}.svg)", "",
             "The last column is how many times better Zokor is than the best of the other containers, whichever direction is better; "
             "bold where it is behind.", "", *table(result, middle), "", *spread(result)]
    worse = behind(result, middle)
    if worse:
        lines += ["**Where Zokor is behind** the best of the other containers by more than 3 percent:", "", *worse, ""]
    elif any(advantage(result, middle, figure) for figure in result["values"]):
        lines += ["In nothing that is measured here is Zokor behind the best of the other containers by more than 3 percent.", ""]
    if result["complaints"]:
        withheld = "; the figures that this is about are withheld" if result.get("withheld") else ""
        lines += [f"**What went wrong on the way**{withheld}:", "", *(f"- {c}" for c in result["complaints"]), ""]
    reached = goal_rows(result)
    if reached:
        lines += ["### Goals", "", "Ratios of the medians above.", "", *reached, ""]
    lines += ["### Commands", "", "```", *(f"{name}: {command}" for name, command in result["commands"].items()), "```"]
    return "\n".join(lines)
