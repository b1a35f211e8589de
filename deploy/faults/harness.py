"""What the scripts of this directory share: the server under attack, its PostgreSQL, an HTTP client that hides nothing,
writers that retry, and the report.

`deploy/faults/run` prepares the rest and says where it is in the environment; a script alone does nothing useful.
Python 3.9 or newer, standard library only. Traffic goes to 127.0.0.1 and to a Unix socket, nowhere else.
"""

import asyncio
import collections
import contextlib
import ctypes
import json
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import time
import uuid

# --- Where things are -------------------------------------------------------------------------------------------------

SHORT = os.environ.get("FAULTS_SHORT") == "1"
HOST = "127.0.0.1"
MEMBER = "demo@tme.example"


def setting(name):
    """A value that `deploy/faults/run` gave."""
    value = os.environ.get(name)
    if not value:
        sys.exit(f"{name} is not set: run this through deploy/faults/run {script_name()}")
    return value


def script_name():
    """The name of the script that runs."""
    return os.path.splitext(os.path.basename(sys.argv[0]))[0]


def work_file(name):
    """A file of this script in the working directory of the run."""
    return os.path.join(setting("FAULTS_WORK"), f"{script_name()}.{name}")


def free_port():
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def raise_open_files():
    """As many open files as the system lets us have; the server inherits it. Answers how many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def die_with_parent():
    """For a child, between fork and exec: if we are killed, it is too. PR_SET_PDEATHSIG is 1."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


# --- The report -------------------------------------------------------------------------------------------------------


class Skip(Exception):
    """This machine can't show it; the message says why."""


class Report:
    """What was counted, which claims held, as a table for people and one JSON line for programs."""

    def __init__(self):
        self.started = time.monotonic()
        self.counts = {}
        self.claims = []

    def count(self, name, value):
        """Shows a figure."""
        self.counts[name] = round(value, 3) if isinstance(value, float) else value

    def claim(self, sentence, holds, detail="", is_decidable=True):
        """States something that must hold. What was measured on a busy machine is undecided, whatever it says."""
        outcome = "undecided" if not is_decidable else "holds" if holds else "FAILED"
        self.claims.append((sentence, outcome, "" if outcome == "holds" else str(detail)))

    def finish(self):
        """Prints everything; answers the exit status."""
        outcomes = {outcome for _, outcome, _ in self.claims}
        self.count("seconds", time.monotonic() - self.started)
        width = max((len(name) for name in self.counts), default=0)
        print(f"\n{script_name()}")
        for name, value in self.counts.items():
            shown = value if not isinstance(value, dict) else "  ".join(f"{key}: {n}" for key, n in value.items())
            print(f"  {name:<{width}}  {shown}")
        for sentence, outcome, detail in self.claims:
            print(f"  {outcome:<9}  {sentence}{': ' + detail if detail else ''}")
        rest = [{"claim": sentence, "outcome": outcome, "detail": detail[:2000]}
                for sentence, outcome, detail in self.claims if outcome != "holds"]
        print(json.dumps({"script": script_name(), "holds": outcomes == {"holds"}, "counts": self.counts, "rest": rest}))
        sys.stdout.flush()
        return 0 if outcomes == {"holds"} else 77 if outcomes <= {"holds", "undecided"} and outcomes else 1


def main(body, seconds):
    """Runs an async `body(report)` for at most so many seconds and exits: 0 all held, 1 not, 77 skipped."""

    async def bounded(report):
        task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, task.cancel)
        await asyncio.wait_for(body(report), seconds)

    report = Report()
    try:
        asyncio.run(bounded(report))
    except Skip as reason:
        print(f"\n{script_name()}\n  skipped: {reason}")
        print(json.dumps({"script": script_name(), "skipped": str(reason)}))
        sys.exit(77)
    except asyncio.TimeoutError:
        report.claim(f"ends within {seconds} s", False, "it did not")
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(report.finish())


