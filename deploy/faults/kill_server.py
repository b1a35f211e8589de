#!/usr/bin/env python3
"""SIGKILL the server again and again under 32 writers that retry: what was acknowledged is there, once."""

import asyncio
import random

from harness import SHORT, Postgres, Server, Writers, action_codes, main, tokens

KILLS = 4 if SHORT else 20


async def body(report):
    postgres = Postgres()
    team, _ = tokens()
    async with Server() as server:
        writers = Writers(server.port, team, action_codes(postgres))
        writers.start()
        starts = []
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(0.5, 1.5))
            server.kill()
            starts.append(await server.start())
        await asyncio.sleep(1)
        await writers.stop()
        report.count("kills", KILLS)
        report.count("slowest start, s", max(starts))
        writers.report(report)
        await writers.check(report, postgres)
        report.claim("the log tells of no defect", not server.defects(), server.defects()[:2])


main(body, seconds=240)
