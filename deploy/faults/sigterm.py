#!/usr/bin/env python3
"""SIGTERM under load: every request that was out before the signal is answered, and the server ends with 0 in time.

Out are: many short ones, on connections that are kept and on new ones; one that waits for a row that somebody else has
locked; one whose body is still on its way. A connection that is refused afterwards is as it should be.
"""

import asyncio
import collections
import json
import subprocess
import time

from harness import HOST, SHORT, Connection, Lost, Postgres, Server, action_codes, die_with_parent, main, read_answer, tokens

ROUNDS = 3 if SHORT else 10
CLIENTS = 24
GRACE = 20.0


class Load:
    """Clients that read and write as fast as they are answered, and what became of each request."""

    def __init__(self, port, token, codes):
        self.port, self.token, self.codes = port, token, codes
        self.outcomes = []

    async def client(self, number):
        """One client; ends when it can't connect any more."""
        connection = Connection(self.port)
        turn = 0
        while True:
            turn += 1
            is_new = connection.writer is None
            code = self.codes[(number + turn) % len(self.codes)]
            try:
                if number % 3 == 0:
                    answer = await connection.request(
                        "POST", f"/v1/actions/{code}/notes", self.token, {"kind": "result", "text": f"sigterm {number} {turn}"})
                elif number % 3 == 1:
                    answer = await connection.request("GET", "/v1/actions?limit=20")
                else:
                    answer = await connection.request("GET", f"/v1/actions/{code}", self.token)
                self.outcomes.append((answer.sent, answer.status))
                if number % 4 == 3:
                    connection.drop()
            except Lost as lost:
                if lost.sent is None:
                    return
                self.outcomes.append((lost.sent, f"{lost}, {'new' if is_new else 'kept'} connection"))


async def locked(postgres, code, seconds):
    """Somebody holds an action's row for so long."""
    return await asyncio.create_subprocess_exec(
        *postgres.psql_command(), "-c",
        f"BEGIN; SELECT 1 FROM action WHERE code = '{code}' FOR UPDATE; SELECT pg_sleep({seconds}); COMMIT",
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)


async def slow_body(port, token, code, pause):
    """A note whose second half comes later."""
    payload = json.dumps({"kind": "result", "text": "sigterm, in two halves"}).encode()
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(f"POST /v1/actions/{code}/notes HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
                     f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n".encode() + payload[:10])
        await writer.drain()
        await asyncio.sleep(pause)
        writer.write(payload[10:])
        return (await asyncio.wait_for(read_answer(reader), 10))[0]
    except (OSError, EOFError, asyncio.TimeoutError) as error:
        return type(error).__name__
    finally:
        writer.transport.abort()


async def one_round(postgres, server, token, codes):
    """One start, load, signal and end: (requests out before it, those that failed, the two slow ones, exit, seconds)."""
    await server.start()
    load = Load(server.port, token, codes)
    clients = [asyncio.create_task(load.client(number)) for number in range(CLIENTS)]
    await asyncio.sleep(0.8)
    lock = await locked(postgres, codes[0], 2.0)
    await asyncio.sleep(0.3)
    waiting = asyncio.create_task(Connection(server.port).request(
        "POST", f"/v1/actions/{codes[0]}/notes", token, {"kind": "result", "text": "sigterm, behind a lock"}))
    halves = asyncio.create_task(slow_body(server.port, token, codes[1], pause=0.9))
    await asyncio.sleep(0.4)
    signalled = time.monotonic()
    status, seconds = await server.terminate(GRACE + 5)
    try:
        behind_lock = (await waiting).status
    except Lost as lost:
        behind_lock = str(lost)
    half = await halves
    await lock.wait()
    server.kill()
    await asyncio.wait(clients, timeout=5)
    for client in clients:
        client.cancel()
    await asyncio.gather(*clients, return_exceptions=True)
    before = [(sent, outcome) for sent, outcome in load.outcomes if sent < signalled]
    failed = [(round((sent - signalled) * 1000, 1), outcome) for sent, outcome in before
              if not isinstance(outcome, int) or outcome >= 500]
    after = collections.Counter(
        outcome if isinstance(outcome, int) else "closed" for sent, outcome in load.outcomes if sent >= signalled)
    return len(before), failed, after, behind_lock, half, status, seconds


async def body(report):
    postgres = Postgres()
    team, _ = tokens()
    codes = action_codes(postgres)
    server = Server()
    try:
        rounds = [await one_round(postgres, server, team, codes) for _ in range(ROUNDS)]
    finally:
        server.kill()
    failed = [failure for _, failures, *_ in rounds for failure in failures]
    after = sum((late for _, _, late, *_ in rounds), collections.Counter())
    report.count("signals", ROUNDS)
    report.count("requests out before the signal", sum(count for count, *_ in rounds))
    report.count("of these without a good answer", len(failed))
    report.count("requests sent after it", {str(outcome): n for outcome, n in after.items()})
    report.count("by round: out, without an answer, end after s", "  ".join(
        f"{row[0]}/{len(row[1])}/{row[6]:.2f}" for row in rounds))
    report.claim("every request that was out is answered", not failed,
                 f"{len(failed)} are not (ms from the signal, outcome): {failed[:8]}")
    report.claim("so is one that waits for a lock", all(row[3] == 201 for row in rounds), [row[3] for row in rounds])
    report.claim("so is one whose body is still coming", all(row[4] == 201 for row in rounds), [row[4] for row in rounds])
    report.claim(f"it ends with 0 within {GRACE:.0f} s", all(row[5] == 0 and row[6] <= GRACE for row in rounds),
                 [(row[5], round(row[6], 1)) for row in rounds])
    report.claim("the log tells of no defect", not server.defects(), server.defects()[:3])


main(body, seconds=60 if SHORT else 180)