class Neighbours:
    """How much of the processors others use: what is measured while they do says little of the server."""

    # More than this, in cores, and a measurement is worth nothing.
    TOO_MUCH = 0.25

    def __init__(self):
        self.start = self.reading()

    @staticmethod
    def reading():
        """(now, seconds that all processors worked, seconds of them that we and our PostgreSQL did)."""
        tick = os.sysconf("SC_CLK_TCK")
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, _, _, irq, soft, steal, *_ = map(int, file.readline().split()[1:])
        parents, used = {}, {}
        for name in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat", encoding="latin-1") as file:
                fields = file.read().rpartition(")")[2].split()
                parents[int(name)] = int(fields[1])
                used[int(name)] = sum(map(int, fields[11:15]))
        roots = {os.getpid()}
        with contextlib.suppress(OSError, ValueError), open(
                os.path.join(setting("FAULTS_PGDATA"), "postmaster.pid"), encoding="ascii") as file:
            roots.add(int(file.readline()))
        ours = 0
        for process, seconds in used.items():
            ancestor = process
            while ancestor > 1 and ancestor not in roots:
                ancestor = parents.get(ancestor, 0)
            ours += seconds if ancestor in roots else 0
        return time.monotonic(), (user + nice + system + irq + soft + steal) / tick, ours / tick

    def cores(self):
        """How many cores others used since this was made."""
        now, total, ours = self.reading()
        return max(0.0, (total - self.start[1]) - (ours - self.start[2])) / max(0.001, now - self.start[0])


def percentile(values, share):
    """The value under which this share of the values is; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


# --- HTTP -------------------------------------------------------------------------------------------------------------


class Lost(Exception):
    """The connection failed before the answer was complete. `sent` is when the request was out, None if it was not."""

    def __init__(self, reason, sent=None):
        super().__init__(reason)
        self.sent = sent


class TooSlow(Lost):
    """No complete answer within the client's deadline."""


class Answer(collections.namedtuple("Answer", "status headers body seconds sent")):
    """A complete answer: headers by their lower-case name, how long it took, when the request was out."""

    __slots__ = ()

    def json(self):
        """The body as JSON, None if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Connection:
    """One HTTP/1.1 connection, kept open; opens again by itself after it was lost."""

    def __init__(self, port, deadline=10.0):
        self.port = port
        self.deadline = deadline
        self.reader = self.writer = None

    async def request(self, method, path, token=None, body=None, headers=()):
        """Sends one request and reads its whole answer."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{self.port}"]
        if token:
            lines.append(f"Authorization: Bearer {token}")
        payload = b""
        if body is not None:
            payload = body if isinstance(body, bytes) else json.dumps(body).encode()
            lines.append(f"Content-Length: {len(payload)}")
            if "Content-Type" not in dict(headers):
                lines.append("Content-Type: application/json")
        lines += [f"{name}: {value}" for name, value in dict(headers).items()]
        return await self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + payload, method == "HEAD")

    async def send(self, raw, is_head=False):
        """Sends bytes as they are and reads one answer."""
        start, sent = time.monotonic(), None
        try:
            async with Deadline(self.deadline):
                if self.writer is None:
                    self.reader, self.writer = await asyncio.open_connection(HOST, self.port, limit=1 << 20)
                self.writer.write(raw)
                sent = time.monotonic()
                await self.writer.drain()
                status, headers, body = await read_answer(self.reader, is_head)
        except asyncio.TimeoutError:
            self.drop()
            raise TooSlow(f"no answer within {self.deadline} s", sent) from None
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            self.drop()
            raise Lost(f"{type(error).__name__}: {error}", sent) from None
        except BaseException:
            self.drop()
            raise
        if headers.get("connection", "").lower() == "close":
            self.drop()
        return Answer(status, headers, body, time.monotonic() - start, sent)

    def drop(self):
        """Closes it at once."""
        if self.writer is not None:
            self.writer.transport.abort()
        self.reader = self.writer = None


