#!/usr/bin/env python3
"""Sends the hostile requests of corpus.py to every operation and judges each answer: documented, in time, telling nothing.

Afterwards the database holds exactly what was answered with success, and no log holds what was sent.
"""

import asyncio
import collections
import itertools
import json
import os
import random
import re
import socket
import struct
import time

from corpus import PLANTED, Case, cases, mutations
from harness import HOST, SHORT, Deadline, Postgres, Server, check_database, get, main, read_answer, tokens, work_file

REQUESTS = 3_000 if SHORT else 80_000
SECONDS = 60 if SHORT else 900
CLIENTS = 8
# The documented limits allow 3 s of waiting for a connection and 5 s for a statement; more is a hang.
HANG = 9.0
LONGEST_REFUSAL = 64 * 1024
# What no refusal may tell: the database's words, the program's files and types.
ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")).encode()
LEAKS = re.compile(
    re.escape(ROOT) + rb"|syntax error at|SQLSTATE|relation \"|violates |column \"|constraint \"|libpq|PostgreSQL|\.swift|/Sources/|Hummingbird|"
    rb"\bNIO[A-Z]|DatabaseError|DecodingError|Optional\(|Error Domain|Fatal error|/(?:var/lib|root)/|postgresql://|pa31_app")
TABLES = {
    "progress_note": {"POST /v1/actions/{code}/notes": 1, "DELETE /v1/actions/{code}/notes/{id}": -1},
    "evidence": {"POST /v1/actions/{code}/evidence": 1, "POST /v1/actions/{code}/evidence/files": 1,
                 "DELETE /v1/actions/{code}/evidence/{id}": -1},
    "calendar_feed": {"POST /v1/calendars": 1},
    "invitation": {"POST /v1/invitations": 1},
    "api_token": {"POST /v1/me/tokens": 1, "POST /v1/invitations/{token}": 1},
    "member": {"POST /v1/invitations": 1}, "organisation": {}, "action_plan": {}, "axis": {}, "action": {},
    "action_partner": {},
    "funding_line": {"POST /v1/actions/{code}/funding": 1, "DELETE /v1/actions/{code}/funding/{funder}/{year}": -1},
}


