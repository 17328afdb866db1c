"""Counts what a request costs: bytes allocated and system calls. Arguments: java, class path, work directory.

The server runs in its own JVM, only with the quick compiler, which allocates what the source says (the other one leaves out
what its escape analysis finds, more or less of it as it happens to inline), and with a heap in which no collection is needed.
So the count of bytes is the same every time. The client waits a moment before each request, so that the server always has to
park: the costliest course, and the one that is always the same.
"""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

LIMITS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cost-limits.json")
# What of a limit a figure may be above it before the check fails.
SLACK = 0.10
JVM = ["-Xms256m", "-Xmx256m", "-Xmn192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
WARM_UP = 3000
COUNTED = 1500
TRACED = 400
PAUSE = 0.002
GET = b"GET /raw HTTP/1.1\r\nHost: localhost\r\nUser-Agent: cost\r\nAccept: */*\r\n\r\n"
BODY = b"x" * 1024
POST = (b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: 1024\r\n\r\n" + BODY)
PIPELINED = 16
TRANSFER = ("read", "readv", "recvfrom", "recvmsg", "write", "writev", "sendto", "sendmsg")
POLLING = ("epoll_ctl", "epoll_wait", "epoll_pwait", "poll", "ppoll")


class Client:
    """A keep-alive connection."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def response(self):
        """The body of the next response."""
        while b"\r\n\r\n" not in self.buffer:
            self.fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"answered with {head!r}")
        length = int(re.search(rb"(?i)\r\ncontent-length: *(\d+)", head).group(1))
        while len(self.buffer) < length:
            self.fill()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return body

    def fill(self):
        received = self.socket.recv(65536)
        if not received:
            raise RuntimeError("the server closed the connection")
        self.buffer += received

    def exchange(self, request, times, pause=0.0, together=1):
        """So many requests, as many at a time as `together` says."""
        for _ in range(times // together):
            if pause:
                time.sleep(pause)
            self.socket.sendall(request * together)
            for _ in range(together):
                self.response()


def allocated(client):
    client.socket.sendall(b"GET /allocated HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return int(client.response())


def bytes_per_request(port, request):
    """Of the steady state, without what asking for the count costs."""
    client, watcher = Client(port), Client(port)
    client.exchange(request, WARM_UP)
    for _ in range(50):
        allocated(watcher)
    first = allocated(watcher)
    second = allocated(watcher)
    client.exchange(request, COUNTED, PAUSE)
    third = allocated(watcher)
    return (third - second - (second - first)) / COUNTED


def calls_per_request(port, pid, request, work, together):
    """System calls by name, counted by strace; None where it may not look."""
    client = Client(port)
    client.exchange(request, 10 * together, PAUSE, together)
    out = os.path.join(work, "strace")
    errors = os.path.join(work, "strace-errors")
    with open(errors, "w") as file:
        tracer = subprocess.Popen(["strace", "-c", "-f", "-q", "-o", out, "-p", str(pid)], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=file)
    try:
        end = time.monotonic() + 30
        while not is_traced(pid):
            if tracer.poll() is not None or time.monotonic() > end:
                with open(errors) as file:
                    complaint = file.read()
                if "not permitted" in complaint:
                    return None
                raise RuntimeError(f"strace does not count: {complaint}")
            time.sleep(0.01)
        client.exchange(request, TRACED * together, PAUSE, together)
    finally:
        if tracer.poll() is None:
            tracer.send_signal(signal.SIGINT)
        tracer.wait(30)
    counts = {}
    with open(out) as file:
        for line in file:
            fields = line.split()
            if len(fields) >= 5 and fields[0].replace(".", "").isdigit() and fields[-1] != "total":
                counts[fields[-1]] = int(fields[3]) / (TRACED * together)
    if not counts:
        raise RuntimeError("strace counted nothing")
    return counts


def is_traced(pid):
    """Whether a tracer is attached to every thread."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/status") as status:
                if re.search(r"^TracerPid:\s+0$", status.read(), re.M):
                    return False
        except FileNotFoundError:
            continue
    return True


def measure(java, classes, work, kind):
    """The figures of the core or of the servlet container."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([java, *JVM, "-cp", classes, f"io.zokor.benchmarks.{kind.title()}Server", str(port)],
                              stdin=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while True:
            try:
                Client(port).socket.close()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"the server does not start ({kind})") from None
                time.sleep(0.05)
        figures = {f"{kind} GET, bytes allocated": bytes_per_request(port, GET),
                   f"{kind} POST of 1 KiB, bytes allocated": bytes_per_request(port, POST)}
        for name, request, together in (("GET", GET, 1), ("POST of 1 KiB", POST, 1), (f"GET, {PIPELINED} pipelined", GET, PIPELINED)):
            counts = calls_per_request(port, server.pid, request, work, together)
            if counts is None:
                print("skip  system calls are not counted: strace may not attach on this machine")
                break
            figures[f"{kind} {name}, reads and writes"] = sum(counts.get(call, 0) for call in TRANSFER)
            figures[f"{kind} {name}, calls for polling"] = sum(counts.get(call, 0) for call in POLLING)
            print(f"      {kind} {name}: " + ", ".join(f"{call} {n:.2f}" for call, n in sorted(counts.items(), key=lambda e: -e[1]) if n >= 0.05))
        return figures
    finally:
        server.kill()
        server.wait()


def main():
    java, classes, work = sys.argv[1:4]
    figures = measure(java, classes, work, "core") | measure(java, classes, work, "servlet")
    if len(sys.argv) > 4 and sys.argv[4] == "--update":
        with open(LIMITS, "w") as file:
            json.dump({name: round(value, 2 if value < 100 else None) for name, value in figures.items()}, file, indent=1)
            file.write("\n")
        print(f"wrote {LIMITS}")
        return
    with open(LIMITS) as file:
        limits = json.load(file)
    failed = False
    for name, value in figures.items():
        if name not in limits:
            sys.exit(f"FAIL  {LIMITS} has no '{name}'")
        bound = limits[name] * (1 + SLACK) + 0.05
        text = f"{name}: {value:.2f} a request, {limits[name]} is usual"
        if value > bound:
            failed = True
            print(f"FAIL  {text}", file=sys.stderr)
        else:
            print(f"ok    {text}" + (" (much less: lower the limit)" if value < limits[name] * (1 - SLACK) - 0.05 else ""))
    if failed:
        sys.exit("A request costs more than it did. If that is meant, write the new figures into the limits with "
                 ".ci/checks/70-cost.sh --update, and say in the commit what they are for.")


if __name__ == "__main__":
    main()
