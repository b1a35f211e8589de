#!/usr/bin/env python3
"""The server's clock jumps a day forward and a day back, several times, while writers write.

Tokens stay good and revocation stays quick, versions and history keep the order in which things happened, ids stay ids, the
sealer goes on, and the audit verifies. The clock of PostgreSQL is not touched: the server gives it every time it stores.

The jump is made by clock.c, which is compiled for it and stands between the server and its wall clock.
"""

import asyncio
import os
import re
import shutil
import struct
import subprocess
import uuid

from harness import SHORT, Connection, Postgres, Server, Skip, Writers, action_codes, main, pa31, work_file

DAY = 86_400
JUMPS = (DAY, -DAY, 0) if SHORT else (DAY, 0, -DAY, 0, DAY, -DAY, 0, -DAY, DAY, 0)
STAY = 1.0 if SHORT else 3.0


def library():
    """clock.c, compiled."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        raise Skip("there is no C compiler here (Debian: apt-get install gcc libc6-dev)")
    made = subprocess.run(
        [compiler, "-O1", "-shared", "-fPIC", "-o", work_file("so"), os.path.join(os.path.dirname(os.path.abspath(__file__)), "clock.c"),
         "-ldl"], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise Skip(f"clock.c does not compile here: {made.stderr.strip()[:200]}")
    return work_file("so")


def set_clock(seconds):
    """By how much the server's clock is off, from now on."""
    with open(work_file("clock"), "r+b" if os.path.exists(work_file("clock")) else "wb") as file:
        file.write(struct.pack("=q", seconds))


async def history(connection, token, code):
    """All events of an action, page by page."""
    events, path = [], f"/v1/actions/{code}/history?limit=37"
    for _ in range(1000):
        answer = await connection.request("GET", path, token)
        page = answer.json()
        events += page["items"]
        if not page.get("next_cursor"):
            return events
        path = f"/v1/actions/{code}/history?limit=37&cursor={page['next_cursor']}"
    return events


def breaks(events):
    """(descriptions in an action's history, how many of them do not begin where the one before ended)."""
    steps = [(change["from"], change["to"]) for event in events for change in event["changes"] if change["field"] == "description"]
    return len(steps), sum(before[1] != after[0] for before, after in zip(steps, steps[1:]))


async def sealed_after(postgres):
    """After how many seconds everything that waits for the sealer now is sealed; None if not within 5."""
    waiting = {audit for audit, in postgres.rows("SELECT audit_id FROM audit_pending")}
    for tenth in range(50):
        waiting &= {audit for audit, in postgres.rows("SELECT audit_id FROM audit_pending")}
        if not waiting:
            return tenth / 10
        await asyncio.sleep(0.1)
    return None


async def revocation(report, server):
    """A token that was used in a future that is over must not outlive its revocation."""
    set_clock(DAY)
    await asyncio.sleep(1)
    made = pa31("token", "create", "--member", "demo@cfa-autonomie.example", "--days", "30", "--label", "clock", "--json")
    token = re.search(r"pa31_[a-z]+_[A-Za-z0-9]+", made.stdout).group()
    connection = Connection(server.port)
    before = (await connection.request("GET", "/v1/me", token)).status
    set_clock(0)
    await asyncio.sleep(1)
    listed = (await connection.request("GET", "/v1/me/tokens?limit=200", token)).json()["items"]
    own = next(item["id"] for item in listed if item["label"] == "clock")
    # Not through this server, which would forget it at once.
    revoked = pa31("token", "revoke", own).returncode
    await asyncio.sleep(6)
    after = (await connection.request("GET", "/v1/me", token)).status
    connection.drop()
    report.count("a revoked token: used, revoked, used 6 s later", f"{before}, exit {revoked}, {after}")
    report.claim("a token that was used before a jump back is refused 5 s after its revocation", (before, after) == (200, 401),
                 f"{before}, then {after}")


async def body(report):
    set_clock(0)
    shifted = {"LD_PRELOAD": library(), "FAULTS_CLOCK": work_file("clock")}
    postgres = Postgres()
    made = pa31("token", "create", "--member", "demo@tme.example", "--days", "30", "--json")
    team = re.search(r"pa31_[a-z]+_[A-Za-z0-9]+", made.stdout).group()
    codes = action_codes(postgres, 8)
    async with Server(environment=shifted) as server:
        connection = Connection(server.port)
        writers = Writers(server.port, team, codes, count=8)
        writers.start()
        statuses, drifts, pending, stages = [], [], [], []
        for jump in JUMPS:
            await asyncio.sleep(STAY)
            set_clock(jump)
            await asyncio.sleep(0.3)
            statuses.append((await connection.request("GET", "/v1/me", team)).status)
            text = f"clock {jump} {uuid.uuid4().hex}"
            answer = await connection.request("POST", f"/v1/actions/{codes[0]}/notes", team, {"kind": "result", "text": text})
            statuses.append(answer.status)
            drift = postgres.value(
                f"SELECT round(extract(epoch FROM written_at - clock_timestamp()))::bigint FROM progress_note WHERE text = '{text}'")
            drifts.append(abs(drift - jump) <= 30)
            stages.append(text)
            await asyncio.sleep(STAY)
            pending.append(await sealed_after(postgres))
        set_clock(0)
        await writers.stop()
        report.count("jumps", len(JUMPS))
        report.claim("the clock really jumped", all(drifts), drifts)
        report.claim("the token stays good and writes go on", set(statuses) <= {200, 201}, statuses)
        report.count("what waited was sealed after, s", pending)
        report.claim("the sealer goes on after each jump", None not in pending, pending)

        read = await connection.request("GET", f"/v1/actions/{codes[0]}", team)
        notes = [note["text"] for note in read.json()["notes"] if note["text"] in stages]
        # Notes show when they were written and stand in that order: of clocks that were wrong, too.
        report.count("notes out of the order of writing", sum(a != b for a, b in zip(notes, stages)))
        steps = broken = repeated = 0
        for code in codes:
            events = await history(connection, team, code)
            repeated += len(events) - len({event["id"] for event in events})
            found, wrong = breaks(events)
            steps, broken = steps + found, broken + wrong
        report.count("changes read in the histories", steps)
        report.claim("histories tell of changes", steps >= 10, steps)
        report.claim("each history is in the order in which things happened, page by page", not broken and not repeated,
                     f"{broken} of {steps} changes begin where another one ended; {repeated} events twice")
        wrong = postgres.value("SELECT count(*) FROM progress_note WHERE id::text !~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]'")
        report.claim("ids stay UUIDv7", wrong == 0, wrong)
        await revocation(report, server)
        connection.drop()
        writers.report(report)
        report.claim("the server ran all the time", server.is_alive(), server.process.returncode)
        report.claim("the log tells of no defect", not server.defects(), server.defects()[:3])
        await writers.check(report, postgres)


main(body, seconds=60 if SHORT else 180)
