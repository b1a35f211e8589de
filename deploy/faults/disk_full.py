#!/usr/bin/env python3
"""The disk that holds PostgreSQL, the received files and the audit's journal fills up, and is freed again.

Meanwhile writes are refused with 503; nothing that was acknowledged is lost; the server needs no hand afterwards. PostgreSQL
itself may stop when it can't write its log: then it is started again, as a supervisor would, and that is counted.

The disk is a small tmpfs in a mount namespace of this process: it vanishes with it. That needs root.
"""

import asyncio
import collections
import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile

from harness import (
    SHORT, Connection, Lost, Postgres, Server, Skip, Writers, action_codes, die_with_parent, main, pa31, setting, tokens, work_file)

ROUNDS, TURNS = (2, 12) if SHORT else (6, 40)
DISK = "160m"
FORM = (b'--frontier31\r\nContent-Disposition: form-data; name="label"\r\n\r\nPreuve\r\n--frontier31\r\nContent-Disposition: form-data; '
        b'name="file"; filename="a.pdf"\r\n\r\n%PDF-1.4\n' + b"x" * 300_000 + b"\r\n--frontier31--\r\n")


def enter_namespace():
    """Runs this script again where mounts are its own."""
    if os.environ.get("FAULTS_NAMESPACE") == "1" or os.geteuid() != 0:
        return
    works = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0
    if works:
        os.environ["FAULTS_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, "-B", os.path.abspath(__file__)])


class SmallPostgres(Postgres):
    """A PostgreSQL of its own on the small disk, as a child of this process."""

    def __init__(self, disk, sockets):
        original = setting("FAULTS_PGDATA")
        owner = pwd.getpwnam(setting("FAULTS_PGUSER"))
        os.chown(disk, owner.pw_uid, owner.pw_gid)
        os.chown(sockets, owner.pw_uid, owner.pw_gid)
        os.environ.update(
            FAULTS_PGDATA=f"{disk}/cluster", FAULTS_PGSOCKET=sockets, FAULTS_DATABASE="pa31_faults_small",
            PA31_DATABASE_URL=f"postgresql:///pa31_faults_small?host={sockets}", PA31_AUDIT_HEAD_FILE=f"{disk}/audit.head",
            PA31_FILES_DIRECTORY=f"{disk}/files")
        super().__init__()
        self.child = None
        self.starts = 0
        done = self.as_owner(
            f"{self.bin}/initdb", "--pgdata", self.data, "--username", "postgres", "--encoding", "UTF8", "--locale", "C.UTF-8",
            "--auth", "peer", "--wal-segsize", "1", "--no-sync")
        if done != 0:
            raise RuntimeError("initdb failed")
        for name in ("pg_hba.conf", "pg_ident.conf"):
            # Root's copy keeps the target's owner: initdb made the file.
            with open(f"{original}/{name}", encoding="utf-8") as source, open(f"{self.data}/{name}", "w", encoding="utf-8") as target:
                target.write(source.read())
        with open(f"{self.data}/postgresql.conf", "a", encoding="utf-8") as file:
            file.write(f"listen_addresses = ''\nunix_socket_directories = '{sockets}'\nmin_wal_size = '2MB'\nmax_wal_size = '8MB'\n"
                       "shared_buffers = '16MB'\nlog_error_verbosity = terse\n")

    async def run(self):
        """Starts it and waits until it answers."""
        identity = {"user": self.user, "group": self.user, "extra_groups": []}
        self.starts += 1
        with open(work_file("postgres.log"), "ab") as log:
            self.child = subprocess.Popen(
                [f"{self.bin}/postgres", "-D", self.data], cwd="/", env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent, **identity)
        for _ in range(200):
            await asyncio.sleep(0.1)
            if self.answers():
                return
            if self.child.poll() is not None:
                return

    def answers(self, database="postgres"):
        """Whether it takes connections."""
        return subprocess.run(
            [f"{self.bin}/psql", "-XAtqc", "SELECT 1", f"host={self.socket} user=postgres dbname={database}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=30).returncode == 0

    def end(self):
        """Stops it, at once."""
        if self.child is not None and self.child.poll() is None:
            self.child.send_signal(subprocess.signal.SIGQUIT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(5)
            self.child.kill()
            self.child.wait()

    def make_database(self):
        """The demonstration's database."""
        root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
        for database, arguments in (("postgres", ["-c", f"CREATE DATABASE {self.database} TEMPLATE template0 ENCODING 'UTF8'"]),
                                    (self.database, ["-f", f"{root}/sql/bootstrap.sql"])):
            subprocess.run(
                [f"{self.bin}/psql", "-Xq", "-v", "ON_ERROR_STOP=1", *arguments, f"host={self.socket} user=postgres dbname={database}"],
                check=True, stdin=subprocess.DEVNULL, timeout=60)
        pa31("migrate")
        pa31("demo", "load", "--directory", f"{root}/deploy/demo")


def fill(path):
    """Takes all the space that is left; answers how many bytes."""
    size = 0
    with open(path, "ab", buffering=0) as file, contextlib.suppress(OSError):
        for step in (1 << 20, 1 << 12):
            with contextlib.suppress(OSError):
                while True:
                    size += file.write(b"\0" * step)
    return size


async def one_round(server, postgres, team, code, seen, disk, is_log_pressed):
    """Fills the disk, asks, frees it; answers after how many seconds a write works again. Tables are what finds no room; or, if
    the log is made to need new segments, the log too, and then PostgreSQL stops by itself."""
    fill(f"{disk}/ballast")
    for number in range(TURNS):
        if is_log_pressed and number % 4 == 0:
            for _ in range(5):
                with contextlib.suppress(RuntimeError):
                    postgres.rows("SELECT txid_current(), pg_switch_wal()")
        # What PostgreSQL frees meanwhile, at a checkpoint, is taken too.
        fill(f"{disk}/ballast")
        connection = Connection(server.port)
        for name, attempt in (
            ("read", lambda: connection.request("GET", "/v1/actions?limit=5")),
            ("read with a token", lambda: connection.request("GET", f"/v1/actions/{code}", team)),
            ("write", lambda: connection.request("POST", f"/v1/actions/{code}/notes", team, {"kind": "result", "text": "x" * 3000})),
            ("file", lambda: connection.request(
                "POST", f"/v1/actions/{code}/evidence/files", team, FORM, {"Content-Type": "multipart/form-data; boundary=frontier31"})),
        ):
            try:
                answer = await attempt()
            except Lost as lost:
                seen["lost"].append(f"{name}: {lost}")
                continue
            seen["statuses"][f"{name} {answer.status}"] += 1
            if answer.status >= 500 and (answer.status != 503 or not answer.headers.get("retry-after", "").isdigit()):
                seen["wrong"].append(f"{name}: {answer.status} {answer.body[:200]!r}")
        connection.drop()
        await asyncio.sleep(0.1)
    os.remove(f"{disk}/ballast")
    if postgres.child.poll() is not None:
        seen["stopped"] += 1
        await postgres.run()
    for tenth in range(200):
        with contextlib.suppress(Lost):
            connection = Connection(server.port)
            answer = await connection.request("POST", f"/v1/actions/{code}/notes", team, {"kind": "result", "text": "free again"})
            connection.drop()
            if answer.status == 201:
                return tenth / 10
        await asyncio.sleep(0.1)
    return None


async def body(report):
    if os.geteuid() != 0:
        raise Skip("making a small disk needs root")
    if os.environ.get("FAULTS_NAMESPACE") != "1":
        raise Skip("this machine allows no mount namespace")
    base = tempfile.mkdtemp(prefix="pa31-faults-")
    disk, sockets = f"{base}/disk", f"{base}/sockets"
    os.chmod(base, 0o755)
    os.mkdir(disk)
    os.mkdir(sockets, 0o700)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0755", "tmpfs", disk], check=False).returncode != 0:
        shutil.rmtree(base)
        raise Skip("this machine allows no mount")
    postgres = None
    seen = {"statuses": collections.Counter(), "lost": [], "wrong": [], "stopped": 0}
    try:
        postgres = SmallPostgres(disk, sockets)
        await postgres.run()
        postgres.make_database()
        team, _ = tokens()
        codes = action_codes(postgres)
        async with Server() as server:
            writers = Writers(server.port, team, codes, count=8)
            writers.start()
            recoveries = []
            for number in range(ROUNDS):
                await asyncio.sleep(1)
                recoveries.append(
                    await one_round(server, postgres, team, codes[-1], seen, disk, is_log_pressed=number % 2 == 1))
            await writers.stop()
            report.count("times full", ROUNDS)
            report.count("answers while full", dict(sorted(seen["statuses"].items())))
            report.count("times PostgreSQL stopped by itself", seen["stopped"])
            report.count("slowest first write after, s", max(seconds or 0.0 for seconds in recoveries))
            refused = [n for name, n in seen["statuses"].items() if name in ("write 503", "file 503")]
            report.claim("writes and files are refused with 503 while it is full", len(refused) == 2, seen["statuses"])
            report.claim("every refusal is 503 with Retry-After", not seen["wrong"], f"{len(seen['wrong'])}: {seen['wrong'][:4]}")
            report.claim("no request is lost or hangs", not seen["lost"], f"{len(seen['lost'])}: {seen['lost'][:3]}")
            report.claim("writes work again within 20 s", None not in recoveries, recoveries)
            report.claim("the server ran all the time", server.is_alive(), server.process.returncode)
            report.claim("the log tells of no defect", not server.defects(), server.defects()[:3])
            kept = sum(len(names) for _, _, names in os.walk(f"{disk}/files"))
            rows = postgres.value("SELECT count(*) FROM evidence WHERE file_sha256 IS NOT NULL")
            report.claim("no half-received file is left", kept == rows, f"{kept} files, {rows} rows")
            writers.report(report)
            await writers.check(report, postgres)
    finally:
        if postgres is not None:
            postgres.end()
        subprocess.run(["umount", "--lazy", disk], check=False)
        shutil.rmtree(base, ignore_errors=True)


enter_namespace()
main(body, seconds=90 if SHORT else 240)
