#!/usr/bin/env python3
"""Clients that do nothing, or take their time, while ordinary requests are measured.

Idle ones asked once and are silent. Slow ones send their head, or their body, a byte a second, or read nothing of long
answers. Ordinary requests keep their p99; slow ones are cut by the limits of deploy/README.md: 15 s for a head, 15 s for a
body, 30 s for an answer that nobody reads, 60 s for an idle connection.

The slow clients are a process of their own, so that they do not slow down who measures.
"""

import asyncio
import contextlib
import json
import os
import socket
import statistics
import sys
import time

from harness import HOST, SHORT, Connection, Neighbours, Postgres, Server, action_codes, die_with_parent, main, percentile, raise_open_files, tokens

IDLE, SLOW, ROUNDS, SECONDS = (400, 100, 1, 5.0) if SHORT else (2000, 200, 3, 8.0)
HEAD, BODY, UNREAD, IDLE_LIMIT, SLACK = 15, 15, 30, 60, 6
LONGEST = 0.010


async def hold(port, token):
    """The slow clients. Prints a line when all are there, and one with what became of them when told to end (a line on
    standard input)."""
    lives = {"head": [], "body": [], "idle": []}
    dribbling, tasks = {}, []

    async def live(kind, reader, writer):
        """Waits for the connection's end; an answer, a refusal for instance, is none."""
        begun = time.monotonic()
        with contextlib.suppress(OSError):
            while await reader.read(65536):
                pass
        lives[kind].append(time.monotonic() - begun)
        dribbling.pop(writer, None)
        writer.transport.abort()

    async def connect(kind, start, byte=b""):
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(start)
        if byte:
            dribbling[writer] = byte
        tasks.append(asyncio.create_task(live(kind, reader, writer)))

    async def dribble():
        """A byte a second to each, not to all at once."""
        while True:
            for number, (writer, byte) in enumerate(list(dribbling.items())):
                writer.write(byte)
                if number % 20 == 19:
                    await asyncio.sleep(0.02)
            await asyncio.sleep(0.7)

    def unread():
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((HOST, port))
        # About 40 answers fit in the system's buffers; they are real work for the server, so these are few and come first.
        client.sendall(b"GET /v1/actions?limit=200 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 80)
        return client

    unread_ones = [unread() for _ in range(SLOW // 10)]
    await asyncio.sleep(3.0 if SHORT else 9.0)
    for _ in range(0, IDLE, 50):
        await asyncio.gather(*(connect("idle", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") for _ in range(50)))
    head = b"GET /v1/plan HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
    slow_body = (f"POST /v1/actions/A2.11/notes HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
                 "Content-Type: application/json\r\nContent-Length: 2000\r\n\r\n{").encode()
    held = {"head": 0, "body": 0, "unread": len(unread_ones), "idle": IDLE}
    for number in range(SLOW - len(unread_ones)):
        kind, start, byte = (("head", head, b"x"), ("body", slow_body, b" "))[number % 2]
        await connect(kind, start, byte)
        held[kind] += 1
    tasks.append(asyncio.create_task(dribble()))
    # That so many came at once is over before the measurement.
    await asyncio.sleep(1.5)
    print(json.dumps(held), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for task in tasks:
        task.cancel()
    print(json.dumps(lives), flush=True)


async def measure(server, token, codes, seconds):
    """Latencies of ordinary requests: four clients, a hundred requests a second or so."""
    latencies = []

    async def client(number):
        connection = Connection(server.port)
        end = time.monotonic() + seconds
        turn = number
        while time.monotonic() < end:
            turn += 1
            path, caller = (("/v1/actions?limit=20", None), (f"/v1/actions/{codes[turn % len(codes)]}", token))[turn % 2]
            answer = await connection.request("GET", path, caller)
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status} {answer.body[:200]!r}")
            latencies.append(answer.seconds)
            await asyncio.sleep(0.02)
        connection.drop()

    await asyncio.gather(*(client(number) for number in range(4)))
    return percentile(latencies, 0.99), statistics.median(latencies)


def open_connections(server):
    """Connections that the server has open, of files that are sockets."""
    folder = f"/proc/{server.process.pid}/fd"
    count = 0
    for name in os.listdir(folder):
        with contextlib.suppress(OSError):
            count += os.readlink(f"{folder}/{name}").startswith("socket:")
    return count


async def one_round(server, token, codes, report):
    """Unloaded, loaded, unloaded; then the wait until the slow ones are cut."""
    base = open_connections(server)
    neighbours = Neighbours()
    before = await measure(server, token, codes, SECONDS)
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-B", os.path.abspath(__file__), "hold", str(server.port), token,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 22, preexec_fn=die_with_parent)
    try:
        held = json.loads(await asyncio.wait_for(holder.stdout.readline(), 60))
        begun = time.monotonic()
        loaded_connections = open_connections(server) - base
        loaded = await measure(server, token, codes, SECONDS)
        memory, others = server.memory(), neighbours.cores()

        async def left_after(limit):
            await asyncio.sleep(max(0.0, begun + limit + SLACK - time.monotonic()))
            return open_connections(server) - base

        left = {"head and body": await left_after(max(HEAD, BODY))}
        if not SHORT:
            left["unread"] = await left_after(UNREAD)
            left["idle"] = await left_after(IDLE_LIMIT)
        holder.stdin.write(b"\n")
        lives = json.loads(await asyncio.wait_for(holder.stdout.readline(), 30))
        await holder.wait()
    finally:
        if holder.returncode is None:
            holder.kill()
            await holder.wait()
    await asyncio.sleep(1)
    after = await measure(server, token, codes, SECONDS)
    return before, loaded, after, held, loaded_connections, memory, left, lives, others


async def body(report):
    raise_open_files()
    postgres = Postgres()
    team, _ = tokens()
    codes = action_codes(postgres)
    async with Server() as server:
        await measure(server, team, codes, 1.0)
        rounds = [await one_round(server, team, codes, report) for _ in range(ROUNDS)]
        unloaded = statistics.median(p99 for before, _, after, *_ in rounds for p99, _ in (before, after))
        loaded = statistics.median(loaded[0] for _, loaded, *_ in rounds)
        _, _, _, held, connections, _, left, lives, _ = rounds[-1]
        quiet = all(row[8] <= Neighbours.TOO_MUCH for row in rounds)
        report.count("cores that others used", [round(row[8], 2) for row in rounds])
        report.count("slow clients", held)
        report.count("connections held", min(row[4] for row in rounds))
        report.count("p99 unloaded, ms", unloaded * 1000)
        report.count("p99 with them, ms", loaded * 1000)
        report.count("median unloaded, with them, ms", [
            [round(part[1] * 1000, 1) for part in row[:2]] for row in rounds])
        report.count("p99 each, ms", [[round(part[0] * 1000, 1) for part in row[:3]] for row in rounds])
        report.count("memory with them, MB", max(row[5] for row in rounds))
        report.count("connections left after the limit of", left)
        longest = {kind: max((max(row[7][kind], default=0.0) for row in rounds), default=0.0) for kind in lives}
        report.count("cut, of", {kind: f"{len(lives[kind])}/{held[kind]}" for kind in ("head", "body", "idle")})
        report.count("longest life, s", {kind: round(seconds, 1) for kind, seconds in longest.items()})
        report.claim("they are all connected", all(row[4] >= 0.99 * sum(row[3].values()) for row in rounds), [row[4] for row in rounds])
        report.claim("ordinary requests keep p99 within 3 times, or under 10 ms", loaded <= max(3 * unloaded, LONGEST),
                     f"{loaded * 1000:.1f} ms against {unloaded * 1000:.1f} ms", quiet)
        kinds = ("head", "body") if SHORT else ("head", "body", "idle")
        limits = {"head": HEAD, "body": BODY, "idle": IDLE_LIMIT}
        report.claim("all heads and bodies that dribble are cut" + ("" if SHORT else ", all idle ones too"),
                     all(len(row[7][kind]) == held[kind] for row in rounds for kind in kinds),
                     [{kind: len(row[7][kind]) for kind in kinds} for row in rounds])
        report.claim("none lives longer than its limit, and little more",
                     all(longest[kind] <= limits[kind] + SLACK for kind in kinds), longest)
        report.claim("none is cut before 0.9 of its limit",
                     all(min(row[7][kind], default=99) >= 0.9 * limits[kind] for row in rounds for kind in kinds),
                     {kind: min(lives[kind], default=0) for kind in kinds})
        if not SHORT:
            report.claim("answers that nobody reads are cut", all(row[6]["unread"] <= held["idle"] + 20 for row in rounds),
                         [row[6] for row in rounds])
        report.claim("the server is the one that was started", server.is_alive(), server.process.returncode)
        report.claim("the log tells of no defect", not server.defects(), server.defects()[:3])


if sys.argv[1:2] == ["hold"]:
    raise_open_files()
    asyncio.run(hold(int(sys.argv[2]), sys.argv[3]))
elif __name__ == "__main__":
    main(body, seconds=90 if SHORT else 420)
