"""Those who are measured: this server, its peers, and pgbench as the floor; and who used the processors meanwhile."""

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "faults"))
from harness import HOST, Connection, Lost, die_with_parent, free_port  # noqa: E402  (beside us)

HERE = os.path.dirname(os.path.abspath(__file__))
# What every connection of the server is opened with, and says how statements are planned: Sources/Postgres/DatabaseSettings.swift.
OPTIONS = {"TimeZone": "UTC", "pg_trgm.word_similarity_threshold": "0.3", "random_page_cost": "1.1"}


def setting(name):
    """A value that `deploy/bench` gave."""
    value = os.environ.get(name)
    if not value:
        sys.exit(f"{name} is not set: run this through deploy/bench")
    return value


def work_file(name):
    """A file in the working directory of the run."""
    return os.path.join(setting("BENCH_WORK"), name)


class Processors:
    """Seconds of processor time by whom: trees of processes that are named, and everybody else."""

    TICK = os.sysconf("SC_CLK_TCK")

    def __init__(self, roots):
        # name → id of a process, with all below it.
        self.roots = roots
        self.start = self.reading()

    def reading(self):
        """(now, seconds that all processors worked, seconds by name)."""
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, _, _, irq, soft, steal, *_ = map(int, file.readline().split()[1:])
        parents, used = {}, {}
        for name in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat", encoding="latin-1") as file:
                fields = file.read().rpartition(")")[2].split()
                parents[int(name)] = int(fields[1])
                used[int(name)] = sum(map(int, fields[11:15]))
        names = {process: name for name, process in self.roots.items()}
        seconds = dict.fromkeys(self.roots, 0.0)
        for process, ticks in used.items():
            ancestor = process
            while ancestor > 1 and ancestor not in names:
                ancestor = parents.get(ancestor, 0)
            if ancestor in names:
                seconds[names[ancestor]] += ticks / self.TICK
        return time.monotonic(), (user + nice + system + irq + soft + steal) / self.TICK, seconds

    def cores(self):
        """How many cores each used since this was made, and `others`."""
        now, total, seconds = self.reading()
        took = max(0.001, now - self.start[0])
        cores = {name: (seconds[name] - self.start[2][name]) / took for name in self.roots}
        cores["others"] = max(0.0, (total - self.start[1]) / took - sum(cores.values()))
        return cores


