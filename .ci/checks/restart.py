"""Restarts two instances behind nginx in turn, under load, and counts what became of each POST.

A POST is lost if its handler ran (its name is in the instance's file) and its client got no complete answer. What failed
without its handler having run, such as bytes that came on an idle connection as it was closed, is reported apart: a client
may safely send that again. A POST that ran twice is a failure as well.
"""
import argparse, collections, glob, http.client, os, shutil, signal, socket, subprocess, sys, time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(seconds, what, condition):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"FAIL  {what}: not within {seconds} s")
        time.sleep(0.02)


class Instance:
    """One instance; what it has handled is in a file that survives its restarts."""

    def __init__(self, name, options):
        self.name, self.options, self.process = name, options, None
        self.port = free_port()
        self.handled_file = f"{options.work}/{name}.handled"
        self.log_file = f"{options.work}/{name}.log"

    def start(self, properties, *jvm_options):
        o = self.options
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [o.java, "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", *jvm_options,
                 "-cp", o.classpath, "io.zokor.spring.restart.RestartApplication", f"--server.port={self.port}",
                 "--spring.main.banner-mode=off", f"--handled-file={self.handled_file}", f"--work={o.handler_ms}",
                 *properties], stdout=log, stderr=subprocess.STDOUT)
        until(90, f"{self.name} starts", lambda: self.process.poll() is not None or self.ready())
        if self.process.poll() is not None:
            with open(self.log_file, errors="replace") as log:
                raise SystemExit(f"FAIL  {self.name} did not start, see its log:\n" + log.read()[-3000:])

    def ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def handled(self):
        with open(self.handled_file) as lines:
            return collections.Counter(line.strip() for line in lines)

    def show_problems(self):
        with open(self.log_file, errors="replace") as log:
            lines = [line.rstrip() for line in log if " WARN " in line or " ERROR " in line or " cut" in line]
        print(f"      {self.name}'s log has {len(lines)} warnings and errors", *lines[:10], sep="\n      ")

    def stop(self):
        self.process.terminate()
        self.process.wait(90)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Nginx:
    """The balancer. Whoever tells it which instances are ready stands for what Kubernetes does with readiness probes."""

    def __init__(self, options):
        self.options, self.port, self.process = options, free_port(), None
        self.config = f"{options.work}/nginx.conf"
        self.http2 = False

    def write(self, instances):
        work = self.options.work
        servers = "".join(f"server 127.0.0.1:{i.port} max_fails=0; " for i in instances)
        # nginx speaks HTTP/2 to its upstreams for gRPC alone, and asks of a request nothing that only gRPC has.
        to = "grpc_pass grpc://app; grpc_next_upstream off;" if self.http2 else \
            'proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_next_upstream off;'
        user = "user root; " if os.geteuid() == 0 else ""
        with open(self.config, "w") as f:
            f.write(f"""{user}daemon off; worker_processes 1; pid {work}/nginx.pid; error_log {work}/nginx.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000;
  client_body_temp_path {work}/nginx-body; proxy_temp_path {work}/nginx-proxy; fastcgi_temp_path {work}/nginx-1;
  uwsgi_temp_path {work}/nginx-2; scgi_temp_path {work}/nginx-3;
  upstream app {{ {servers} keepalive 256; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{self.port} backlog=1024;
    location / {{
      {to}
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
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Load:
    """The client, a process of its own."""

    def __init__(self, options, port, rate, prefix):
        self.process = subprocess.Popen(
            [options.java, "-Xmx256m", "-XX:+UseSerialGC", "-cp", options.classpath, "io.zokor.spring.restart.PostLoad",
             str(port), str(rate), str(options.connections), prefix],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def stop(self):
        self.failed = {}
        facts = {}
        # It waits 120 s for an answer at most.
        for line in self.process.communicate(timeout=150)[0].splitlines():
            kind, rest = line.split(" ", 1)
            if kind == "failed":
                name, why = rest.split(" ", 1)
                self.failed[name] = why
            else:
                facts[kind] = float(rest)
        self.answered, self.seconds, self.slowest = int(facts["answered"]), facts["seconds"], int(facts["slowest"])

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def round_of_restarts(options, what, instances, nginx, restarts, properties, prefix):
    """Returns how many POSTs were lost, and how many failed without having run."""
    load = Load(options, nginx.port, options.rate, prefix)
    try:
        time.sleep(2)
        for n in range(restarts):
            one, other = instances[n % 2], instances[1 - n % 2]
            one.process.terminate()
            # The probe's period and the time that the news takes.
            until(30, f"readiness of {one.name} turns", lambda: not one.ready())
            time.sleep(0.3)
            nginx.reload([other])
            one.process.wait(90)
            one.start(properties, *options.jvm_options)
            nginx.reload(instances)
            # The other one goes next: its part of the load is to be taken over first.
            time.sleep(0.7)
        load.stop()
    finally:
        load.kill()
    handled = sum((i.handled() for i in instances), collections.Counter())
    lost = sorted(name for name in load.failed if name in handled)
    twice = [name for name, times in handled.items() if times > 1]
    reasons = collections.Counter(
        why.split(" after ")[0] for name, why in load.failed.items() if name not in handled)
    # nginx closes idle connections when it is told of other instances: what a client sends just then is nobody's.
    idle = sum(times for why, times in reasons.items() if "that was idle" in why)
    print(f"      {restarts} restarts {what}: {load.answered} POSTs answered in {load.seconds:.0f} s "
          f"({load.answered / load.seconds:.0f} a second, the slowest took {load.slowest} ms), {len(lost)} lost; "
          f"none of these handlers ran: {idle} sent on an idle connection as it closed, "
          f"{sum(reasons.values()) - idle} others {dict((w, n) for w, n in reasons.items() if 'that was idle' not in w)}",
          flush=True)
    for name in lost[:10]:
        print(f"      lost: {name}: {load.failed[name]}")
    if load.answered == 0:
        raise SystemExit("FAIL  no POST was answered")
    if twice:
        raise SystemExit(f"FAIL  {len(twice)} POSTs were handled twice: {twice[:5]}")
    return len(lost), sum(reasons.values()) - idle


def main():
    parser = argparse.ArgumentParser()
    for name in ("java", "libraries", "work", "nginx"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--classes", nargs="+", required=True)
    parser.add_argument("--restarts", type=int, default=3)
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--connections", type=int, default=192)
    parser.add_argument("--handler-ms", type=int, default=30)
    options = parser.parse_args()
    # An archive of classes takes them from jars alone.
    jars = [shutil.make_archive(f"{options.work}/classes{n}", "zip", path) for n, path in enumerate(options.classes)]
    options.classpath = ":".join(jars + sorted(glob.glob(options.libraries + "/*.jar")))
    options.jvm_options = [f"-XX:SharedArchiveFile={options.work}/application.jsa"]
    drained = ["--zokor.shutdown.drain-delay=2s"]
    instances = [Instance("one", options), Instance("two", options)]
    nginx = Nginx(options)
    # A signal is an ordinary end, so that nothing is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        # Its classes go into an archive, so that later starts take a second less.
        instances[0].start([], f"-XX:ArchiveClassesAtExit={options.work}/application.jsa")
        instances[0].stop()
        for instance in instances:
            instance.start(drained, *options.jvm_options)
        nginx.start(instances)
        lost, failed = round_of_restarts(options, "with a drain delay", instances, nginx, options.restarts, drained, "a")
        if lost:
            for instance in instances:
                instance.show_problems()
            raise SystemExit(f"FAIL  {lost} POSTs were lost")
        print(f"ok    no POST was lost in {options.restarts} restarts; {failed} failed at an instance without having run")
        # The same with HTTP/2 between nginx and the instances: GOAWAY instead of "Connection: close".
        http2 = drained + ["--server.http2.enabled=true"]
        for instance in instances:
            instance.stop()
            instance.start(http2, *options.jvm_options)
        nginx.http2 = True
        nginx.reload(instances)
        lost, failed = round_of_restarts(options, "over HTTP/2, with a drain delay", instances, nginx, options.restarts, http2, "h")
        if lost:
            for instance in instances:
                instance.show_problems()
            raise SystemExit(f"FAIL  {lost} POSTs were lost over HTTP/2")
        print(f"ok    no POST was lost over HTTP/2 in {options.restarts} restarts; {failed} failed at an instance without having run")
        nginx.http2 = False
        nginx.reload(instances)
        # The same without the delay, and without any grace: this check can see what it looks for.
        for what, prefix, properties in (("without a drain delay", "b", []),
                                         ("without a drain delay and without grace", "c", ["--server.shutdown=immediate"])):
            for instance in instances:
                instance.stop()
                instance.start(properties, *options.jvm_options)
            lost, failed = round_of_restarts(options, what, instances, nginx, 1, properties, prefix)
            if prefix == "b" and lost + failed == 0:
                raise SystemExit("FAIL  nothing failed without a drain delay either: this check sees nothing")
            if prefix == "c" and lost == 0:
                raise SystemExit("FAIL  nothing was lost without a grace either: this check sees nothing")
        print("ok    without the delay POSTs fail, without a grace they are lost: this check sees it")
    finally:
        nginx.stop()
        for instance in instances:
            instance.kill()


main()
