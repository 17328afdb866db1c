"""Asks a real Prometheus, which scrapes the demo application under some traffic, for every query of docs/grafana/zokor.json.

Each must return data. Whatever Prometheus thinks of the alerts is checked as well. --picture FILE draws the panels as SVG from the same
answers; docs/grafana/zokor.svg was made so.
"""
import argparse
import json
import math
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from xml.sax.saxutils import escape

COLOURS = ["#3274d9", "#e0752d", "#56a64b", "#a352cc", "#c4162a", "#8f8f8f", "#0aa5a5", "#e5ac0e", "#b877d9"]
ANY_CERTIFICATE = ssl._create_unverified_context()


def ask(port, path, data=None, headers=()):
    request = urllib.request.Request(f"https://127.0.0.1:{port}{path}", data=data, headers=dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=30, context=ANY_CERTIFICATE) as response:
            response.read()
            return response.status
    except urllib.error.HTTPError as error:
        error.read()
        return error.code


def malformed(port):
    with ANY_CERTIFICATE.wrap_socket(socket.create_connection(("127.0.0.1", port))) as connection:
        connection.sendall(b"GET /no<good> HTTP/1.1\r\nHost: a\r\n\r\n")
        return connection.recv(100)


def no_handshake(port):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"\x16\x03\x01\x00\x05nope!")
        connection.recv(100)


def drive(port, stop):
    """Some of everything, until told to stop: what each panel shows."""
    turn = 0
    json_type = {"Content-Type": "application/json"}
    while not stop.is_set():
        turn += 1
        for _ in range(5):
            ask(port, "/api/items")
        ask(port, "/api/items", b'{"title":"From the check"}', json_type)
        ask(port, "/api/slow?ms=30")
        if turn % 5 == 0:
            ask(port, "/api/panic")
            malformed(port)
        if turn % 9 == 0:
            no_handshake(port)


class Prometheus:
    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}/api/v1/"

    def get(self, path, **parameters):
        with urllib.request.urlopen(self.url + path + "?" + urllib.parse.urlencode(parameters), timeout=10) as response:
            answer = json.load(response)
        assert answer["status"] == "success", answer
        return answer["data"]

    def ready(self):
        try:
            return self.get("query", query="zokor_connections")["result"]
        except (OSError, AssertionError):
            return False


def await_true(what, condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"FAIL  {what} took longer than {seconds} s")
        time.sleep(0.2)


def expression(target, server):
    text = target["expr"]
    for name, value in (("$instance", ".*"), ("$server", server), ("$__rate_interval", "10s")):
        text = text.replace(name, value)
    assert "$" not in text, text
    return text


def legend(target, metric):
    text = target["legendFormat"]
    for name, value in metric.items():
        text = text.replace("{{" + name + "}}", value)
    return text


def numbers(series):
    points = [(float(at), float(value)) for at, value in series["values"]]
    return [(at, value) for at, value in points if math.isfinite(value)]


def draw(panels, file):
    width, height, columns = 380, 230, 3
    rows = -(-len(panels) // columns)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * columns}" height="{height * rows}" '
           'font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#f4f5f5"/>']
    for number, (title, lines) in enumerate(panels):
        x0, y0 = (number % columns) * width, number // columns * height
        out.append(f'<g transform="translate({x0},{y0})"><rect x="4" y="4" width="{width - 8}" height="{height - 8}" '
                   f'fill="white" stroke="#ccc"/><text x="14" y="22" font-weight="bold">{escape(title)}</text>')
        values = [point for _, points in lines for point in points]
        first, last = min(at for at, _ in values), max(at for at, _ in values)
        top = max(value for _, value in values) or 1
        left, right, upper, lower = 62, width - 16, 34, height - 62
        for part in (0, 0.5, 1):
            y = lower - part * (lower - upper)
            out.append(f'<line x1="{left}" x2="{right}" y1="{y:.0f}" y2="{y:.0f}" stroke="#e5e5e5"/>'
                       f'<text x="{left - 6}" y="{y + 4:.0f}" text-anchor="end" fill="#666">{top * part:.3g}</text>')
        column = 14
        row = height - 42
        for index, (name, points) in enumerate(lines):
            colour = COLOURS[index % len(COLOURS)]
            path = " ".join(f"{left + (right - left) * (at - first) / ((last - first) or 1):.1f},"
                            f"{lower - (lower - upper) * value / top:.1f}" for at, value in points)
            out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.3"/>')
            if column + 14 + 6 * len(name) > width - 10 and column > 14:
                column, row = 14, row + 14
            if row < height - 8:
                out.append(f'<rect x="{column}" y="{row - 7}" width="8" height="8" fill="{colour}"/>'
                           f'<text x="{column + 11}" y="{row}" fill="#333">{escape(name)}</text>')
            column += 22 + 6 * len(name)
        out.append("</g>")
    out.append("</svg>\n")
    with open(file, "w", encoding="utf-8") as svg:
        svg.write("\n".join(out))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--app", type=int, required=True)
    options.add_argument("--prometheus", type=int, required=True)
    options.add_argument("--seconds", type=float, default=12, help="how long there is traffic")
    options.add_argument("--picture")
    options = options.parse_args()
    prometheus = Prometheus(options.prometheus)
    stop = threading.Event()
    started = time.time()
    clients = [threading.Thread(target=drive, args=(options.app, stop), daemon=True) for _ in range(2)]
    for client in clients:
        client.start()
    await_true("the first scrape", prometheus.ready, 60)

    def counted(query):
        return any(float(series["value"][1]) > 0 for series in prometheus.get("query", query=query)["result"])

    # Two scrapes with each kind of event, so that rates exist.
    for query in ("rate(zokor_panics_total[10s])", 'rate(zokor_requests_rejected_total{reason="target"}[10s])',
                  'rate(zokor_tls_handshakes_total{result="failure"}[10s])'):
        await_true(query, lambda query=query: counted(query), 60)
    time.sleep(max(0.0, options.seconds - (time.time() - started)))
    with open("docs/grafana/zokor.json", encoding="utf-8") as file:
        dashboard = json.load(file)
    panels, queries, empty = [], 0, []
    for panel in dashboard["panels"]:
        lines = []
        for target in panel["targets"]:
            queries += 1
            query = expression(target, "main")
            found = prometheus.get("query_range", query=query, start=started, end=time.time(), step=1)["result"]
            drawn = [(legend(target, series["metric"]), numbers(series)) for series in found if numbers(series)]
            if not drawn:
                empty.append(f'{panel["title"]}: {query}')
            lines += drawn
        panels.append((panel["title"], lines))
    stop.set()
    for client in clients:
        client.join(40)
    rules = [rule for group in prometheus.get("rules")["groups"] for rule in group["rules"]]
    sick = [rule["name"] + ": " + rule.get("lastError", "") for rule in rules if rule["health"] == "err"]
    await_true("the panics' alert", lambda: any(alert["labels"]["alertname"] == "ZokorPanics"
               and alert["state"] == "firing" for alert in prometheus.get("alerts")["alerts"]), 30)
    if empty or sick or not rules:
        sys.exit("FAIL  queries without data:\n  " + "\n  ".join(empty) + f"\nalerts: {len(rules)}, failing: {sick}")
    print(f"ok    {queries} queries of {len(panels)} panels return data from a running application")
    print(f"ok    {len(rules)} alerts are evaluated, and the one for panics fires")
    if options.picture:
        draw(panels, options.picture)


main()
