"""What this machine has and is: tools, limits, versions."""
import glob
import os
import platform
import re
import resource
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
JDK = "25"


class Missing(Exception):
    """Something that must be there is not; says what to install."""


def java_home():
    """The home of a JDK 25; the java on the PATH may be an older one."""
    candidates = [os.environ.get(name, "") for name in ("JAVA25_HOME", "JAVA_HOME")]
    on_path = shutil.which("java")
    if on_path:
        candidates.append(os.path.dirname(os.path.dirname(os.path.realpath(on_path))))
    for pattern in ("/usr/lib/jvm/*", "/opt/*", "/opt/java/*", "~/.sdkman/candidates/java/*", "~/.jdks/*"):
        candidates += sorted(glob.glob(os.path.expanduser(pattern)))
    for home in candidates:
        try:
            with open(os.path.join(home, "release")) as file:
                if f'JAVA_VERSION="{JDK}' in file.read() and os.access(os.path.join(home, "bin", "jcmd"), os.X_OK):
                    return home
        except OSError:
            continue
    raise Missing(f"no JDK {JDK} found: install one, or set JAVA{JDK}_HOME")


def need(command, package, purpose):
    """Installs a package of Debian's where apt and the right to use it are there."""
    if shutil.which(command):
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        print(f"{command} is not there: apt-get install {package}", flush=True)
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        subprocess.run(["apt-get", "update", "-q"], stdout=subprocess.DEVNULL, env=environment, check=False, timeout=180)
        subprocess.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", package],
                       stdout=subprocess.DEVNULL, env=environment, check=False, timeout=180)
    if not shutil.which(command):
        raise Missing(f"{command} {purpose}: install it (Debian, Ubuntu: apt-get install {package})")


def split():
    """A processor for the servers and another one for the client."""
    processors = sorted(os.sched_getaffinity(0))
    if len(processors) < 2:
        raise Missing("--pin needs two processors: one for the server, one for the client")
    if not shutil.which("taskset"):
        raise Missing("--pin needs taskset (util-linux)")
    return processors[0], processors[-1]


def calibrate(home, processor):
    """The seconds that a fixed piece of work takes here, computing and in the kernel: tells a fast machine's run from a slow one's."""
    classes = os.path.join(ROOT, "benchmarks", "jmh", "target", "classes")
    out = subprocess.run(["taskset", "-c", str(processor), os.path.join(home, "bin", "java"), "-XX:+UseSerialGC", "-cp", classes,
                          "io.zokor.benchmarks.Calibration"], capture_output=True, text=True, timeout=120, check=True).stdout
    return [float(word) for word in out.split()]


def stolen():
    """Ticks that the hypervisor gave to others, and ticks in all, since the machine's start (proc_stat(5))."""
    with open("/proc/stat") as stat:
        ticks = [int(word) for word in stat.readline().split()[1:9]]
    return ticks[7], sum(ticks)


def raise_descriptor_limit():
    """As many descriptors as this user may have, here and in what is started; says how many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def first_line(*command):
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return None
    text = (run.stdout + run.stderr).strip()
    return text.splitlines()[0] if text else None


def find(path, pattern):
    try:
        with open(path) as file:
            match = re.search(pattern, file.read(), re.M)
            return match.group(1).strip() if match else None
    except OSError:
        return None


def facts(home):
    """What the reader of a result must know of the machine."""
    memory = find("/proc/meminfo", r"^MemTotal:\s+(\d+)")
    wrk = first_line("wrk", "-v")
    h2load = first_line("h2load", "--version")
    nginx = first_line("nginx", "-v")
    jvm = subprocess.run([os.path.join(home, "bin", "java"), "-version"], capture_output=True, text=True,
                         timeout=30, check=False).stderr.strip().splitlines()
    dirty = subprocess.run(["git", "-C", ROOT, "status", "--porcelain", "--untracked-files=no"],
                           capture_output=True, text=True, check=False).stdout.strip()
    commit = first_line("git", "-C", ROOT, "rev-parse", "--short", "HEAD")
    return {
        "processor": find("/proc/cpuinfo", r"^model name\s*:\s*(.*)") or platform.machine(),
        "processors": len(os.sched_getaffinity(0)),
        "memory_gib": round(int(memory) / 1024 / 1024, 1) if memory else None,
        "kernel": f"{platform.system()} {platform.release()}",
        "java": jvm[-1] if jvm else None,
        "go": first_line("go", "version"),
        "wrk": wrk.split(" Copyright")[0] if wrk else None,
        "h2load": f"h2load of {h2load.removeprefix('h2load ')}" if h2load else None,
        "nginx": nginx.removeprefix("nginx version: ") if nginx else None,
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "commit": (commit or "unknown") + (" with changes" if dirty else ""),
    }
