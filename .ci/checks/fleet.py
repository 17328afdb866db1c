"""A shop on two instances with its sessions in Redis: one instance is killed, each is restarted in turn, under load.

Customers sign in and fill their carts through nginx, and then through HAProxy, which speaks the PROXY protocol to the instances. A POST
that was answered must be in the cart for ever; a session must never be lost; in graceful restarts no POST may fail. What a kill has cut,
nginx names in its log: each POST that failed then must be there. Two of them have a WebSocket as well: it ends with its instance, by
1001 or by the kill, and the next one is on the other instance and knows the customer.

HAProxy comes twice, with HTTP/1.1 and with HTTP/2 to the instances, both behind a header of the PROXY protocol.
"""
import argparse
import base64
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
                 f"--spring.data.redis.port={self.redis}", f"--fleet.instance={self.name}",
                 "--zokor.shutdown.drain-delay=3s"], stdout=log, stderr=subprocess.STDOUT)

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
    location /news {{
      proxy_pass http://fleet; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
      proxy_set_header Host $http_host; proxy_read_timeout 1h;
    }}
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
    """Asks the instances itself whether they are ready. WebSocket is HTTP/1.1 in any case: over HTTP/2 (RFC 8441) it is not there."""

    def __init__(self, options, http2):
        super().__init__(options)
        self.name, self.protocol = ("haproxy-h2", "proto h2 ws h1") if http2 else ("haproxy", "")

    def start(self, instances):
        probe = "check check-send-proxy inter 300ms fall 2 rise 1"
        servers = "\n".join(f"  server {i.name} 127.0.0.1:{i.proxy_port} send-proxy-v2 {self.protocol} {probe}"
                            for i in instances)
        with open(f"{self.options.work}/{self.name}.cfg", "w") as file:
            file.write(f"""defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  timeout check 10s
  timeout tunnel 1h
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
        self.run(self.options.haproxy, "-db", "-f", f"{self.options.work}/{self.name}.cfg")


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


class Listener(threading.Thread):
    """A customer's WebSocket: says something now and then, and connects again when it ends."""

    def __init__(self, customer):
        super().__init__(daemon=True)
        self.customer, self.shop, self.instance = customer, customer.shop, None
        self.ends, self.trouble = [], []

    def run(self):
        while not self.shop.closed.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.shop.port), 10) as connection:
                    how = self.listen(connection, connection.makefile("rb"))
            except OSError as failure:
                how = "cut" if self.instance else repr(failure)
            except AssertionError as failure:
                self.trouble.append(str(failure))
                return
            self.ends.append((self.shop.phase, self.instance, how))
            self.instance = None
            time.sleep(0.1)

    def listen(self, connection, incoming):
        """How it ended: a close code, "cut", or the status of a handshake that was refused."""
        connection.sendall(f"GET /news HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nCookie: "
                           f"{self.customer.cookie}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                           f"{base64.b64encode(os.urandom(16)).decode()}\r\n\r\n".encode())
        status = incoming.readline().decode()
        while incoming.readline().strip():
            pass
        if not status.startswith("HTTP/1.1 101 "):
            return status.strip() or "refused"
        opcode, text = self.message(incoming)
        words = text.decode("latin-1").split()
        if opcode == 8 or not words:
            assert opcode != 8 or text[:2] != (1008).to_bytes(2, "big"), "the WebSocket's session was lost"
            return "ended at once"
        assert words[1] == self.customer.customer, f"the WebSocket is that of {words[1]}"
        self.instance = words[0]
        said = 0
        while not self.shop.closed.is_set():
            said += 1
            connection.sendall(frame(1, str(said).encode()))
            opcode, text = self.message(incoming)
            if opcode == 8:
                connection.sendall(frame(8, text[:2]))
                return int.from_bytes(text[:2], "big")
            if opcode is None:
                return "cut"
            assert text == str(said).encode(), f"{text} instead of {said}"
            time.sleep(0.05)
        return "closed"

    @staticmethod
    def message(incoming):
        """The next frame's opcode and payload, pings apart, which come too rarely to matter here; None at the end of the stream."""
        while True:
            head = incoming.read(2)
            if len(head) < 2:
                return None, b""
            payload = incoming.read(head[1] & 127)
            if head[0] & 15 not in (9, 10):
                return head[0] & 15, payload


def frame(opcode, payload):
    """A short frame of a client: its mask is zero, which leaves the payload as it is."""
    return bytes([128 | opcode, 128 | len(payload), 0, 0, 0, 0]) + payload


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
        until(30, "the customers have signed in", lambda: all(c.answered or c.trouble for c in customers))
        listeners = [Listener(customer) for customer in customers[:2]]
        for listener in listeners:
            listener.start()

        def listening(*names):
            """Both listen, to one of these; two instances are told apart by whom the balancer has chosen."""
            until(30, f"WebSockets are at {names}", lambda: all(li.instance in names or li.trouble for li in listeners))

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
            listening(other.name)
            instance.launch()
            instance.await_ready()
            use(instances)
            sold(100)

        shop.phase = "calm"
        sold(200)
        listening("one", "two")
        shop.phase = "kill"
        one.end(signal.SIGKILL)
        listening("two")
        sold(200)
        shop.phase = "back"
        one.launch()
        one.await_ready()
        sold(100)
        shop.phase = "nginx"
        for instance in (two, one):
            restart_gracefully(instance, nginx.use)

        who = http.client.HTTPConnection("127.0.0.1", nginx.port, timeout=10)
        who.request("GET", "/who")
        assert who.getresponse().read() == b"HTTP/1.1 https 127.0.0.1 0", "X-Forwarded-*"
        for phase, http2, instance in (("haproxy", False, one), ("haproxy, HTTP/2", True, two)):
            haproxy = HaProxy(options, http2)
            haproxy.start(instances)
            started.append(haproxy.process)
            shop.phase = phase
            shop.port = haproxy.port
            who = http.client.HTTPConnection("127.0.0.1", haproxy.port, timeout=10)
            until(20, "HAProxy finds an instance", lambda: answer(who)[0] == 200)
            expected = f"HTTP/{'2.0' if http2 else '1.1'} http 127.0.0.1 {who.sock.getsockname()[1]}"
            assert answer(who)[1] == expected, f"by the PROXY protocol, {answer(who)[1]} instead of {expected}"
            sold(100)
            restart_gracefully(instance, lambda _: None)
        shop.closed.set()
        for customer in customers:
            customer.join(60)
        for listener in listeners:
            listener.join(20)
        judge_listeners(listeners)
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


def judge_listeners(listeners):
    trouble = [text for listener in listeners for text in listener.trouble]
    assert not trouble, trouble
    ends = [end for listener in listeners for end in listener.ends]
    moved = [(phase, instance, how) for phase, instance, how in ends if instance and how != "closed"]
    refused = [end for end in ends if not end[1]]
    print("      WebSockets ended: " + ", ".join(f"{how} at {instance} ({phase})" for phase, instance, how in moved),
          f"{len(refused)} handshakes were answered otherwise", sep="\n      ")
    for phase, instance, how in moved:
        assert how == ("cut" if phase == "kill" else 1001), f"a WebSocket at {instance} ended with {how} ({phase})"
    assert moved, "no WebSocket ended"
    print("ok    WebSockets end with their instance, and go on at the other one in the customer's session")


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
    print("ok    no POST failed in four graceful restarts, two behind nginx, one behind HAProxy, one behind HAProxy with HTTP/2")
    unnamed = [item for item in cut if item not in named]
    assert not unnamed, f"not in nginx's log: {unnamed}"
    print(f"ok    nginx's log names what the kill cut: {len(cut)} POSTs")
    for instance in instances:
        errors = [line for line in read(instance.log).splitlines() if " ERROR " in line]
        assert not errors, errors[:5]
    print("ok    the instances logged no error; HAProxy's clients are known by the PROXY protocol, nginx's by X-Forwarded-For")


main()
