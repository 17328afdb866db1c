"""Runs the conformance cases against a server that names its refusals, and compares what the clients saw with the server's counters
and the lines of its access log: accounts.py BENCH-DIRECTORY COMMAND... Ends with 1 where they differ."""
import collections
import io
import json
import contextlib
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time

BENCH, COMMAND = sys.argv[1], sys.argv[2:]
BOUND = 60  # seconds that the server may take to start, or to settle
sys.path.insert(0, BENCH)
import run  # noqa: E402  (the bench's runner)

REFUSED = re.compile(r"refused=([a-z-]+); request=(\d+/\d+)$")

problems = []


def check(text, problem):
    if problem:
        problems.append(text)
        print(f"FAIL  {text}: {problem}", file=sys.stderr, flush=True)
    else:
        print("ok    " + text, flush=True)


class Server:

    def __init__(self):
        self.log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
                                        text=True, encoding="utf-8", errors="replace")
        self.answers, self.lines = queue.Queue(), []
        threading.Thread(target=self.read, daemon=True).start()
        self.port = int(self.answers.get(timeout=BOUND))

    def read(self):
        for line in self.process.stdout:
            if line.startswith(("port ", "counters ")):
                self.answers.put(line.split(" ", 1)[1])
            elif '{"time":"' in line:
                self.lines.append(json.JSONDecoder().raw_decode(line[line.index('{"time":"'):])[0])

    def counters(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.answers.get(timeout=BOUND))

    def settled(self):
        """The counters when all connections have ended and all lines are written."""
        end = time.monotonic() + BOUND
        while True:
            counters = self.counters()
            if counters["open"] == 0 and total(counters, "zokor.requests ") == len(self.lines):
                return counters
            if time.monotonic() > end:
                return counters
            time.sleep(0.1)

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def total(counters, prefix):
    return sum(n for name, n in counters.items() if name.startswith(prefix))


def run_cases(port):
    """Runs all cases as the bench does; returns the refusals that clients saw: (connection/request, reason, status)."""
    seen, original = [], run.Conn.check

    def noting(conn, response, method):
        for value in response.get("content-type"):
            match = REFUSED.search(value)
            if match:
                seen.append((match.group(2), match.group(1), response.status))
        original(conn, response, method)

    run.Conn.check = noting
    arguments, sys.argv = sys.argv, ["run.py", "--port", str(port), "-q"]
    try:
        # Whether the cases pass is another check's question.
        with contextlib.redirect_stdout(io.StringIO()):
            run.main()
    finally:
        sys.argv = arguments
        run.Conn.check = original
    return seen


def compare(server, seen):
    counters = server.settled()
    lines = server.lines
    keys = collections.Counter(f"{line['zokor.connection']}/{line['zokor.request']}" for line in lines)
    refused = {f"{line['zokor.connection']}/{line['zokor.request']}": line for line in lines if "zokor.rejected" in line}
    check(f"{len(seen)} refusals were seen", None if len(seen) > 100 else "too few for this check to mean anything")
    check("all connections have ended", counters["open"])
    check("connections closed are connections accepted",
          total(counters, "zokor.connections.closed ") - counters["zokor.connections.accepted"])
    check("no line was dropped", counters["zokor.access-log.dropped"])
    check(f"{len(lines)} requests have a line each",
          total(counters, "zokor.requests ") - len(lines) or [key for key, n in keys.items() if n > 1])
    missing = [(key, reason, status) for key, reason, status in seen
               if key not in refused or refused[key]["zokor.rejected"] != reason
               or refused[key].get("http.response.status_code") != status]
    check("each refusal that was seen has its line, with reason and status", missing[:5])
    check("no refusal was answered twice",
          [key for key, n in collections.Counter(key for key, _, _ in seen).items() if n > 1][:5])
    counted = {name.split(" ", 1)[1]: n for name, n in counters.items()
               if name.startswith("zokor.requests.rejected ") and n}
    # A client that has gone before the answer has no status in its line, but the counter has.
    unsent = collections.Counter(line["zokor.rejected"] for line in refused.values()
                                 if "http.response.status_code" not in line)
    logged = collections.Counter(f"{line['zokor.rejected']} {line['http.response.status_code']}"
                                 for line in refused.values() if "http.response.status_code" in line)
    check(f"{sum(counted.values())} refusals are counted, one for each line",
          {name: (n, logged[name]) for name, n in counted.items()
           if not logged[name] <= n <= logged[name] + unsent[name.split(' ')[0]]}
          or sum(counted.values()) - len(refused) or [name for name in logged if name not in counted])
    check("requests with the outcome rejected are those",
          sum(n for name, n in counters.items() if name.startswith("zokor.requests ") and name.endswith(" rejected"))
          - len(refused))
    print(f"      {dict(sorted(counted.items()))}; {sum(unsent.values())} clients had gone")


server = Server()
try:
    compare(server, run_cases(server.port))
    if problems:
        server.log.seek(0)
        sys.stderr.writelines(server.log.readlines()[-100:])
finally:
    server.stop()
sys.exit(1 if problems else 0)
