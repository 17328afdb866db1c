"""Restarts two instances of the demo behind nginx in turn, under load, and counts what became of each POST.

A POST is lost if its handler ran (its item is in the database) and its client got no complete answer. What failed without
its handler having run is reported apart: a client may safely send that again.
"""
import argparse, asyncio, http.client, json, os, signal, socket, subprocess, sys, threading, time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(seconds, what, condition):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"FAIL  {what}: not within {seconds} s")
        time.sleep(0.05)


class Instance:
    """One demo application with a database in a file, so that what it did survives its restarts."""

    def __init__(self, name, options):
        self.name, self.options, self.port, self.process = name, options, free_port(), None

    def start(self, drain_delay):
        o = self.options
        self.log = open(f"{o.work}/{self.name}.log", "ab")
        self.process = subprocess.Popen(
            [o.java, "-Xmx256m", "-XX:TieredStopAtLevel=1", "-jar", o.jar, f"--server.port={self.port}",
             f"--spring.datasource.url=jdbc:h2:file:{o.work}/{self.name};DB_CLOSE_ON_EXIT=FALSE",
             f"--zokor.shutdown.drain-delay={drain_delay}"],
            stdout=self.log, stderr=subprocess.STDOUT)
        until(90, f"{self.name} starts", lambda: self.process.poll() is not None or self.ready())
        if self.process.poll() is not None:
            raise SystemExit(f"FAIL  {self.name} did not start, see its log:\n"
                             + open(f"{o.work}/{self.name}.log", errors="replace").read()[-3000:])

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def ready(self):
        try:
            return self.get("/actuator/health/readiness")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def titles(self):
        titles, before = set(), 1 << 62
        while True:
            page = json.loads(self.get(f"/api/items?limit=1000&before={before}")[1])
            if not page:
                return titles
            titles.update(item["title"] for item in page)
            before = page[-1]["id"]

    def show_problems(self):
        with open(f"{self.options.work}/{self.name}.log", errors="replace") as log:
            lines = [line.rstrip() for line in log if " WARN " in line or " ERROR " in line or " cut" in line]
        print(f"      {self.name}'s log has {len(lines)} warnings and errors", *lines[:10], sep="\n      ")

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Nginx:
    """The balancer. Whoever tells it which instances are ready stands for what Kubernetes does with readiness probes."""

    def __init__(self, options):
        self.options, self.port, self.process = options, free_port(), None
        self.config = f"{options.work}/nginx.conf"

    def write(self, instances):
        work = self.options.work
        servers = "".join(f"server 127.0.0.1:{i.port} max_fails=0; " for i in instances)
        user = "user root; " if os.geteuid() == 0 else ""
        with open(self.config, "w") as f:
            f.write(f"""{user}daemon off; worker_processes 1; pid {work}/nginx.pid; error_log {work}/nginx.log;
events {{ worker_connections 2048; }}
http {{
  access_log off; keepalive_requests 1000000;
  client_body_temp_path {work}/nginx-body; proxy_temp_path {work}/nginx-proxy; fastcgi_temp_path {work}/nginx-1;
  uwsgi_temp_path {work}/nginx-2; scgi_temp_path {work}/nginx-3;
  upstream demo {{ {servers} keepalive 64; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{self.port};
    location / {{
      proxy_pass http://demo; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_next_upstream off;
    }}
  }}
}}
""")

    def start(self, instances):
        self.write(instances)
        self.process = subprocess.Popen([self.options.nginx, "-c", self.config, "-e", f"{self.options.work}/nginx.log"])
        def listens():
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                return False
        until(10, "nginx starts", listens)

    def reload(self, instances):
        self.write(instances)
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)


