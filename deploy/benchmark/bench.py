"""Measures this server against its floor and its peers, in alternation: see `deploy/bench --help`."""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import statistics
import sys
import time

from rivals import Connection, Postgres, ours, peer, pgbench, measured, run, setting, work_file, wrk
from workloads import (
    CONNECTIONS, HELLO, POPULAR, WORKLOADS, Log, answered, comparable, generated, parameters, paths, place_of_token, probes, scripts)

# More than this, in cores, used by others, and a sample is taken again; after so many tries it counts as disturbed.
TOO_MUCH = 0.25
TRIES = 3
LOGINS = dict.fromkeys(("move", "orientation", "inbox", "matches"), "pa31_app")
# What ten times the data may not make much slower.
GROWING = ("structure", "list", "search", "inbox")
# More orientations than can be answered in a second.
ANSWERS = 5000


def say(*words):
    """A line of progress, at once."""
    print(*words, flush=True)


def tokens(path):
    """Those that were made for a database."""
    with open(path, encoding="ascii") as file:
        return file.read().split()


class Bench:
    """One run."""

    def __init__(self, options):
        self.options = options
        self.database = Postgres(setting("BENCH_DATABASE"))
        self.tokens = tokens(setting("BENCH_TOKENS"))
        self.structures = int(self.database.rows("SELECT count(*) FROM structure WHERE finess LIKE '99%'")[0][0])
        # The first orientation that still waits for an answer.
        self.orientation = 1
        self.captured = {}
        self.chosen = [workload for workload in WORKLOADS if not options.only or workload.name in options.only]
        self.samples = {}
        self.alone = {}
        self.facts = {}

    # --- Before anything is timed

    async def capture(self):
        """Runs each kind of request once, and keeps the statements that it came down to."""
        roles = ("pa31_public", "pa31_app")
        told = {"log_min_duration_statement": "0", "log_error_verbosity": "'default'", "log_parameter_max_length": "-1"}
        for role in roles:
            for name, value in told.items():
                self.database.rows(f"ALTER ROLE {role} SET {name} = {value}")
        try:
            async with ours(self.database, is_cached=False) as server:
                # Connections are opened, and the statements that tell who a token is.
                log = Log(self.database.log)
                headers = {"Authorization": f"Bearer {self.tokens[0]}"}
                await self.expect(server, 200, "GET", "/v1/me", headers)
                found = [(sql, values) for sql, values in log.statements() if "api_token" in sql and "SELECT" in sql][:1]
                self.captured["token"] = [[
                    {"sql": sql, "parameters": parameters(sql, values, {})} for sql, values in found]]
                for name in ("structure", "list", "search", "move", "orientation", "inbox", "matches"):
                    self.captured[name] = []
                    for probe in probes(name, self.tokens, self.structures, self.next_orientation()):
                        # Who asks is known, and the connections are open.
                        await self.expect(server, 200, "GET", "/v1/me", headers | probe.headers)
                        known = self.versioned(probe)
                        log = Log(self.database.log)
                        await self.expect(server, 200, probe.method, probe.path, known, probe.body)
                        self.captured[name].append([
                            {"sql": sql, "parameters": parameters(sql, values, probe.variables)}
                            for sql, values in log.statements()])
        finally:
            for role in roles:
                for name in told:
                    self.database.rows(f"ALTER ROLE {role} RESET {name}")
        with open(work_file("statements.json"), "w", encoding="utf-8") as file:
            json.dump({name: of_probes[0] for name, of_probes in self.captured.items()}, file, indent=1)

    def versioned(self, probe):
        """A probe's headers; for a change with the version that it changes."""
        if probe.method == "GET":
            return probe.headers
        return {**probe.headers, "If-Match": f'"{self.database.rows(probe.version)[0][0]}"'}

    def next_orientation(self):
        """An orientation that nobody has answered yet."""
        self.orientation += 1
        return self.orientation - 1

    @staticmethod
    async def expect(server, status, method, path, headers=None, body=None):
        """A request that must succeed."""
        answer = await server.ask(method, path, headers, body)
        if answer.status != status:
            raise RuntimeError(f"{server.name}: {method} {path} answered {answer.status}: {answer.body[:300]!r}")
        return answer

    async def compare(self, servers):
        """The peers' answers are ours, but for what must differ; nothing is timed otherwise."""
        told = {}
        for server in servers:
            told[server.name] = {}
            for name in ("structure", "list", "search"):
                for path in dict.fromkeys(paths(name, self.structures)[:40]):
                    answer = await self.expect(server, 200, "GET", path)
                    told[server.name][path] = comparable(name, answer.body)
                    again = await server.ask("GET", path, {"If-None-Match": answer.headers["etag"]})
                    if again.status != 304:
                        raise RuntimeError(f"{server.name}: {path} with its own ETag answered {again.status}")
            changes = [("move", probe) for probe in probes("move", self.tokens, self.structures)]
            changes.append(("orientation", answered(self.next_orientation(), self.tokens, self.structures)))
            for place, (name, probe) in enumerate(changes):
                headers = self.versioned(probe)
                answer = await self.expect(server, 200, "POST", probe.path, headers, probe.body)
                told[server.name][f"{name} {place}"] = comparable(name, answer.body)
                stale = await server.ask("POST", probe.path, headers, probe.body)
                if stale.status != 412:
                    raise RuntimeError(f"{server.name}: a stale If-Match answered {stale.status}")
        first, *rest = told
        for name in rest:
            for path, value in told[name].items():
                if value != told[first][path]:
                    differ = {
                        key: (told[first][path].get(key), value.get(key)) for key in {*told[first][path], *value}
                        if told[first][path].get(key) != value.get(key)}
                    raise RuntimeError(f"{name} answers {path} otherwise than {first}: {str(differ)[:600]}")
        say(f"Compared {len(told[first])} answers of {', '.join(told)}: the same.")

    # --- One sample

    async def requests(self, workload_name, server, seconds, is_conditional=False):
        """Writes the load generator's requests; answers the file."""
        path = work_file(f"{workload_name}.{server.name}.requests")
        with open(path, "w", encoding="utf-8") as file:
            if workload_name == "move":
                await self.settle()
                rows = self.database.rows("SELECT code, version, status FROM action WHERE code LIKE 'Z9.%' ORDER BY code")
                for place, (code, version, status) in enumerate(rows):
                    token = self.tokens[place % CONNECTIONS]
                    file.write(f"move\t/v1/actions/{code}/transitions\tBearer {token}\t{version}\t{status}\n")
                return path
            if workload_name == "orientation":
                for number in self.waiting(seconds):
                    probe = answered(number, self.tokens, self.structures)
                    body = json.dumps(probe.body)
                    file.write(
                        f"POST\t{probe.path}\tAuthorization: {probe.headers['Authorization']}\tIf-Match: \"1\"\t"
                        f"Content-Type: application/json\t{body}\n")
                return path
            connection = Connection(server.port)
            for place, address in enumerate(paths(workload_name, self.structures)):
                token = place_of_token(workload_name, place)
                header = "" if token is None else f"Authorization: Bearer {self.tokens[token]}\t"
                if is_conditional:
                    header = f"If-None-Match: {(await connection.request('GET', address)).headers['etag']}\t"
                file.write(f"GET\t{address}\t{header}\n")
            connection.drop()
        return path

    def waiting(self, seconds):
        """Numbers of orientations that wait for an answer, more than so many seconds are enough for."""
        first, last = self.orientation, self.orientation + ANSWERS * seconds - 1
        if last > self.structures * 5:
            raise RuntimeError("too few orientations are left: fewer rounds, or shorter ones")
        return range(first, last + 1)

    def count_on(self, seconds):
        """Passes over the orientations that the last sample answered."""
        numbers = self.waiting(seconds)
        found = self.database.rows(
            f"SELECT right(max(id::text), 12)::bigint FROM orientation WHERE state <> 'sent'"
            f" AND id BETWEEN '{generated('8017', numbers[0])}' AND '{generated('8017', numbers[-1])}'")
        if found[0][0]:
            self.orientation = int(found[0][0]) + 1

    async def settle(self):
        """Waits until what the last sample left under way is done: versions are read next."""
        for _ in range(100):
            busy = self.database.rows(
                "SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND usename LIKE 'pa31%'"
                " AND datname = current_database()")
            if busy == [["0"]]:
                return
            await asyncio.sleep(0.05)

    async def sample(self, name, workload_name, rival, connections=None, seconds=None, is_conditional=False):
        """Measures once, again if others disturbed it."""
        connections = connections or CONNECTIONS
        seconds = seconds or self.options.seconds
        roots = {"postgres": self.database.process()}
        if rival != "pgbench":
            roots["server"] = rival.process.pid
        tries = 1 if self.options.short else TRIES
        for attempt in range(tries):
            if rival == "pgbench":
                values = {"structures": self.structures, "first": self.orientation, "clients": connections, "turn": 0}
                arguments = scripts(workload_name, self.captured[workload_name], setting("BENCH_WORK"), values)
                login = LOGINS.get(workload_name, "pa31_public")
                command = pgbench(self.database, login, arguments, connections, seconds)
            else:
                file = await self.requests(workload_name, rival, seconds, is_conditional)
                command = wrk(rival.port, file, connections, seconds)
            output, cores = await asyncio.to_thread(run, command, roots)
            if workload_name == "orientation":
                await self.settle()
                self.count_on(seconds)
            sample = measured(output)
            sample["cores"] = {whose: round(share, 2) for whose, share in cores.items()}
            sample["is_disturbed"] = cores["others"] > TOO_MUCH
            if sample["wrong"]:
                raise RuntimeError(f"{name}: {sample['wrong']} answers were wrong or missing: {output.strip()}")
            if not sample["is_disturbed"]:
                break
            say(f"    disturbed by others ({cores['others']:.2f} cores)" + (", again" if attempt + 1 < tries else ""))
        shown = "" if sample["p99"] is None else f"  p50 {sample['p50']:.2f} ms  p99 {sample['p99']:.2f} ms"
        say(f"    {name:<34} {sample['rate']:>9.0f}/s{shown}")
        return sample

    # --- The whole

    async def main(self):
        """All of it."""
        await self.capture()
        async with contextlib.AsyncExitStack() as stack:
            enter = stack.enter_async_context
            plain = await enter(ours(self.database, is_cached=False))
            cached = await enter(ours(self.database, is_cached=True, name="pa31-cached"))
            peers = [] if self.options.no_peers else [
                await enter(peer(name, self.database)) for name in ("fastapi", "django")]
            await self.compare([plain, cached, *peers])
            self.facts["start_seconds"] = round(plain.start_seconds, 3)
            for server in (plain, cached, *peers):
                for workload in self.chosen:
                    if server in (plain, cached) or workload.has_peers:
                        name = workload.statements or ("cached_list" if workload.name == "cached_list" else "cached_structure")
                        await self.sample(f"{workload.name} {server.name}, warming up", name, server, workload.connections, 1)
            for turn in range(1, self.options.rounds + 1):
                say(f"Round {turn} of {self.options.rounds}")
                for workload in self.chosen:
                    await self.round(workload, cached if workload.is_cached else plain, peers, cached)
                await self.lonely(plain, cached)
            self.facts["peak_memory_mb"] = {server.name: round(server.peak_memory()) for server in (plain, cached)}
        for size in [] if self.options.only or self.options.short else self.options.growth:
            await self.grow(size)
        return self.finish()

    async def round(self, workload, server, peers, cached):
        """Each rival once."""
        name = workload.statements or ("cached_list" if workload.name == "cached_list" else "cached_structure")
        for rival in (server, *(peers if workload.has_peers else ())):
            self.keep(workload.name, "ours" if rival is server else rival.name, await self.sample(
                f"{workload.name} {rival.name}", name, rival, workload.connections, is_conditional=workload.is_conditional))
        if workload.statements:
            floor = await self.sample(f"{workload.name} pgbench", name, "pgbench", workload.connections)
            floor["rate"] *= workload.per_script
        else:
            floor = await self.sample(f"{workload.name} bare hello", "hello", cached)
        self.keep(workload.name, "floor", floor)

    def keep(self, workload, rival, sample):
        self.samples.setdefault(workload, {}).setdefault(rival, []).append(sample)

    async def lonely(self, plain, cached):
        """This server alone, with fewer and more connections."""
        if self.options.short or self.options.no_alone:
            return
        for connections in (1, 8, 64):
            for workload in self.chosen:
                if workload.connections:
                    continue
                name = workload.statements or ("cached_list" if workload.name == "cached_list" else "cached_structure")
                sample = await self.sample(
                    f"{workload.name} alone, {connections} connections", name, cached if workload.is_cached else plain,
                    connections=connections, seconds=max(1, self.options.seconds // 2),
                    is_conditional=workload.is_conditional)
                self.alone.setdefault(workload.name, {}).setdefault(str(connections), []).append(sample)

    async def grow(self, size):
        """The same reads on less data: what ten times the data costs."""
        whole, structures, known = self.database, self.structures, self.tokens
        self.tokens = tokens(work_file(f"tokens.{size}"))
        self.database = Postgres(f"{setting('BENCH_TEMPLATE_PREFIX')}{size}")
        self.structures = size
        say(f"{size} structures")
        async with ours(self.database, is_cached=False) as server:
            for name in GROWING:
                await self.sample(f"{name} warming up", name, server, seconds=1)
                for _ in range(self.options.rounds):
                    self.keep(f"growth {name}", str(size), await self.sample(f"{name} of {size}", name, server))
        self.database, self.structures, self.tokens = whole, structures, known

    def finish(self):
        """The table, the file; answers the exit status."""
        from report import report

        result = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "machine": {
                "cpus": os.cpu_count(), "processor": processor(), "kernel": platform.release(),
                "postgres": self.database.rows("SHOW server_version")[0][0]},
            "connections": CONNECTIONS, "rounds": self.options.rounds, "seconds": self.options.seconds,
            "structures": self.structures, "popular": POPULAR, **self.facts,
            "samples": self.samples, "alone": self.alone}
        status, text, result["verdicts"] = report(result, self.chosen)
        print(text)
        path = work_file("result.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
        print(f"\nEvery sample: {path}")
        return status


def processor():
    """The processor's name."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown")


def options():
    """The command line, as deploy/bench passes it on."""
    parser = argparse.ArgumentParser(prog="deploy/bench", add_help=False)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--no-alone", action="store_true")
    parser.add_argument("--only", type=lambda text: text.split(","))
    parser.add_argument("--growth", type=lambda text: [int(size) for size in text.split(",")], default=[])
    found = parser.parse_args()
    found.rounds = found.rounds or (1 if found.short else 3)
    found.seconds = found.seconds or (1 if found.short else 4)
    unknown = set(found.only or []) - {workload.name for workload in WORKLOADS}
    if unknown:
        parser.error(f"unknown workload: {', '.join(sorted(unknown))}")
    return found


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(Bench(options()).main()))
    except RuntimeError as error:
        sys.exit(f"deploy/bench: {error}")
