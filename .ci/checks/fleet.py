"""A shop on two instances with its sessions in Redis: one instance is killed, each is restarted in turn, under load.

Customers sign in and fill their carts through nginx, and then through HAProxy, which speaks the PROXY protocol to the instances. A POST
that was answered must be in the cart for ever; a session must never be lost; in graceful restarts no POST may fail. What a kill has cut,
nginx names in its log: each POST that failed then must be there.
"""
import argparse
import http.client
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse


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


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def read(file):
    with open(file, errors="replace") as text:
        return text.read()


class Instance:
    def __init__(self, name, options, redis):
        self.name, self.options, self.redis, self.process = name, options, redis, None
        self.port, self.proxy_port = free_port(), free_port()
        self.log = f"{options.work}/{name}.log"

    def launch(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.options.java, "-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                 *shlex.split(self.options.application), f"--server.port={self.port}",
                 f"--zokor.listeners[0].port={self.proxy_port}", "--zokor.listeners[0].proxy-protocol=required",
                 f"--spring.data.redis.port={self.redis}", "--zokor.shutdown.drain-delay=3s"], stdout=log, stderr=subprocess.STDOUT)

    def await_ready(self):
        until(150, f"{self.name} starts", lambda: self.process.poll() is not None or self.ready())
        if self.process.poll() is not None:
            raise SystemExit(f"FAIL  {self.name} did not start:\n" + read(self.log)[-3000:])

    def ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/actuator/health/readiness")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def end(self, how):
        self.process.send_signal(how)
        return self.process.wait(60)


class Balancer:
    """nginx or HAProxy; both in the foreground, so that they end with this script."""

    def __init__(self, options):
        self.options, self.port, self.process = options, free_port(), None

    def run(self, *command):
        with open(f"{self.options.work}/{type(self).__name__}.out", "ab") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        until(10, f"{command[0]} listens", lambda: listens(self.port))


