"""WebSockets: the client that makes load (WebSocketLoad of benchmarks/jmh), and one of our own that opens an idle session (RFC 6455)."""
import atexit
import functools
import os
import select
import socket
import subprocess

from .machine import ROOT, java_home

PATH = "/ws"
HANDSHAKE = (f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n").encode()
# Two bytes as one binary message; the mask is zero, so they are what they are.
MESSAGE = b"\x82\x82\x00\x00\x00\x00ok"
ECHO = b"\x82\x02ok"


def begin(connection):
    """The handshake and one message that comes back, after which the session is idle."""
    connection.sendall(HANDSHAKE)
    expect(connection, lambda got: got.startswith(b"HTTP/1.1 101 ") and got.endswith(b"\r\n\r\n"))
    connection.sendall(MESSAGE)
    expect(connection, lambda got: got == ECHO)
    return connection


def expect(connection, enough):
    got = b""
    while not enough(got):
        chunk = connection.recv(4096)
        if not chunk:
            raise ConnectionError("the server has closed the connection")
        got += chunk


def answered(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            begin(connection)
            return True
    except OSError:
        return False


class LoadClient:
    """The process of WebSocketLoad; one for a whole run, so that it is compiled when it counts."""

    def __init__(self):
        classes = os.path.join(ROOT, "benchmarks", "jmh", "target", "classes")
        self.process = subprocess.Popen([os.path.join(java_home(), "bin", "java"), "-Xmx256m", "-XX:+UseSerialGC", "-cp", classes,
                                         "io.zokor.benchmarks.WebSocketLoad"], bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        atexit.register(self.stop)

    def stop(self):
        self.process.kill()
        self.process.wait()

    def line(self, timeout):
        if not select.select([self.process.stdout], [], [], timeout)[0]:
            raise RuntimeError(f"the client of WebSockets said nothing for {timeout:.0f} s")
        words = self.process.stdout.readline().decode().split(None, 1)
        if not words or words[0] == "failed":
            raise RuntimeError(words[1].strip() if len(words) > 1 else "the client of WebSockets has ended")
        return words[1].split() if len(words) > 1 else []

    def measure(self, running, sessions, size, seconds):
        """The figures of one run, and the server's processor time during it."""
        self.process.stdin.write(f"{running.port} {PATH} {sessions} {size} {seconds}\n".encode())
        self.line(60)
        cpu = running.cpu_seconds()
        rate, median, tail, count = self.line(seconds + 60)
        cpu = running.cpu_seconds() - cpu
        return {"mps": float(rate), "p50_ms": float(median), "p99_ms": float(tail), "cpu_us_message": cpu / max(int(count), 1) * 1e6}, ""


@functools.cache
def client():
    return LoadClient()
