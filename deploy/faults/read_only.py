#!/usr/bin/env python3
"""PostgreSQL becomes read-only (as a standby is, or a cluster that an operator protects) and writable again.

Writes answer 503 with Retry-After, reads go on, nothing is lost, and nobody restarts anything.
"""

import asyncio
import collections

from harness import SHORT, Connection, Postgres, Server, Writers, action_codes, main, tokens

ROUNDS = 1 if SHORT else 4


def set_read_only(postgres, value):
    """What `default_transaction_read_only` says from now on, for transactions of running connections too."""
    for statement in (f"ALTER SYSTEM SET default_transaction_read_only = {value}", "SELECT pg_reload_conf()"):
        postgres.rows(statement)


async def body(report):
    postgres = Postgres()
    team, _ = tokens()
    codes = action_codes(postgres)
    async with Server() as server:
        writers = Writers(server.port, team, codes, count=16)
        writers.start()
        reads, writes, without_retry, notes = collections.Counter(), collections.Counter(), 0, []
        recoveries = []
        try:
            for _ in range(ROUNDS):
                await asyncio.sleep(1)
                set_read_only(postgres, "on")
                await asyncio.sleep(0.5)
                connection = Connection(server.port)
                for number in range(25):
                    for path, token in (("/v1/actions?limit=5", None), (f"/v1/actions/{codes[number % 8]}", team), ("/v1/me", team),
                                        (f"/v1/actions/{codes[0]}/history?limit=5", team), ("/readyz", None)):
                        reads[f"{path.split('?')[0]} {(await connection.request('GET', path, token)).status}"] += 1
                    answer = await connection.request(
                        "POST", f"/v1/actions/{codes[0]}/notes", team, {"kind": "result", "text": f"read-only {number}"})
                    writes[answer.status] += 1
                    without_retry += not answer.headers.get("retry-after", "").isdigit()
                    notes.append(answer.body[:200])
                    # Longer than the server remembers whose a token is.
                    await asyncio.sleep(0.25)
                connection.drop()
                set_read_only(postgres, "off")
                recoveries.append(await first_write(server, team, codes[0]))
        finally:
            postgres.rows("ALTER SYSTEM RESET default_transaction_read_only")
            postgres.rows("SELECT pg_reload_conf()")
        await writers.stop()
        report.count("rounds", ROUNDS)
        report.count("reads meanwhile", dict(reads))
        report.count("writes meanwhile", {str(status): n for status, n in writes.items()})
        report.count("slowest first write after, s", max(seconds or 0.0 for seconds in recoveries))
        bad = {name: n for name, n in reads.items() if not name.endswith(" 200") and not name.startswith("/readyz")}
        report.claim("reads go on", not bad, bad)
        report.claim("writes answer 503 with Retry-After", set(writes) == {503} and not without_retry,
                     f"{dict(writes)}, {without_retry} without Retry-After: {notes[0]!r}")
        report.claim("the first write is accepted within 5 s after", None not in recoveries, recoveries)
        writers.report(report)
        report.claim("the server ran all the time", server.is_alive(), server.process.returncode)
        report.claim("the log tells of no defect", not server.defects(), server.defects()[:3])
        await writers.check(report, postgres)


async def first_write(server, token, code):
    """After how many seconds a note is accepted; None if not within 5."""
    connection = Connection(server.port)
    for tenth in range(50):
        answer = await connection.request("POST", f"/v1/actions/{code}/notes", token, {"kind": "result", "text": "writable again"})
        if answer.status == 201:
            connection.drop()
            return tenth / 10
        await asyncio.sleep(0.1)
    connection.drop()
    return None


main(body, seconds=90)