class Nginx(Balancer):
    """Told of the instances that are ready, as an ingress is by Kubernetes; one that is gone it finds out by itself."""

    def write(self, instances):
        work = self.options.work
        servers = "".join(f"server 127.0.0.1:{i.port} max_fails=1 fail_timeout=1s; " for i in instances)
        temporary = "".join(f"{name}_temp_path {work}/nginx-{name}; " for name in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root; " if os.geteuid() == 0 else ""
        with open(f"{work}/nginx.conf", "w") as file:
            file.write(f"""{user}daemon off; worker_processes 1; pid {work}/nginx.pid; error_log {work}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; {temporary}
  upstream fleet {{ {servers} keepalive 64; }}
  server {{
    listen 127.0.0.1:{self.port} backlog=256;
    location / {{
      proxy_pass http://fleet; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto https;
    }}
  }}
}}
""")

    def start(self, instances):
        self.write(instances)
        work = self.options.work
        self.run(self.options.nginx, "-c", f"{work}/nginx.conf", "-e", f"{work}/nginx.log")

    def use(self, instances):
        self.write(instances)
        self.process.send_signal(signal.SIGHUP)


class HaProxy(Balancer):
    """Asks the instances itself whether they are ready."""

    def start(self, instances):
        servers = "\n".join(f"  server {i.name} 127.0.0.1:{i.proxy_port} send-proxy-v2 check check-send-proxy inter 300ms fall 2 rise 1"
                            for i in instances)
        with open(f"{self.options.work}/haproxy.cfg", "w") as file:
            file.write(f"""defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  timeout check 10s
  retries 2
  option redispatch
  option http-keep-alive
frontend shop
  bind 127.0.0.1:{self.port}
  default_backend fleet
backend fleet
  balance roundrobin
  option httpchk
  http-check send meth GET uri /actuator/health/readiness ver HTTP/1.1 hdr Host localhost
  http-check expect status 200
{servers}
""")
        self.run(self.options.haproxy, "-db", "-f", f"{self.options.work}/haproxy.cfg")


class Customer(threading.Thread):
    """Signs in once, and then puts one thing after the other into the cart, looking at it now and then."""

    def __init__(self, name, shop):
        super().__init__(daemon=True)
        self.customer, self.shop = name, shop
        self.cookie, self.connection, self.port = None, None, None
        self.answered, self.failed, self.trouble, self.latest, self.unread = [], {}, [], 0, 0

    def ask(self, method, path):
        port = self.shop.port
        if port != self.port and self.connection:
            self.connection.close()
            self.connection = None
        if not self.connection:
            self.connection, self.port = http.client.HTTPConnection("127.0.0.1", port, timeout=30), port
        headers = {"Cookie": self.cookie} if self.cookie else {}
        try:
            self.connection.request(method, path, headers=headers)
            response = self.connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as failure:
            self.connection.close()
            self.connection = None
            return repr(failure), b""
        for field in response.headers.get_all("Set-Cookie") or []:
            if field.startswith("SESSION="):
                self.cookie = field.split(";")[0]
        return response.status, body

    def run(self):
        try:
            status, body = self.ask("POST", "/sign-in?name=" + self.customer)
            assert status == 200 and self.cookie, f"sign-in: {status} {body[:200]}"
            while not self.shop.closed.is_set():
                self.latest += 1
                item = f"{self.customer}-{self.latest}"
                status, body = self.ask("POST", "/cart?" + urllib.parse.urlencode({"item": item}))
                if status == 200:
                    self.answered.append(item)
                elif status == 401:
                    self.trouble.append(f"the session was lost at {item}")
                    return
                elif self.shop.phase == "nginx" and isinstance(status, str) and item not in self.items():
                    # nginx ends idle connections when it is told of other instances: what was sent just then, nobody has read.
                    self.unread += 1
                else:
                    self.failed[item] = (status, self.shop.phase)
                if self.latest % 10 == 0:
                    self.look()
                time.sleep(0.04)
            self.look()
        except Exception as failure:  # whatever it is, the check fails with it
            self.trouble.append(repr(failure))

    def items(self):
        for _ in range(3):
            status, body = self.ask("GET", "/cart")
            if status == 200:
                return json.loads(body)["items"]
        raise AssertionError(f"the cart is not shown: {status}")

    def look(self):
        status, body = self.ask("GET", "/cart")
        if status == 401:
            self.trouble.append("the session was lost")
        elif status == 200:
            items = json.loads(body)["items"]
            missing = set(self.answered) - set(items)
            if missing or len(set(items)) != len(items) or set(items) - set(self.answered) - set(self.failed):
                self.trouble.append(f"the cart lacks {sorted(missing)[:5]} or has something twice or unasked for")


class Shop:
    """Where the customers go: the balancer in use, and what happens there just now."""

    def __init__(self):
        self.port, self.phase, self.closed = None, "", threading.Event()


def main():
    parser = argparse.ArgumentParser()
    for name in ("java", "application", "work", "nginx", "haproxy", "redis"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--customers", type=int, default=8)
    options = parser.parse_args()
    # A signal is an ordinary end, so that nothing is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    redis_port = free_port()
    shop, started, instances = Shop(), [], []
    try:
        started.append(subprocess.Popen([options.redis, "--port", str(redis_port), "--bind", "127.0.0.1", "--save", "",
                                         "--appendonly", "no", "--dir", options.work], stdout=subprocess.DEVNULL))
        until(10, "Redis listens", lambda: listens(redis_port))
        instances += [Instance("one", options, redis_port), Instance("two", options, redis_port)]
        one, two = instances
        for instance in instances:
            instance.launch()
        for instance in instances:
            instance.await_ready()
        nginx = Nginx(options)
        nginx.start(instances)
        started.append(nginx.process)
        shop.port = nginx.port
        customers = [Customer(f"customer{n}", shop) for n in range(options.customers)]
        for customer in customers:
            customer.start()

        def sold(more):
            wanted = sum(len(c.answered) for c in customers) + more
            until(60, f"{more} POSTs are answered", lambda: sum(len(c.answered) for c in customers) >= wanted
                  or any(c.trouble for c in customers))

        def restart_gracefully(instance, use):
            other = two if instance is one else one
            instance.process.terminate()
            until(30, f"readiness of {instance.name} turns", lambda: not instance.ready())
            time.sleep(0.3)  # the news takes its time, as a probe's does
            use([other])
            code = instance.process.wait(60)
            assert code == 143, f"{instance.name} ended with {code}"
            instance.launch()
            instance.await_ready()
            use(instances)
            sold(100)

        shop.phase = "calm"
        sold(200)
        shop.phase = "kill"
        one.end(signal.SIGKILL)
        sold(200)
        shop.phase = "back"
        one.launch()
        one.await_ready()
        sold(100)
        shop.phase = "nginx"
        for instance in (two, one):
            restart_gracefully(instance, nginx.use)

        haproxy = HaProxy(options)
        haproxy.start(instances)
        started.append(haproxy.process)
        who = http.client.HTTPConnection("127.0.0.1", nginx.port, timeout=10)
        who.request("GET", "/who")
        assert who.getresponse().read() == b"https 127.0.0.1 0", "X-Forwarded-*"
        shop.phase = "haproxy"
        shop.port = haproxy.port
        who = http.client.HTTPConnection("127.0.0.1", haproxy.port, timeout=10)
        until(20, "HAProxy finds an instance", lambda: answer(who)[0] == 200)
        expected = f"http 127.0.0.1 {who.sock.getsockname()[1]}"
        assert answer(who)[1] == expected, f"by the PROXY protocol, {answer(who)[1]} instead of {expected}"
        sold(100)
        restart_gracefully(one, lambda _: None)
        shop.closed.set()
        for customer in customers:
            customer.join(60)
        judge(customers, read(f"{options.work}/nginx.log"), instances)
    finally:
        shop.closed.set()
        for process in started + [instance.process for instance in instances if instance.process]:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def answer(connection):
    try:
        connection.request("GET", "/who")
        response = connection.getresponse()
        return response.status, response.read().decode()
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0, ""


def judge(customers, nginx_log, instances):
    trouble = [f"{c.customer}: {text}" for c in customers for text in c.trouble]
    failed = {item: how for c in customers for item, how in c.failed.items()}
    cut = [item for item, (_, phase) in failed.items() if phase in ("kill", "back")]
    other = {item: how for item, how in failed.items() if item not in cut}
    named = set(re.findall(r"POST /cart\?item=([\w-]+) ", nginx_log))
    answered = sum(len(c.answered) for c in customers)
    print(f"      {answered} POSTs of {len(customers)} customers answered, {len(cut)} cut by the kill, {len(other)} failed otherwise; "
          f"{sum(c.unread for c in customers)} were sent to nginx on an idle connection as it closed, and nobody has read them")
    if other:
        for instance in instances:
            print(f"      log of {instance.name}:", *read(instance.log).splitlines()[-15:], sep="\n      ")
    assert not trouble, trouble[:10]
    assert not other, f"POSTs failed without a kill: {list(other.items())[:10]}"
    print("ok    no session was lost, and what was answered is in the carts")
    print("ok    no POST failed in three graceful restarts, two behind nginx and one behind HAProxy")
    unnamed = [item for item in cut if item not in named]
    assert not unnamed, f"not in nginx's log: {unnamed}"
    print(f"ok    nginx's log names what the kill cut: {len(cut)} POSTs")
    for instance in instances:
        errors = [line for line in read(instance.log).splitlines() if " ERROR " in line]
        assert not errors, errors[:5]
    print("ok    the instances logged no error; HAProxy's clients are known by the PROXY protocol, nginx's by X-Forwarded-For")


main()
