"""The clients of HTTP/1.1: wrk, and small ones of our own for what it cannot do. Each is bounded in time."""
import http.client
import os
import re
import select
import socket
import ssl
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# Only Linux has it, and Python has no name for it before 3.12: a port is chosen when the connection is made, for its peer, so that ports
# of connections to earlier servers, which wait for two minutes, are not in the way.
IP_BIND_ADDRESS_NO_PORT = 24
GIVE_UP_AFTER = 50
MS = {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4, "h": 3.6e6}


def trust_all():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def get(port, path, tls=False, timeout=5):
    """Status and body, (0, b"") where nobody answers."""
    if tls:
        # By its name: Jetty answers 400 to a host that its certificate does not name.
        connection = http.client.HTTPSConnection("localhost", port, timeout=timeout, context=trust_all())
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def wrk(running, path, connections, seconds, tls=False, script=None):
    """The figures of one run of wrk, and the server's processor time during it."""
    # What comes late is to be seen in the percentiles; what has not come by then is a failure.
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    if script:
        command += ["-s", os.path.join(HERE, script)]
    command.append(f"{'https://localhost' if tls else 'http://127.0.0.1'}:{running.port}{path}")
    before = running.cpu_seconds()
    out = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=True).stdout
    cpu = running.cpu_seconds() - before
    count = int(re.search(r"(\d+) requests in", out).group(1))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    failed = re.search(r"Socket errors: (.*)", out)
    complaints = [f"{bad.group(1)} answers were no success"] if bad else []
    if failed:
        complaints += [part for part in failed.group(1).split(", ") if not part.endswith(" 0")]
    return {
        "rps": float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)),
        "p50_ms": milliseconds(out, "50%"),
        "p99_ms": milliseconds(out, "99%"),
        "cpu_us": cpu / max(count, 1) * 1e6,
    }, ", ".join(complaints)


def milliseconds(out, percentile):
    value, unit = re.search(rf"^\s+{percentile}\s+([\d.]+)(us|ms|s|m|h)\s*$", out, re.M).groups()
    return float(value) * MS[unit]


def new_tls_connections(running, seconds, clients=4):
    """Full handshakes of TLS 1.3, one request on each connection, one after the other in each of some processes."""
    command = [sys.executable, os.path.abspath(__file__), str(running.port), str(seconds)]
    before = running.cpu_seconds()
    started = time.monotonic()
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(clients)]
    count = 0
    for process in processes:
        out, _ = process.communicate(timeout=seconds + 60)
        if process.returncode != 0:
            raise RuntimeError("a client of TLS handshakes failed")
        count += int(out)
    elapsed = time.monotonic() - started
    return {"rps": count / elapsed, "cpu_us": (running.cpu_seconds() - before) / max(count, 1) * 1e6}, ""


def handshakes(port, seconds):
    context = trust_all()
    request = b"GET /raw HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    count = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as tls:
                tls.sendall(request)
                answer = b""
                while chunk := tls.recv(4096):
                    answer += chunk
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"answered with {answer[:80]!r}")
        count += 1
    return count


def upload(running, size):
    """One body of so many bytes, of declared length."""
    piece = memoryview(bytes(256 * 1024))
    running.forget_peak()
    resident = running.status_kib("VmRSS")
    before = running.cpu_seconds()
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", running.port), timeout=60) as connection:
        connection.sendall(b"POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
                           b"Content-Length: %d\r\nConnection: close\r\n\r\n" % size)
        left = size
        while left > 0:
            chunk = piece[:min(left, len(piece))]
            connection.sendall(chunk)
            left -= len(chunk)
        answer = b""
        while chunk := connection.recv(4096):
            answer += chunk
    elapsed = time.monotonic() - started
    if not answer.startswith(b"HTTP/1.1 200") or not answer.endswith(str(size).encode()):
        raise RuntimeError(f"the upload was answered with {answer[:200]!r}")
    mebibytes = size / (1 << 20)
    return {
        "mib_s": mebibytes / elapsed,
        "cpu_us_mib": (running.cpu_seconds() - before) / mebibytes * 1e6,
        "growth_mib": (running.status_kib("VmHWM") - resident) / 1024,
    }, ""


def open_connections(port, count, begin):
    """Opens connections, each of which begin() takes to where it is idle and returns, or raises OSError; fewer may come back."""
    connections = []
    refused = 0
    for i in range(count):
        connection = socket.socket()
        connection.settimeout(10)
        try:
            connection.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
            # Addresses of the loopback network in turn: one alone has not ports enough everywhere.
            connection.bind((f"127.0.0.{2 + i // 10000}", 0))
            connection.connect(("127.0.0.1", port))
            connections.append(begin(connection))
        except OSError:
            connection.close()
            refused += 1
            if refused > GIVE_UP_AFTER:
                break
    return connections


def begin_http(connection, path="/raw"):
    """One request and its answer."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    if not connection.recv(4096).startswith(b"HTTP/1.1 200"):
        raise ConnectionError("no answer")
    return connection


TLS = trust_all()


def begin_tls(connection):
    """A handshake of TLS 1.3, one request and its answer."""
    return begin_http(TLS.wrap_socket(connection, server_hostname="localhost"))


def still_open(connections):
    """How many of them the server has not closed."""
    poll = select.poll()
    for connection in connections:
        poll.register(connection, select.POLLRDHUP | select.POLLHUP)
    return len(connections) - len(poll.poll(0))


if __name__ == "__main__":
    print(handshakes(int(sys.argv[1]), float(sys.argv[2])))