class Postgres:
    """The run's private PostgreSQL, as its superuser."""

    def __init__(self, database):
        self.database = database
        self.bin, self.socket, self.log = setting("BENCH_PGBIN"), setting("BENCH_PGSOCKET"), setting("BENCH_PGLOG")

    def address(self, login):
        """Where one connects, as whom."""
        return f"host={self.socket} user={login} dbname={self.database}"

    def rows(self, sql):
        """The rows of a query, as lists of texts."""
        done = subprocess.run(
            [os.path.join(self.bin, "psql"), "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", sql, self.address("postgres")],
            capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"psql: {done.stderr.strip()}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def process(self):
        """The id of the postmaster."""
        with open(os.path.join(os.path.dirname(self.log), "postmaster.pid"), encoding="ascii") as file:
            return int(file.readline())


class Rival:
    """A server on a port of its own: `async with rival:`."""

    def __init__(self, name, command, environment, ready):
        self.name, self.command, self.environment, self.ready = name, command, environment, ready
        self.port = free_port()
        self.process = None
        # How long it took to its first answer.
        self.start_seconds = None

    async def __aenter__(self):
        command = [part.replace("{port}", str(self.port)) for part in self.command]
        environment = {**os.environ, **self.environment, "PA31_PORT": str(self.port)}
        start = time.monotonic()
        with open(work_file(f"{self.name}.log"), "wb") as log:
            self.process = subprocess.Popen(
                command, env=environment, cwd=HERE, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=die_with_parent)
        while True:
            with contextlib.suppress(Lost):
                if (await self.ask("GET", self.ready)).status == 200:
                    self.start_seconds = time.monotonic() - start
                    return self
            if self.process.poll() is not None or time.monotonic() - start > 30:
                await self.__aexit__()
                raise RuntimeError(f"{self.name} does not answer: see {work_file(self.name + '.log')}")
            await asyncio.sleep(0.01)

    async def __aexit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self.process.wait, 5)
            self.process.kill()
            self.process.wait()

    async def ask(self, method, path, headers=None, body=None):
        """One request on a connection of its own."""
        connection = Connection(self.port)
        try:
            return await connection.request(method, path, None, body, headers or {})
        finally:
            connection.drop()

    def peak_memory(self):
        """The most memory that it held, in MB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) / 1024


def ours(database, is_cached, name="pa31"):
    """This server, as `pa31 serve` runs it, without limits by caller."""
    rates = {name: "10000000" for name in ("PA31_RATE_TOKEN", "PA31_RATE_ADDRESS", "PA31_RATE_BAD_TOKENS")}
    return Rival(
        name, [setting("PA31_BINARY"), "serve"],
        {**rates, **({} if is_cached else {"PA31_CACHE_MB": "0"}), "PA31_HOST": HOST, "PA31_METRICS_PORT": "0", "PA31_CLOCK": "off",
         "PA31_DATABASE_URL": f"postgresql:///{database.database}?host={database.socket}"}, "/readyz")


def peer(name, database):
    """A peer, with as many processes as the machine has processors."""
    cores = str(os.cpu_count() or 1)
    programs = os.path.join(setting("BENCH_VENV"), "bin")
    command = {
        "fastapi": [
            os.path.join(programs, "uvicorn"), "peer_fastapi:app", "--host", HOST, "--port", "{port}", "--workers", cores,
            "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"],
        "django": [
            os.path.join(programs, "gunicorn"), "peer_django:application", "--bind", f"{HOST}:{{port}}", "--workers", cores,
            "--worker-class", "gthread", "--threads", "16", "--keep-alive", "30", "--log-level", "warning"],
    }[name]
    environment = {
        "BENCH_SOCKET": database.socket, "BENCH_DATABASE": database.database, "BENCH_STATEMENTS": work_file("statements.json"),
        "BENCH_OPTIONS": json.dumps(OPTIONS)}
    return Rival(name, command, environment, "/v1/structures/990000001")


def wrk(port, requests, connections, seconds):
    """The command of the load generator."""
    threads = str(min(2, connections))
    return [
        "wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", os.path.join(HERE, "wrk.lua"),
        f"http://{HOST}:{port}", "--", requests, threads]


def pgbench(database, login, arguments, connections, seconds):
    """The command of the floor: the same statements on as many connections, nothing else."""
    return [
        os.path.join(database.bin, "pgbench"), "-M", "prepared", "-n", "-c", str(connections), "-j", str(min(2, connections)),
        "-T", str(seconds), *arguments, database.address(login)]


def run(command, roots):
    """Runs a load generator; answers its output and how many cores each used meanwhile."""
    processors = Processors(roots)
    environment = {**os.environ, "PGOPTIONS": " ".join(f"-c {name}={value}" for name, value in OPTIONS.items())}
    start = os.times()
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, check=False)
    cores = processors.cores()
    end = os.times()
    took = end.elapsed - start.elapsed
    cores["client"] = (end.children_user + end.children_system - start.children_user - start.children_system) / took
    # We ourselves, and the load generator, which ended: both are in nobody's tree.
    own = (end.user + end.system - start.user - start.system) / took
    cores["others"] = max(0.0, cores["others"] - cores["client"] - own)
    if done.returncode != 0:
        raise RuntimeError(f"{os.path.basename(command[0])}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout, cores


def measured(output):
    """What a load generator told: requests a second, p50 and p99 in milliseconds, what went wrong."""
    found = re.search(r"^tps = ([0-9.]+)", output, re.MULTILINE)
    if found:
        failed = re.search(r"number of failed transactions: (\d+)", output)
        return {"rate": float(found.group(1)), "p50": None, "p99": None, "wrong": int(failed.group(1)) if failed else 0}
    told = json.loads(output.strip().splitlines()[-1])
    return {
        "rate": told["requests"] / told["seconds"], "p50": told["p50"], "p99": told["p99"],
        "wrong": told["refused"] + told["broken"]}
