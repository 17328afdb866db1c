"""Three times the load that an application can bear: Zokor with the limit that finds itself, beside Tomcat with its 200 threads.

The application asks a store with so many connections, each of which answers in the same time (samples/overload): its capacity does not
depend on the machine. It is measured with as many clients as there are connections, each of which asks again as soon as it is answered.
Then requests come by the clock, three times as many as that, whatever becomes of those before: each client waits for three seconds and
then leaves. Times count from when a request was due. How late this script itself comes, as the machine has other work, is measured
beside it and not held against a server.
"""
import argparse
import asyncio
import collections
import json
import re
import resource
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request

PATIENCE = 3.0
MOST_CLIENTS = 1500


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Client(asyncio.Protocol):
    """A connection with one request at a time."""

    def __init__(self):
        self.transport, self.waiting, self.received = None, None, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.received += data
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end or not self.waiting or self.waiting.done():
            return
        chunked = re.search(rb"(?i)\r\nTransfer-Encoding: *chunked", head)
        length = re.search(rb"(?i)\r\nContent-Length: *(\d+)", head)
        if body.endswith(b"0\r\n\r\n") if chunked else len(body) >= int(length[1]):
            self.received = b""
            self.waiting.set_result((int(head[9:12]), head))

    def connection_lost(self, failure):
        if self.waiting and not self.waiting.done():
            self.waiting.set_exception(failure or ConnectionResetError("closed"))

    async def ask(self, patience):
        self.waiting = asyncio.get_running_loop().create_future()
        self.transport.write(b"GET /stock HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return await asyncio.wait_for(self.waiting, patience)


# Requests served a second; the time in seconds that 99 of 100 of them took at most, and by which this script was late as often; how many
# were refused; what should not have come.
Seen = collections.namedtuple("Seen", "served slowest late refused broken")


class Load:
    """What was asked of one server, and what came of it since the last look."""

    def __init__(self, port):
        self.port, self.idle, self.open = port, [], 0
        self.forget()

    def forget(self):
        self.since, self.times, self.refused, self.left, self.broken, self.late = time.monotonic(), [], 0, 0, [], [0.0]

    async def watch(self):
        """How late a task of this script runs."""
        while True:
            due = time.monotonic() + 0.02
            await asyncio.sleep(0.02)
            self.late.append(time.monotonic() - due)

    async def client(self):
        while self.idle:
            client = self.idle.pop()
            if not client.transport.is_closing():
                return client
        _, client = await asyncio.wait_for(
            asyncio.get_running_loop().create_connection(Client, "127.0.0.1", self.port), PATIENCE)
        return client

    async def one(self, due):
        """One request, which was due at that moment."""
        self.open += 1
        client = None
        try:
            client = await self.client()
            status, head = await client.ask(max(0.001, due + PATIENCE - time.monotonic()))
            if status == 200:
                self.times.append(time.monotonic() - due)
            elif status == 503 and re.search(rb"(?i)\r\nRetry-After: *[1-9]", head):
                self.refused += 1
            else:
                self.broken.append(head.decode("latin-1"))
            if re.search(rb"(?i)\r\nConnection: *close", head):
                client.transport.close()
            else:
                self.idle.append(client)
        except asyncio.TimeoutError:
            self.left += 1
            if client:
                client.transport.abort()
        except OSError as failure:
            self.broken.append(repr(failure))
        finally:
            self.open -= 1

    async def again_and_again(self, clients, seconds):
        """As many clients, each of which asks again as soon as it is answered."""
        end = time.monotonic() + seconds

        async def run():
            while time.monotonic() < end:
                await self.one(time.monotonic())

        await asyncio.gather(*(run() for _ in range(clients)))

    async def by_the_clock(self, rate, seconds):
        """So many requests a second, whatever becomes of them; where too many are open, the next ones leave at once."""
        began, running = time.monotonic(), set()
        for n in range(int(rate * seconds)):
            due = began + n / rate
            if due > time.monotonic():
                await asyncio.sleep(due - time.monotonic())
            if self.open >= MOST_CLIENTS:
                self.left += 1
                continue
            task = asyncio.ensure_future(self.one(due))
            running.add(task)
            task.add_done_callback(running.discard)

    def look(self, text):
        """Says what has come since the last look."""
        seconds = time.monotonic() - self.since
        times, lateness = sorted(self.times), sorted(self.late)
        seen = Seen(len(times) / seconds, times[len(times) * 99 // 100] if times else PATIENCE, lateness[len(lateness) * 99 // 100],
                    self.refused, self.broken)
        middle = times[len(times) // 2] if times else PATIENCE
        print(f"      {text:27} {seen.served:4.0f} served/s  p50 {middle * 1000:5.0f} ms  p99 {seen.slowest * 1000:5.0f} ms  "
              f"{self.refused / seconds:4.0f} refused/s  {self.left / seconds:4.0f} left/s  this script late by {seen.late * 1000:.0f} ms",
              flush=True)
        self.forget()
        return seen


async def measure(name, port, connections, millis, judge):
    """The capacity, the times at a quarter of it, and three times that load until that is judged well, in five rounds at most: a machine has bad moments."""
    load = Load(port)
    watch = asyncio.ensure_future(load.watch())
    await load.again_and_again(8, 4)
    load.forget()
    await load.by_the_clock(connections * 1000 / millis / 4, 8)
    await asyncio.sleep(PATIENCE / 4)
    unloaded = load.look(name + ", a quarter of that")
    await load.again_and_again(connections, 6)
    capacity = load.look(name + ", at its capacity")
    assert not unloaded.broken + capacity.broken, (unloaded.broken + capacity.broken)[:3]
    overload = asyncio.ensure_future(load.by_the_clock(3 * capacity.served, 100))
    try:
        await asyncio.sleep(12)
        load.look(name + ", three times, at first")
        for _ in range(5):
            await asyncio.sleep(12)
            seen = load.look(name + ", three times that")
            assert not seen.broken, seen.broken[:3]
            wrong = judge(unloaded, capacity, seen)
            if not wrong:
                return
            print("      " + wrong)
        raise SystemExit(f"FAIL  {name} under three times its capacity: {wrong}")
    finally:
        for task in (overload, watch):
            task.cancel()
        await asyncio.gather(overload, watch, return_exceptions=True)


def stands(unloaded, capacity, seen):
    if seen.served < 0.9 * capacity.served:
        return f"only {seen.served / capacity.served:.2f} of the capacity is served"
    # Twice, and a tenth for what else the machine does.
    if seen.slowest - seen.late > 2.2 * unloaded.slowest:
        return f"p99 is {seen.slowest / unloaded.slowest:.2f} times that of a quarter of the load"
    if not seen.refused:
        return "nothing is refused"
    print(f"ok    Zokor serves {seen.served / capacity.served:.2f} of its capacity, p99 {seen.slowest / unloaded.slowest:.2f} times "
          "that of a quarter of the load; what is refused is told by 503 and Retry-After when to come again")
    return None


def collapses(unloaded, capacity, seen):
    if seen.slowest < 3 * unloaded.slowest:
        return "it bears that"
    print(f"ok    Tomcat with its 200 threads serves {seen.served / capacity.served:.2f} of its capacity in time, "
          f"p99 {seen.slowest / unloaded.slowest:.1f} times that of a quarter of the load")
    return None


def limit(port):
    """Actuator is on a port of its own: on the application's it would be refused like anything else."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/actuator/zokor", timeout=30) as answer:
        view = json.load(answer)["servers"]["main"]
    return view["limits"]["max-concurrent-requests"]["limit"], view["automaticLimits"]["max-concurrent-requests"]


def zokor(port, management, options):
    asyncio.run(measure("Zokor", port, options.connections, options.millis, stands))
    found, bounds = limit(management)
    print(f"      the limit that it found for {options.connections} connections: {found}, between {bounds['least']} and {bounds['most']}")


def tomcat(port, _, options):
    asyncio.run(measure("Tomcat", port, options.connections, options.millis, collapses))


def run(options, server, *properties):
    port, management = free_port(), free_port()
    with open(f"{options.work}/{server.__name__}.log", "wb") as log:
        process = subprocess.Popen([options.java, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *shlex.split(options.application), f"--server.port={port}",
                                    f"--management.server.port={management}", *properties],
                                   stdout=log, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + 120
        while not (listens(port) and listens(management)):
            if process.poll() is not None or time.monotonic() > end:
                with open(log.name, errors="replace") as text:
                    raise SystemExit(f"FAIL  {server.__name__} did not start:\n{text.read()[-3000:]}")
            time.sleep(0.1)
        server(port, management, options)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def main():
    parser = argparse.ArgumentParser()
    for name in ("java", "application", "work"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--millis", type=int, default=250)
    options = parser.parse_args()
    # A signal is an ordinary end, so that nothing is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096) if hard > 0 else 4096, hard))
    store = f"--store.connections={options.connections}", f"--store.millis={options.millis}"
    run(options, zokor, *store)
    run(options, tomcat, *store, "--zokor.enabled=false")


if __name__ == "__main__":
    main()
