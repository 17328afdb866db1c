"""One run of one suite: which server is started when, what is measured on it, and what becomes of failures."""
import contextlib
import os
import time
import traceback

from . import machine, scenarios, servers

# Under load all servers run at once, compiled and idle, and are measured in turn: what disturbs the machine for some seconds falls on
# all alike, and no figure depends on how far one launch's compiler came. Where start and memory are measured, each one runs alone.
TOGETHER = ("load", "tls")
ALONE = ("idle", "idle-tls")
QUIET_SECONDS = 20
QUIET_SAMPLE = 0.4
QUIET_SHARE = 0.1


def in_turn(candidates, number):
    """The servers of a round, which begins with another one each time."""
    first = number % len(candidates) if candidates else 0
    return candidates[first:] + candidates[:first]


def clock(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def until_quiet(servers):
    """
    Waits until servers that are asked for nothing do nothing, or so many seconds. A compiler works off what it has to do after the load that
    gave rise to it, and would take the time of the one that is measured next.
    """
    end = time.monotonic() + QUIET_SECONDS
    busy = True
    while busy and time.monotonic() < end:
        before = sum(server.cpu_seconds() for server in servers)
        time.sleep(QUIET_SAMPLE)
        busy = sum(server.cpu_seconds() for server in servers) - before > QUIET_SHARE * QUIET_SAMPLE


class Session:
    """What comes out of one run. `processors` are the server's and the client's where they are kept apart, otherwise None."""

    def __init__(self, candidates, suite, start, options, work, processors):
        self.candidates, self.suite, self.start, self.options, self.work = candidates, suite, start, options, work
        self.processors = processors
        self.values, self.complaints, self.withheld = {}, [], set()
        self.begun = time.monotonic()

    def say(self, text):
        print(f"{clock(time.monotonic() - self.begun)}  {text}", flush=True)

    def note(self, server):
        return lambda figure, value: self.values.setdefault(figure, {}).setdefault(server.name, []).append(round(value, 3))

    def complain(self, server, keys, what, text):
        """Something went wrong: what the server's figures for these scenarios are is not to be told."""
        self.withheld |= {(key, server.name) for key in keys}
        self.complaints.append(f"{server.title}, {what}: {text}")
        print("      " + self.complaints[-1], flush=True)

    @contextlib.contextmanager
    def surviving(self, server, keys, what):
        """One that fails is told of in the result; it does not cost the minutes of all the others."""
        try:
            yield
        except Exception as failure:
            traceback.print_exc()
            self.complain(server, keys, what, f"not measured to its end, {failure}")

    def todo(self, server, launch):
        return [s for s in scenarios.of(server, self.suite) if s.launch == launch]

    @contextlib.contextmanager
    def apart(self):
        """With the client, this process and what it starts, on a processor of its own; gives the servers'."""
        if self.processors is None:
            yield None
            return
        all_of_them = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {self.processors[1]})
        try:
            yield self.processors[0]
        finally:
            os.sched_setaffinity(0, all_of_them)

    def measure_together(self, launch):
        candidates = [s for s in self.candidates if self.todo(s, launch)]
        if not candidates:
            return
        expected = [scenarios.estimate(s, launch, self.todo(s, launch), self.options) for s in candidates]
        seconds = sum(ready + self.options.rounds * once for ready, once in expected)
        self.say(f"{launch}: {len(candidates)} servers at once, {self.options.rounds} rounds, about {clock(seconds)} minutes")
        with self.apart() as processor, contextlib.ExitStack() as stack:
            ready = {}
            for server in candidates:
                mine = self.todo(server, launch)
                with self.surviving(server, [s.key for s in mine], launch):
                    running = stack.enter_context(servers.Running(server, launch, self.work, processor))
                    scenarios.prepare(running, mine, self.options)
                    ready[server] = running
                    self.say(f"{launch}: {server.title} is warm")
            for number in range(self.options.rounds if ready else 0):
                self.say(f"{launch}: round {number + 1}")
                for scenario in self.suite:
                    for server in in_turn([s for s in ready if scenario in self.todo(s, launch)], number):
                        until_quiet(ready.values())
                        self.measure(ready[server], scenario, server, f"{scenario.title}, round {number + 1}")

    def measure(self, running, scenario, server, what):
        with self.surviving(server, [scenario.key], what):
            figures, complaint = scenario.measure(running, self.options)
            for figure, value in figures.items():
                self.note(server)(f"{scenario.key}.{figure}", value)
            if complaint:
                self.complain(server, [scenario.key], what, complaint)

    def measure_alone(self, launch, rounds, keys, measure):
        """measure(running, scenarios, server) on each server that has something to do, alone, in so many rounds; never on one processor."""
        for number in range(rounds):
            for server in in_turn([s for s in self.candidates if launch == "start" or self.todo(s, launch)], number):
                mine = self.todo(server, launch)
                with self.surviving(server, keys or [s.key for s in mine], f"{launch}, round {number + 1}"):
                    with servers.Running(server, launch, self.work) as running:
                        measure(running, mine, server)
            self.say(f"{launch}: round {number + 1} of {rounds}")

    def measure_start(self, running, _, server):
        scenarios.measure_start(running, self.todo(server, "load"), self.note(server))

    def measure_idle(self, running, mine, server):
        scenarios.answers(running, mine)
        if self.start and server.kind == "boot" and running.launch == "idle":
            self.note(server)("start.rss_512_mib", scenarios.settled(running))
            scenarios.note_container_share(running, self.note(server))
        scenarios.prepare(running, mine, self.options)
        for scenario in mine:
            self.measure(running, scenario, server, scenario.title)

    def run(self):
        launches = {s.launch for s in self.suite}
        if self.start and "load" in launches:
            self.measure_alone("start", self.options.few_rounds, ["start"], self.measure_start)
        for launch in ALONE:
            if launch in launches:
                self.measure_alone(launch, self.options.few_rounds, (), self.measure_idle)
        for launch in TOGETHER:
            self.measure_together(launch)
        if not self.values:
            raise machine.Missing("nothing could be measured")
        self.say("done")

    def published(self):
        """The figures without those that something was wrong with."""
        kept = {figure: {name: values for name, values in by_name.items() if (figure.split(".")[0], name) not in self.withheld}
                for figure, by_name in self.values.items()}
        return {figure: by_name for figure, by_name in kept.items() if by_name}
