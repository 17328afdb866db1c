"""HTTP/2 without TLS, by prior knowledge: h2load, and a client of our own that asks one thing on one connection (RFC 9113)."""
import os
import re
import socket
import struct
import subprocess
import tempfile

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 7, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
INITIAL_WINDOW_SIZE = 4
# ":status: 200" in the static table (RFC 7541 appendix A).
STATUS_200 = b"\x88"
LARGEST_WINDOW = (1 << 31) - 1
TIMEOUT = 60
SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def text(value):
    """A string of HPACK, not compressed (RFC 7541 section 5.2)."""
    return bytes([len(value)]) + value.encode()


def request(path):
    """Preface, settings with windows that never close, and a GET as stream 1."""
    # GET and http are whole in the static table (82, 86); authority and path are names of it (1 and 4).
    block = b"\x82\x86\x01" + text("localhost") + b"\x04" + text(path)
    return (PREFACE + frame(SETTINGS, 0, 0, struct.pack(">HI", INITIAL_WINDOW_SIZE, LARGEST_WINDOW))
            + frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", LARGEST_WINDOW - 65535))
            + frame(HEADERS, END_STREAM | END_HEADERS, 1, block))


class Frames:
    """The frames that come over a connection."""

    def __init__(self, connection):
        self.connection = connection
        self.bytes = b""

    def take(self, count):
        while len(self.bytes) < count:
            chunk = self.connection.recv(256 * 1024)
            if not chunk:
                raise ConnectionError("the server has closed the connection")
            self.bytes += chunk
        taken, self.bytes = self.bytes[:count], self.bytes[count:]
        return taken

    def next(self):
        head = self.take(9)
        return head[3], head[4], self.take(int.from_bytes(head[:3], "big"))


def behind_table_size(block):
    """The fields without the size of the table that may stand before them (RFC 7541 section 6.3)."""
    while block and block[0] & 0xE0 == 0x20:
        end = 1
        if block[0] == 0x3F:
            while block[end] & 0x80:
                end += 1
            end += 1
        block = block[end:]
    return block


def answer(connection, path="/raw"):
    """Status and body of one GET; the status is 0 where it is not 200, as only that one is read from the compressed fields."""
    connection.sendall(request(path))
    frames = Frames(connection)
    status, body = 0, []
    while True:
        kind, flags, payload = frames.next()
        if kind == SETTINGS and not flags & ACK:
            connection.sendall(frame(SETTINGS, ACK, 0))
        elif kind == HEADERS:
            status = 200 if behind_table_size(payload)[:1] == STATUS_200 else 0
        elif kind == DATA:
            body.append(payload)
        elif kind in (RST_STREAM, GOAWAY):
            return 0, b""
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            return status, b"".join(body)


def begin(connection):
    """One request and its answer, after which the connection is idle."""
    if answer(connection)[0] != 200:
        raise ConnectionError("no answer")
    return connection


def get(port, path, timeout=5):
    """Status and body, (0, b"") where nobody answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
            return answer(connection, path)
    except OSError:
        return 0, b""


def h2load(running, path, connections, streams, requests, latencies=False):
    """
    Figures of so many requests, with the server's processor time and writes during them; what went wrong; and the seconds that it took.
    A number of requests and no duration: after a duration h2load waits for servers to close connections, which some never do.
    """
    command = ["h2load", "-t1", f"-c{connections}", f"-m{streams}", f"-n{requests}"]
    with tempfile.TemporaryDirectory(prefix="zokor-h2load-") as directory:
        log = os.path.join(directory, "requests")
        if latencies:
            command.append(f"--log-file={log}")
        command.append(f"http://127.0.0.1:{running.port}{path}")
        cpu, writes = running.cpu_seconds(), running.writes()
        out = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=True).stdout
        cpu, writes = running.cpu_seconds() - cpu, running.writes() - writes
        tail = percentile(log, 0.99) if latencies else None
    elapsed, unit, rate = re.search(r"^finished in ([\d.]+)(us|ms|s|m), ([\d.]+) req/s", out, re.M).groups()
    counts = {name: int(number) for number, name in re.findall(r"(\d+) (failed|errored|timeout|2xx)\b", out)}
    complaints = [f"{counts[name]} requests {name}" for name in ("failed", "errored", "timeout") if counts[name]]
    if counts["2xx"] < requests:
        complaints.append(f"{requests - counts['2xx']} of {requests} answers were no success")
    figures = {"rps": float(rate), "cpu_us": cpu / requests * 1e6, "writes": writes / requests}
    if latencies:
        figures["p99_ms"] = tail
    return figures, ", ".join(complaints), float(elapsed) * SECONDS[unit]


def percentile(log, share):
    """Of the response times, which stand in microseconds in the last column."""
    with open(log) as lines:
        times = sorted(int(line.rsplit("\t", 1)[1]) for line in lines)
    return times[min(int(len(times) * share), len(times) - 1)] / 1000