class Attack:
    """Sends cases and keeps what came of them."""

    def __init__(self, server, document, team, partner):
        self.server, self.team, self.partner = server, team, partner
        # Templates without a parameter first: /v1/me/tokens before /v1/me/{…}.
        self.routes = [
            (f"{method.upper()} {template}", re.compile(re.sub(r"\{[^}]*\}", "[^/]+", template)))
            for template, methods in sorted(document["paths"].items(), key=lambda item: item[0].count("{"))
            for method in methods]
        self.sent = collections.Counter()
        self.statuses = collections.Counter()
        self.done = collections.Counter()
        self.keys_done = set()
        self.created = 0
        self.findings = collections.defaultdict(list)
        self.slowest = 0.0
        self.etags = {}
        self.cursor = ""

    async def learn(self):
        """What cases refer to: the current entity tag, a cursor of one list for the others."""
        page = await get(self.server.port, "/v1/actions?limit=1")
        self.cursor = (page.json() or {}).get("next_cursor") or "x"
        await self.read_etag()

    async def read_etag(self):
        """The tag of the action that all cases are about."""
        answer = await get(self.server.port, "/v1/actions/A2.11", self.team)
        self.etags["A2.11"] = answer.headers.get("etag", '"1"')

    def filled(self, raw):
        """The bytes with this run's tokens and tags in them."""
        etag = self.etags.get("A2.11", '"1"')
        for mark, value in (("@TEAM@", self.team), ("@PARTNER@", self.partner), ("@ETAG@", etag),
                            ("@WEAK@", "W/" + etag), ("@CURSOR@", self.cursor)):
            raw = raw.replace(mark.encode(), value.encode())
        return raw

    async def send(self, case):
        """Sends one case on a connection of its own; answers (status, headers, body), None when the server hung up."""
        reader, writer = await asyncio.open_connection(HOST, self.server.port, limit=1 << 22)
        # Closing with a reset: thousands of connections that wait for a late packet would use up the ports.
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        try:
            try:
                writer.write(self.filled(case.raw))
                await writer.drain()
                if case.kind == "half":
                    writer.write_eof()
            except OSError:
                pass  # It may answer before it has read everything, and close.
            answer = await read_answer(reader, case.is_head, is_interim=case.category == "expectations")
            if case.category == "smuggling":
                await self.look_for_second(case, reader, answer)
            return answer
        except (OSError, EOFError, asyncio.LimitOverrunError):
            return None
        finally:
            writer.transport.abort()

    async def look_for_second(self, case, reader, answer):
        """After a request whose length is a lie, the rest must not be taken for another request and served."""
        try:
            async with Deadline(0.15):
                status, _, body = await read_answer(reader)
                if status == 200:
                    self.find("smuggled request served", case, f"{answer[0]}, then {status} {body[:80]!r}")
        except (asyncio.TimeoutError, OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            pass

    async def attempt(self, case):
        """Sends and judges one case."""
        self.sent[case.category] += 1
        start = time.monotonic()
        try:
            async with Deadline(HANG):
                answer = await self.send(case)
        except asyncio.TimeoutError:
            return self.find("hangs", case, f"nothing within {HANG} s")
        except ValueError as error:
            return self.find("not an HTTP answer", case, str(error))
        self.slowest = max(self.slowest, time.monotonic() - start)
        if answer is None:
            self.statuses["closed"] += 1
            if case.kind == "http":
                self.find("no answer to well-formed HTTP", case, "connection closed")
            return None
        self.statuses[str(answer[0])] += 1
        await self.judge(case, *answer)
        return answer

    async def judge(self, case, status, headers, body):
        """Whether the contract allows this answer."""
        operation = case.operation
        if status >= 500 and not (status == 503 and headers.get("retry-after", "").isdigit()):
            # 501 is HTTP's own word for a method or a transfer coding that is not known.
            if not (status in (501, 505) and case.kind != "http"):
                self.find(f"{status}", case, body[:300])
        if any(name.startswith("x-injected") for name in headers):
            self.find("header injected", case, headers)
        if status >= 400 and len(body) > LONGEST_REFUSAL:
            self.find("refusal that is too long", case, f"{status}, {len(body)} bytes: {body[:200]!r}")
        if status >= 400 and LEAKS.search(body):
            self.find("tells too much", case, body[:300])
        if 200 <= status < 300:
            await self.record(case, status)
        if case.kind != "http" or status >= 500:
            return
        if operation is not None and status not in operation.statuses:
            self.find("undocumented status", case, f"{status} {body[:200]!r}")
        if status == 405 and "allow" not in headers:
            self.find("405 without Allow", case, headers)
        if status == 401 and "www-authenticate" not in headers:
            self.find("401 without WWW-Authenticate", case, headers)
        if "x-request-id" not in headers or "cache-control" not in headers:
            self.find("answer without X-Request-Id and Cache-Control", case, headers)
        self.judge_content(case, status, headers, body)

    def judge_content(self, case, status, headers, body):
        """Whether the body is of a documented type, and a refusal a whole problem document."""
        media = headers.get("content-type", "").split(";")[0].strip()
        if status in (204, 304):
            return
        if case.operation is not None and status in case.operation.statuses:
            if media not in case.operation.contents[status]:
                self.find("undocumented content type", case, f"{status} {media}")
        if status < 400 or case.is_head or media == "text/html":
            return
        if media != "application/problem+json":
            return self.find("refusal that is no problem+json", case, f"{status} {media} {body[:200]!r}")
        try:
            problem = json.loads(body)
            if problem["status"] != status or not {"type", "title", "detail", "instance", "request_id"} <= problem.keys():
                self.find("problem document not whole", case, body[:300])
            if PLANTED in problem["instance"] or "@" in problem["instance"]:
                self.find("problem's instance is no template", case, problem["instance"])
        except (ValueError, KeyError, TypeError) as error:
            self.find("problem document not readable", case, f"{error!r} {body[:200]!r}")

    async def record(self, case, status):
        """Counts a change that was accepted, for the operation that its request line leads to; a replay of an Idempotency-Key
        is no second one."""
        method, _, target = case.raw.split(b"\r\n", 1)[0].decode("latin-1").partition(" ")
        path = re.sub("/+", "/", target.split(" ")[0].split("?")[0]).rstrip("/")
        name = next((name for name, pattern in self.routes if name.startswith(method + " ") and pattern.fullmatch(path)), None)
        if name is None or method == "GET":
            return
        key = re.search(rb"\r\nIdempotency-Key:[ \t]*([^\r\n]*)", case.raw)
        if key and key.group(1):
            mark = (name, key.group(1))
            if mark in self.keys_done:
                return
            self.keys_done.add(mark)
        self.done[name] += 1
        self.created += status == 201
        await self.read_etag()

    def find(self, what, case, detail):
        """Remembers something that must not be."""
        self.findings[what].append({
            "category": case.category, "operation": case.operation.name if case.operation else None,
            "request": repr(case.raw[:220]), "bytes": len(case.raw), "answer": str(detail)[:400]})

    async def run(self, source, until):
        """Sends the cases of an iterator, until then."""
        async def client():
            for case in source:
                if time.monotonic() > until:
                    return
                try:
                    await self.attempt(case)
                except ConnectionRefusedError:
                    self.find("server gone", case, "connection refused")
                    return
        await asyncio.gather(*(client() for _ in range(CLIENTS)))


def counts(postgres):
    """Rows of each domain table."""
    return {table: postgres.value(f"SELECT count(*) FROM {table}") for table in TABLES}


async def body(report):
    postgres = Postgres()
    team, partner = tokens()
    before = counts(postgres)
    async with Server() as server:
        document = (await get(server.port, "/v1/openapi.json")).json()
        attack = Attack(server, document, team, partner)
        await attack.learn()
        memory = server.memory()
        corpus = list(cases(document))
        # In another order, so that a short run has some of everything, the same each time.
        random.Random(31).shuffle(corpus)
        until = time.monotonic() + SECONDS
        await attack.run(iter(corpus[:REQUESTS]), until)
        await attack.run(itertools.islice(mutations(corpus, seed=31), max(0, REQUESTS - len(corpus))), until)
        report.count("requests", sum(attack.sent.values()))
        report.claim(f"{REQUESTS} requests within {SECONDS} s", sum(attack.sent.values()) == REQUESTS)
        report.count("operations", len({case.operation.name for case in corpus if case.operation}))
        report.count("by category", dict(sorted(attack.sent.items())))
        report.count("answers", dict(sorted(attack.statuses.items())))
        report.count("accepted changes", dict(sorted(attack.done.items())))
        report.count("slowest, s", attack.slowest)
        report.count("memory before, after, MB", f"{memory:.0f}, {server.memory():.0f}")
        for what, found in sorted(attack.findings.items()):
            report.count(f"FOUND {what}", len(found))
        with open_findings() as file:
            json.dump(attack.findings, file, indent=1)
        first = {what: found[:2] for what, found in attack.findings.items()}
        report.claim("every answer is documented, in time, and tells nothing", not attack.findings, json.dumps(first, indent=1))
        report.claim("the server is the one that was started", server.is_alive(), server.process.returncode)
        report.claim("the log tells of no defect", not server.defects(), server.defects()[:3])
        check_rows(report, before, counts(postgres), attack)
        check_log(report, server, (team, partner))
        await check_database(report, postgres)


def open_findings():
    """The file with all findings, not only the first of each kind."""
    return open(work_file("findings.json"), "w", encoding="utf-8")


def check_rows(report, before, after, attack):
    """Every table grew by what was accepted and by nothing else. Mutations may be valid by luck: they are not attributed, so
    each table may have grown by as many more as mutations were answered with success."""
    lucky = attack.statuses["201"] - attack.created
    for table, makers in TABLES.items():
        expected = sum(attack.done[name] * rows for name, rows in makers.items())
        grown = after[table] - before[table]
        upper = expected + (max(0, lucky) if makers and attack.sent["mutations"] else 0)
        report.claim(f"{table} grew by what was accepted", expected <= grown <= upper,
                     f"by {grown}, accepted {expected} to {upper}")


def check_log(report, server, secrets):
    """Neither tokens nor what was sent stand in the server's log."""
    with open(server.log_path, encoding="utf-8", errors="replace") as file:
        log = file.read()
    found = [text for text in (PLANTED, *(secret[12:] for secret in secrets)) if text in log]
    report.claim("no token and nothing that was sent is in the log", not found, found)


main(body, seconds=SECONDS + 60)