class Deadline:
    """`async with`: TimeoutError when the block takes longer (asyncio.timeout is newer than the oldest Python here)."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.is_over = False

    async def __aenter__(self):
        task = asyncio.current_task()

        def end():
            self.is_over = True
            task.cancel()

        self.handle = asyncio.get_running_loop().call_later(self.seconds, end)

    async def __aexit__(self, kind, error, trace):
        self.handle.cancel()
        if self.is_over and kind is asyncio.CancelledError:
            raise asyncio.TimeoutError from error


async def read_answer(reader, is_head=False, is_interim=False):
    """Reads an answer: (status, headers, body). EOFError when it breaks off, ValueError when it is not HTTP. Interim ones
    (100) are passed over, unless they are wanted."""
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        status_line, *lines = head[:-4].decode("latin-1").split("\r\n")
        version, _, rest = status_line.partition(" ")
        if not version.startswith("HTTP/1.") or not rest[:3].isdigit():
            raise ValueError(f"not an answer: {status_line[:60]!r}")
        status = int(rest[:3])
        if status >= 200:
            break
        if is_interim:
            return status, {}, b""
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise ValueError(f"not a header: {line[:60]!r}")
        headers[name.lower()] = value.strip()
    if is_head or status in (204, 304):
        return status, headers, b""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        parts = []
        while True:
            size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
            part = await reader.readexactly(size + 2)
            if size == 0:
                return status, headers, b"".join(parts)
            parts.append(part[:-2])
    if "content-length" in headers:
        return status, headers, await reader.readexactly(int(headers["content-length"]))
    return status, headers, await reader.read()


async def get(port, path, token=None, deadline=10.0):
    """One GET on a connection of its own."""
    connection = Connection(port, deadline)
    try:
        return await connection.request("GET", path, token)
    finally:
        connection.drop()


# --- The server -------------------------------------------------------------------------------------------------------


class Server:
    """`pa31 serve` on a port of its own. `async with Server() as server:` starts it and in any case ends it."""

    def __init__(self, environment=None):
        self.port = free_port()
        self.environment = environment or {}
        self.process = None
        self.log_path = work_file("server.log")
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.log_path)

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *_):
        self.kill()

    async def start(self, wait=20.0):
        """Starts it and waits until it is ready; answers after how many seconds."""
        # Limits by caller would stop the attack before it begins; scripts that want them set them.
        rates = {name: "10000000" for name in ("PA31_RATE_TOKEN", "PA31_RATE_ADDRESS", "PA31_RATE_BAD_TOKENS")}
        # What the clock does by itself would be counted as the attack's.
        environment = {
            **os.environ, **rates, "PA31_HOST": HOST, "PA31_PORT": str(self.port), "PA31_METRICS_PORT": "0",
            "PA31_CLOCK": "off"}
        start = time.monotonic()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [setting("PA31_BINARY"), "serve"], env={**environment, **self.environment},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)
        while not await self.is_ready():
            if self.process.poll() is not None:
                raise RuntimeError(f"pa31 serve ended with {self.process.returncode}: see {self.log_path}")
            if time.monotonic() - start > wait:
                raise RuntimeError(f"pa31 serve was not ready within {wait} s: see {self.log_path}")
            await asyncio.sleep(0.02)
        return time.monotonic() - start

    async def is_ready(self):
        """Whether it can answer."""
        try:
            return (await get(self.port, "/readyz", deadline=5.0)).status == 200
        except Lost:
            return False

    async def wait_ready(self, seconds):
        """Waits until it can answer; answers after how many seconds, None if never."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            if await self.is_ready():
                return time.monotonic() - start
            await asyncio.sleep(0.05)
        return None

    def kill(self):
        """SIGKILL, as a power cut would."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None:
            self.process.wait()

    async def terminate(self, seconds):
        """SIGTERM; answers (exit status, seconds), or (None, seconds) if it did not end."""
        start = time.monotonic()
        self.process.terminate()
        while self.process.poll() is None and time.monotonic() - start < seconds:
            await asyncio.sleep(0.01)
        return self.process.poll(), time.monotonic() - start

    def is_alive(self):
        """Whether the process that was started still runs."""
        return self.process is not None and self.process.poll() is None

    def memory(self):
        """Resident memory in MB; 0 when it does not run."""
        with contextlib.suppress(OSError), open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        return 0.0

    def defects(self):
        """Lines of the log that tell of an error of the server's own."""
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return [line.rstrip() for line in log if " defect" in line or "Fatal error" in line]


