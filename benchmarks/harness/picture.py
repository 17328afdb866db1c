"""Draws medians as bars: an SVG that follows the reader's light or dark scheme."""
from html import escape

PANELS = {
    "servlet": (
        ("A servlet, 64 connections", "raw-64.rps", "requests/s, more is better"),
        ("A servlet, 512 connections", "raw-512.rps", "requests/s, more is better"),
        ("A servlet, processor time", "raw-64.cpu_us", "µs a request, less is better"),
        ("A servlet, 512 connections", "raw-512.p99_ms", "99th percentile in ms, less is better"),
        ("Spring MVC, 64 connections", "hello-64.rps", "requests/s, more is better"),
        ("Spring MVC, 512 connections", "hello-512.p99_ms", "99th percentile in ms, less is better"),
        ("Spring MVC, a megabyte", "big-32.rps", "requests/s, more is better"),
        ("2,000 clients, 100 ms of sleep", "sleep-2000.rps", "requests/s, more is better"),
        ("TLS 1.3, keep-alive", "tls-64.rps", "requests/s, more is better"),
        ("An idle connection", "idle.each_kib", "KiB, heap and growth outside of it, less is better"),
        ("Resident after start", "start.rss_mib", "MiB, less is better"),
        ("Start-up", "start.s", "seconds, less is better"),
    ),
    "http2": (
        ("16 connections of 16 streams", "h2-16x16.rps", "requests/s, more is better"),
        ("16 connections of 16 streams", "h2-16x16.cpu_us", "processor time a request in µs, less is better"),
        ("One connection of 100 streams", "h2-1x100.rps", "requests/s, more is better"),
        ("64 connections of one stream", "h2-64x1.rps", "requests/s, more is better"),
        ("512 connections of 4 streams", "h2-512x4.p99_ms", "99th percentile in ms, less is better"),
        ("100 MiB", "h2-download.mib_s", "MiB/s, more is better"),
        ("A megabyte", "h2-big.rps", "requests/s, more is better"),
        ("An idle connection", "idle-h2.each_kib", "KiB, heap and growth outside of it, less is better"),
    ),
    "websocket": (
        ("100 bytes, one session", "ws-1.mps", "messages/s, more is better"),
        ("100 bytes, 64 sessions", "ws-64.mps", "messages/s, more is better"),
        ("100 bytes, 64 sessions", "ws-64.cpu_us_message", "processor time a message in µs, less is better"),
        ("100 bytes, 512 sessions", "ws-512.p99_ms", "99th percentile in ms, less is better"),
        ("64 KiB, 64 sessions", "ws-65536.mps", "messages/s, more is better"),
        ("An idle session", "idle-ws.each_kib", "KiB, heap and growth outside of it, less is better"),
    ),
    "webflux": (
        ("Two bytes, 64 connections", "hello-64.rps", "requests/s, more is better"),
        ("Two bytes, 512 connections", "hello-512.p99_ms", "99th percentile in ms, less is better"),
        ("JSON, 64 connections", "json-64.rps", "requests/s, more is better"),
        ("JSON, processor time", "json-64.cpu_us", "µs a request, less is better"),
        ("100 flushed lines", "stream-32.rps", "requests/s, more is better"),
        ("A megabyte", "big-32.rps", "requests/s, more is better"),
        ("2,000 clients, 100 ms of delay", "sleep-2000.rps", "requests/s, more is better"),
        ("An idle connection", "idle.each_kib", "KiB, heap and growth outside of it, less is better"),
    ),
}
COLUMNS = 2
WIDTH, LABEL, VALUE = 430, 150, 62
HEADER, BAR, GAP, MARGIN = 40, 15, 5, 16
STYLE = """
text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 13px }
.unit, .name { fill: #57606a }
.paper { fill: #ffffff }
.bar { fill: #8c959f }
.ours { fill: #1a7f64 }
@media (prefers-color-scheme: dark) {
 text { fill: #e6edf3 }
 .unit, .name { fill: #9198a1 }
 .paper { fill: #0d1117 }
 .bar { fill: #6e7681 }
 .ours { fill: #3fb68b }
}
"""


def draw(result, medians):
    """The SVG's text."""
    panels = [panel for panel in PANELS[result["suite"]] if panel[1] in medians]
    height = HEADER + len(result["servers"]) * (BAR + GAP) + MARGIN
    rows = -(-len(panels) // COLUMNS)
    total = (COLUMNS * (WIDTH + MARGIN) + MARGIN, rows * height + MARGIN)
    title = "Medians of " + ", ".join(result["servers"].values())
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total[0]} {total[1]}" width="{total[0]}" height="{total[1]}" role="img">',
             f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>",
             # A paper of its own: the page may be light where the reader's system is dark.
             f'<rect class="paper" width="{total[0]}" height="{total[1]}" rx="6"/>']
    for i, panel in enumerate(panels):
        x = MARGIN + (i % COLUMNS) * (WIDTH + MARGIN)
        y = MARGIN + (i // COLUMNS) * height
        parts += bars(panel, result["servers"], medians[panel[1]], x, y)
    return "\n".join([*parts, "</svg>", ""])


def bars(panel, servers, values, x, y):
    title, _, unit = panel
    parts = [f'<text class="title" x="{x}" y="{y + 13}">{escape(title)}</text>',
             f'<text class="unit" x="{x}" y="{y + 29}">{escape(unit)}</text>']
    longest = max(max(values.values()), 1e-9)
    room = WIDTH - LABEL - VALUE
    row = 0
    for name, label in servers.items():
        if name not in values:
            continue
        top = y + HEADER + row * (BAR + GAP)
        width = max(1.0, room * max(values[name], 0) / longest)
        ours = " ours" if name in ("zokor", "core", "servlet") else ""
        parts += [f'<text class="name" x="{x + LABEL - 8}" y="{top + 12}" text-anchor="end">{escape(label)}</text>',
                  f'<rect class="bar{ours}" x="{x + LABEL}" y="{top}" width="{width:.1f}" height="{BAR}" rx="2"/>',
                  f'<text x="{x + LABEL + width + 6:.1f}" y="{top + 12}">{number(values[name])}</text>']
        row += 1
    return parts


def number(value):
    if value >= 1000:
        return f"{value / 1000:,.1f} k"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
