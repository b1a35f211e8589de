#!/usr/bin/env python3
"""SIGKILL PostgreSQL's postmaster, and restart it cleanly, in turn, under 32 writers; the server is never restarted.

Meanwhile every answer is 2xx, 4xx, or 503 with Retry-After, none later than 10 s. Every third time the database stays away
for longer than the server waits for a connection (3 s).
"""

import asyncio
import random

from harness import SHORT, Postgres, Server, Writers, action_codes, main, tokens

FAULTS = 2 if SHORT else 10


async def break_it(postgres, number):
    """One fault; PostgreSQL runs again afterwards."""
    if number % 2:
        await asyncio.to_thread(postgres.control, "stop", "--mode", "fast")
    else:
        postgres.kill()
    if number % 3 == 0:
        await asyncio.sleep(4.5)
    await postgres.start()


async def body(report):
    postgres = Postgres()
    team, _ = tokens()
    async with Server() as server:
        writers = Writers(server.port, team, action_codes(postgres))
        writers.start()
        recoveries = []
        try:
            for number in range(FAULTS):
                await asyncio.sleep(random.uniform(0.7, 1.5))
                await break_it(postgres, number)
                recoveries.append(await server.wait_ready(15))
        finally:
            if postgres.process() is None:
                await postgres.start()
        await asyncio.sleep(1)
        await writers.stop()
        report.count("faults", FAULTS)
        report.claim("the server is ready again within 15 s each time", None not in recoveries, recoveries)
        report.count("slowest recovery, s", max(seconds or 0.0 for seconds in recoveries))
        writers.report(report)
        report.claim("the server ran all the time", server.is_alive(), server.process.returncode)
        report.claim("the log tells of no defect", not server.defects(), server.defects()[:3])
        await writers.check(report, postgres)


main(body, seconds=240)