def pa31(*arguments, check=True, environment=None, directory=None):
    """Runs a command of the product for the demonstration's team member, in a directory; answers the finished process."""
    done = subprocess.run(
        [setting("PA31_BINARY"), *arguments], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, cwd=directory,
        env={**os.environ, "PA31_MEMBER": MEMBER, "LC_ALL": "en_US.UTF-8", **(environment or {})})
    if check and done.returncode != 0:
        raise RuntimeError(f"pa31 {' '.join(arguments)} exited with {done.returncode}: {done.stderr or done.stdout}")
    return done


def tokens():
    """(team's token, a partner's token), for a day."""
    given = {line["name"]: line["token"] for line in json.loads(pa31("demo", "tokens", "--json").stdout)}
    return given["PA31_TEAM_TOKEN"], given["PA31_PARTNER_TOKEN"]


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


class Postgres:
    """The run's private PostgreSQL, as its superuser and as the OS user that owns it."""

    def __init__(self):
        self.bin = setting("FAULTS_PGBIN")
        self.data = setting("FAULTS_PGDATA")
        self.user = setting("FAULTS_PGUSER")
        self.socket = setting("FAULTS_PGSOCKET")
        self.database = setting("FAULTS_DATABASE")

    def psql_command(self, *arguments):
        """The command line of `psql` as the superuser."""
        return [
            os.path.join(self.bin, "psql"), "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", *arguments,
            f"host={self.socket} user=postgres dbname={self.database}"]

    def rows(self, sql):
        """The rows of a query, as lists of texts."""
        done = subprocess.run(
            self.psql_command("-c", sql), capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise RuntimeError(f"psql: {done.stderr.strip()}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def value(self, sql):
        """The only value of a query, as a whole number if it is one."""
        text = self.rows(sql)[0][0]
        return int(text) if text.lstrip("-").isdigit() else text

    def as_owner(self, *command, timeout=90):
        """Runs a command as the OS user that owns the cluster; answers its exit status."""
        identity = {"user": self.user, "group": self.user, "extra_groups": []} if os.geteuid() == 0 else {}
        return subprocess.run(
            command, cwd="/", env={"LC_ALL": "C", "PATH": os.environ["PATH"]}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=timeout, **identity).returncode

    def control(self, action, *arguments):
        """`pg_ctl ACTION`; answers whether it worked."""
        return self.as_owner(
            os.path.join(self.bin, "pg_ctl"), action, "--silent", "--wait", "--timeout", "60", "--pgdata", self.data,
            *arguments) == 0

    def process(self):
        """The id of the postmaster, None when its file is gone."""
        with contextlib.suppress(OSError, ValueError), open(
                os.path.join(self.data, "postmaster.pid"), encoding="ascii") as file:
            return int(file.readline())
        return None

    async def start(self):
        """Starts it, also after a crash, when the children of the dead postmaster may still be going away."""
        for _ in range(30):
            if await asyncio.to_thread(
                    self.control, "start", "--log", os.path.join(self.data, "server.log")):
                return
            await asyncio.sleep(0.3)
        raise RuntimeError(f"PostgreSQL did not start again: see {self.data}/server.log")

    def kill(self):
        """SIGKILL to the postmaster; its children see it and go."""
        os.kill(self.process(), signal.SIGKILL)


# --- Writers that retry -----------------------------------------------------------------------------------------------


class Writers:
    """Clients that write, retry what was not answered, and remember what was acknowledged.

    Each adds notes with a text of their own under an Idempotency-Key that every retry repeats, and changes descriptions by
    reading, adding 1 to the number in it, and writing with If-Match; on 412 it reads again.
    """

    # What a client may be told while the database or the server is away, and what makes it try again.
    AGAIN = (429, 503)

    def __init__(self, port, token, codes, count=32, pause=0.12, deadline=10.0):
        self.port, self.token, self.codes = port, token, codes
        self.count, self.pause, self.deadline = count, pause, deadline
        self.run_id = uuid.uuid4().hex[:8]
        self.statuses = collections.Counter()
        self.lost = collections.Counter()
        self.unexpected = []
        self.acknowledged_notes, self.open_notes = set(), set()
        self.acknowledged_marks, self.open_marks = set(), set()
        self.first_losses = {}
        self.seconds = []
        self.is_stopping = False
        self.tasks = []

    def start(self):
        """Starts all of them."""
        self.tasks = [asyncio.create_task(self.write(number)) for number in range(self.count)]

    async def stop(self, seconds=20.0):
        """Lets each end what it has begun, for at most so long."""
        self.is_stopping = True
        _, pending = await asyncio.wait(self.tasks, timeout=seconds)
        for task in pending:
            task.cancel()
        for outcome in await asyncio.gather(*self.tasks, return_exceptions=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, asyncio.CancelledError):
                self.unexpected.append(f"writer failed: {outcome!r}")

    async def write(self, number):
        """One client."""
        connection = Connection(self.port, self.deadline)
        chance = random.Random(number)
        serial = 0
        try:
            while not self.is_stopping:
                serial += 1
                if chance.random() < 0.7:
                    await self.add_note(connection, chance, f"faults {self.run_id} note {number}.{serial}")
                else:
                    await self.change(connection, chance, f"{self.run_id}.{number}.{serial}")
                await asyncio.sleep(self.pause * chance.uniform(0.5, 1.5))
        finally:
            connection.drop()

    async def attempt(self, connection, method, path, body=None, headers=()):
        """One try; None when it must be tried again, after a wait that Retry-After may ask for."""
        try:
            answer = await connection.request(method, path, self.token, body, headers)
        except Lost as lost:
            self.lost["deadline" if isinstance(lost, TooSlow) else "connection"] += 1
            if isinstance(lost, TooSlow):
                self.seconds.append(self.deadline)
                self.unexpected.append(f"{method} {path}: {lost}")
            await asyncio.sleep(0.1)
            return None
        self.statuses[answer.status] += 1
        self.seconds.append(answer.seconds)
        if answer.status in self.AGAIN:
            if not answer.headers.get("retry-after", "").isdigit():
                self.unexpected.append(f"{method} {path}: {answer.status} without Retry-After")
            await asyncio.sleep(0.25)
            return None
        if answer.status >= 500:
            self.unexpected.append(f"{method} {path}: {answer.status} {answer.body[:300]!r}")
            await asyncio.sleep(0.25)
            return None
        return answer

    async def add_note(self, connection, chance, text):
        """Adds a note; done when it is acknowledged."""
        path = f"/v1/actions/{chance.choice(self.codes)}/notes"
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        self.open_notes.add(text)
        for _ in range(400):
            answer = await self.attempt(
                connection, "POST", path, {"kind": "result", "text": text}, headers)
            if answer is None:
                self.first_losses.setdefault(text, time.time())
                continue
            if answer.status == 201:
                self.open_notes.discard(text)
                self.acknowledged_notes.add(text)
            else:
                self.unexpected.append(f"POST note: {answer.status} {answer.body[:300]!r}")
            return

    async def change(self, connection, chance, mark):
        """Adds 1 to the number in a description. A try without an answer may have been done or not: the next one reads
        again and takes a mark of its own."""
        path = f"/v1/actions/{chance.choice(self.codes[:8])}"
        for turn in range(400):
            read = await self.attempt(connection, "GET", path)
            if read is None:
                continue
            if read.status != 200:
                self.unexpected.append(f"GET {path}: {read.status} {read.body[:300]!r}")
                return
            words = (read.json().get("description") or "").split()
            number = int(words[2]) if words[:2] == ["faults", self.run_id] else 0
            own = f"{mark}.{turn}"
            self.open_marks.add(own)
            answer = await self.attempt(
                connection, "PATCH", path, {"description": f"faults {self.run_id} {number + 1} {own}"},
                {"If-Match": read.headers.get("etag", "")})
            if answer is None:
                continue
            self.open_marks.discard(own)
            if answer.status == 200:
                self.acknowledged_marks.add(own)
                return
            if answer.status != 412:
                self.unexpected.append(f"PATCH {path}: {answer.status} {answer.body[:300]!r}")
                return

    def report(self, report):
        """What they saw."""
        report.count("answers", {str(status): n for status, n in sorted(self.statuses.items())})
        report.count("lost connections", self.lost["connection"])
        report.count("notes acknowledged", len(self.acknowledged_notes))
        report.count("notes that needed a retry", len(self.first_losses))
        report.count("changes acknowledged", len(self.acknowledged_marks))
        report.count("changes without an answer", len(self.open_marks))
        report.count("slowest answer, s", max(self.seconds, default=0.0))
        report.claim(
            f"every answer is 2xx, 4xx, or 503 with Retry-After, within {self.deadline:.0f} s", not self.unexpected,
            f"{len(self.unexpected)} are not, first: {self.unexpected[:3]}")
        report.claim("every note is acknowledged in the end", not self.open_notes, f"{len(self.open_notes)} are not")

    async def check(self, report, postgres):
        """What the database holds, against what was acknowledged."""
        found = postgres.rows(
            "SELECT text, extract(epoch FROM written_at) FROM progress_note "
            f"WHERE text LIKE 'faults {self.run_id} %'")
        notes = collections.Counter(text for text, _ in found)
        # What the retries are for: these would be there twice without their key.
        unheard = sum(float(at) < self.first_losses.get(text, 0) for text, at in found)
        report.count("notes done whose answer was lost", unheard)
        missing = self.acknowledged_notes - notes.keys()
        twice = [text for text, count in notes.items() if count > 1]
        report.count("notes in the database", sum(notes.values()))
        report.claim("every acknowledged note is there", not missing, f"{len(missing)} missing: {sorted(missing)[:3]}")
        report.claim("no note is there twice", not twice, f"{len(twice)} are, such as {sorted(twice)[:3]}")

        changes = [value.split() for value, in postgres.rows(
            "SELECT new_value #>> '{}' FROM field_change WHERE table_name = 'action' AND field = 'description' "
            f"AND new_value #>> '{{}}' LIKE 'faults {self.run_id} %' ORDER BY id")]
        marks = collections.Counter(words[3] for words in changes)
        missing = self.acknowledged_marks - marks.keys()
        report.count("changes in the history", len(changes))
        report.claim("every acknowledged change is in the history", not missing, f"{len(missing)} are not")
        report.claim("no change was done twice", max(marks.values(), default=1) == 1, marks.most_common(3))
        lost = postgres.value(f"""
            SELECT count(*) FROM (
                SELECT split_part(new_value #>> '{{}}', ' ', 3)::integer AS number, row_number()
                       OVER (PARTITION BY row_id ORDER BY id) AS expected
                  FROM field_change WHERE table_name = 'action' AND field = 'description'
                   AND new_value #>> '{{}}' LIKE 'faults {self.run_id} %') AS change
             WHERE number <> expected""")
        report.claim("no change overwrote one it had not read", lost == 0, f"{lost} did")
        await check_database(report, postgres)


async def check_database(report, postgres, seconds=15):
    """Versions without a gap, nothing half-done, every audit row sealed, and `pa31 audit verify` content."""
    gaps = postgres.value("""
        SELECT count(*) FROM (
            SELECT old_value, lag(new_value) OVER (PARTITION BY row_id ORDER BY id) AS before
              FROM field_change WHERE table_name = 'action' AND field = 'version') AS change
         WHERE before IS NOT NULL AND old_value IS DISTINCT FROM before""")
    report.claim("versions follow each other without a gap", gaps == 0, f"{gaps} gaps")
    wrong = postgres.value("""
        SELECT count(*) FROM action JOIN LATERAL (
            SELECT new_value FROM field_change WHERE row_id = action.id AND field = 'version' ORDER BY id DESC LIMIT 1
            ) AS last ON true WHERE last.new_value <> to_jsonb(version)""")
    report.claim("each action's version is its history's last", wrong == 0, f"{wrong} are not")
    pending = None
    for _ in range(seconds * 4):
        pending = postgres.value("SELECT count(*) FROM audit_pending")
        if pending == 0:
            break
        await asyncio.sleep(0.25)
    report.claim(f"every audit row is sealed within {seconds} s", pending == 0, f"{pending} wait")
    verified = pa31("audit", "verify", check=False)
    last = (verified.stdout + verified.stderr).strip().splitlines()[-3:]
    report.claim("pa31 audit verify finds nothing wrong", verified.returncode == 0, f"{verified.returncode}: {last}")
    report.count("audit rows", postgres.value("SELECT count(*) FROM audit_log"))


def action_codes(postgres, count=24):
    """Codes of actions to write to."""
    return [code for code, in postgres.rows(
        f"SELECT code FROM action WHERE status = 'in_progress' ORDER BY code LIMIT {count}")]