class Load:
    """POSTs at a steady rate over kept connections; remembers which ones got no complete 201, and why."""

    CONNECTIONS = 64

    def __init__(self, port, rate, prefix):
        self.port, self.rate, self.prefix = port, rate, prefix
        self.answered, self.failed, self.stopping, self.slowest = 0, {}, False, 0.0
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()))

    def start(self):
        self.began = time.monotonic()
        self.thread.start()

    def stop(self):
        self.stopping = True
        self.thread.join(60)
        self.seconds = time.monotonic() - self.began

    async def run(self):
        await asyncio.gather(*(self.client(n) for n in range(self.CONNECTIONS)))

    async def client(self, number):
        interval = self.CONNECTIONS / self.rate
        due = time.monotonic() + interval * number / self.CONNECTIONS
        reader = writer = None
        count = 0
        while not self.stopping:
            pause = due - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            # Who is late does not catch up by a burst.
            due = max(due + interval, time.monotonic() - interval)
            title = f"{self.prefix}-{number}-{count}"
            count += 1
            start = time.monotonic()
            try:
                if writer is None:
                    reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", self.port), 10)
                body = b'{"title":"%s"}' % title.encode()
                writer.write(b"POST /api/items HTTP/1.1\r\nHost: demo\r\nContent-Type: application/json\r\n"
                             b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
                status, keep = await asyncio.wait_for(self.answer(reader), 40)
                if status == 201:
                    self.answered += 1
                    self.slowest = max(self.slowest, time.monotonic() - start)
                else:
                    self.failed[title] = f"status {status}"
                if not keep:
                    writer.close()
                    writer = None
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError) as e:
                self.failed[title] = "no answer" if isinstance(e, asyncio.IncompleteReadError) and not e.partial \
                    else type(e).__name__
                if writer is not None:
                    writer.close()
                writer = None
        if writer is not None:
            writer.close()

    @staticmethod
    async def answer(reader):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        if "transfer-encoding: chunked" in head:
            while True:
                size = int((await reader.readuntil(b"\r\n")).strip(), 16)
                await reader.readexactly(size + 2)
                if size == 0:
                    break
        else:
            length = [line.split(":")[1] for line in head.split("\r\n") if line.startswith("content-length:")]
            await reader.readexactly(int(length[0]))
        return int(head.split(" ")[1]), "connection: close" not in head


def round_of_restarts(options, instances, nginx, restarts, drain_delay, prefix):
    """Returns how many POSTs were lost, and how many failed without having run."""
    load = Load(nginx.port, options.rate, prefix)
    load.start()
    try:
        time.sleep(2)
        for n in range(restarts):
            one = instances[n % 2]
            other = instances[1 - n % 2]
            one.process.terminate()
            # The probe's period and the time that the news takes.
            until(30, f"readiness of {one.name} turns", lambda: not one.ready())
            time.sleep(0.5)
            nginx.reload([other])
            one.process.wait(60)
            one.start(drain_delay)
            nginx.reload(instances)
            time.sleep(1.5)
    finally:
        load.stop()
    done = set().union(*(i.titles() for i in instances)) if load.failed else set()
    lost = sorted(t for t in load.failed if t in done)
    reasons = {}
    for title, reason in load.failed.items():
        if title not in done:
            reasons[reason] = reasons.get(reason, 0) + 1
    print(f"      {restarts} restarts, drain delay {drain_delay}: {load.answered} POSTs answered in {load.seconds:.0f} s "
          f"({load.answered / load.seconds:.0f} a second, the slowest took {load.slowest * 1000:.0f} ms), {len(lost)} lost, "
          f"{sum(reasons.values())} failed before their handler ran {reasons or ''}", flush=True)
    for title in lost[:10]:
        print(f"      lost: {title}: {load.failed[title]}")
    if load.answered == 0:
        raise SystemExit("FAIL  no POST was answered")
    return len(lost), sum(reasons.values())


def main():
    parser = argparse.ArgumentParser()
    for name in ("java", "jar", "work", "nginx"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--restarts", type=int, default=3)
    parser.add_argument("--rate", type=int, default=2000)
    options = parser.parse_args()
    instances = [Instance("one", options), Instance("two", options)]
    nginx = Nginx(options)
    # A signal is an ordinary end, so that nothing is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        for instance in instances:
            instance.start("3s")
        nginx.start(instances)
        # So that a cold JVM is not what is measured.
        warming = Load(nginx.port, options.rate / 10, "warming")
        warming.start()
        time.sleep(4)
        warming.stop()
        lost, failed = round_of_restarts(options, instances, nginx, options.restarts, "3s", "drained")
        if lost:
            for instance in instances:
                instance.show_problems()
            raise SystemExit(f"FAIL  {lost} POSTs were lost")
        print(f"ok    no POST was lost in {options.restarts} restarts; {failed} failed before their handler ran")
        # The same without the delay, which shows that this check can see failures.
        for instance in instances:
            instance.process.terminate()
            instance.process.wait(60)
            instance.start("0s")
        lost, without = round_of_restarts(options, instances, nginx, 1, "0s", "undrained")
        if lost + without == 0:
            raise SystemExit("FAIL  nothing failed without a drain delay either: this check sees nothing")
        print(f"ok    without a drain delay {without} POSTs failed, {lost} of them lost or not answered after they ran")
    finally:
        nginx.stop()
        for instance in instances:
            instance.kill()


main()
