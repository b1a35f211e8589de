#!/usr/bin/env python3
"""Far more clients than the server can serve: it goes on serving as many as it can, and tells the rest at once.

32 clients give the most it can do; then 640, over twice the 256 requests that it works on at once, come again after a 503 so
that about twice that most is asked for. In turn, several times; rounds in which others use the processors are repeated.
"""

import asyncio
import collections
import statistics
import time

from harness import SHORT, Connection, Lost, Neighbours, Server, main, percentile, raise_open_files

ROUNDS, SECONDS, BUDGET = (2, 3.0, 10.0) if SHORT else (3, 6.0, 90.0)
FEW, MANY = 32, 640
IN_FLIGHT, WARM = 256, 0.7
PATH = "/v1/actions?limit=200"
MEMORY = 200


class Phase:
    """So many clients for so long, and what they saw."""

    def __init__(self, server, clients, patience=0.5):
        self.server, self.clients, self.patience = server, clients, patience
        self.statuses = collections.Counter()
        self.served, self.refused = [], []
        self.without_retry = self.lost = self.in_window = 0
        self.memory = 0.0

    async def run(self, seconds):
        """Runs it; answers itself."""
        used, start = time.process_time(), time.monotonic()
        # What is served before everybody is there, and after the end, does not count.
        self.window = (start + WARM, start + WARM + seconds)
        end = self.window[1]
        clients = [asyncio.create_task(self.client(number, end)) for number in range(self.clients)]
        while time.monotonic() < end:
            await asyncio.sleep(0.2)
            self.memory = max(self.memory, self.server.memory())
        await asyncio.gather(*clients)
        self.rate = self.in_window / seconds
        self.own_share = (time.process_time() - used) / (time.monotonic() - start)
        return self

    async def client(self, number, end):
        """One client: reads the whole list again and again."""
        connection = Connection(self.server.port)
        # Not all at the same instant.
        await asyncio.sleep(number / self.clients * 0.5)
        while time.monotonic() < end:
            try:
                answer = await connection.request("GET", PATH)
            except Lost:
                self.lost += 1
                await asyncio.sleep(0.1)
                continue
            self.statuses[answer.status] += 1
            if answer.status == 200:
                self.served.append(answer.seconds)
                self.in_window += self.window[0] <= time.monotonic() <= self.window[1]
            else:
                self.refused.append(answer.seconds)
                self.without_retry += not answer.headers.get("retry-after", "").isdigit()
                await asyncio.sleep(self.patience)
        connection.drop()


async def body(report):
    raise_open_files()
    # From memory it serves more than this generator can ask for.
    async with Server({"PA31_CACHE_MB": "0"}) as server:
        await Phase(server, 8).run(1.0)
        few, many, calm, others = [], [], [], []
        begun = time.monotonic()
        while len(others) < ROUNDS or time.monotonic() < begun + BUDGET:
            neighbours = Neighbours()
            few.append(await Phase(server, FEW).run(SECONDS))
            patience = min(2.0, max(0.05, (MANY - IN_FLIGHT) / max(1.0, few[-1].rate)))
            many.append(await Phase(server, MANY, patience).run(SECONDS))
            calm.append(await Phase(server, 4).run(0.6))
            others.append(neighbours.cores())
            if sum(cores <= Neighbours.TOO_MUCH for cores in others) == ROUNDS:
                break
        # The quietest rounds count.
        order = sorted(range(len(others)), key=others.__getitem__)[:ROUNDS]
        few, many, calm, others = ([phases[number] for number in order] for phases in (few, many, calm, others))
        is_quiet = max(others) <= Neighbours.TOO_MUCH
        report.count("cores that others used", [round(cores, 2) for cores in others])
        most = statistics.median(phase.rate for phase in few)
        under_load = statistics.median(phase.rate for phase in many)
        refused = [seconds for phase in many for seconds in phase.refused]
        served = [seconds for phase in many for seconds in phase.served]
        report.count("served a second, 32 clients", most)
        report.count(f"served a second, {MANY} clients", under_load)
        report.count("served each", [[round(phase.rate) for phase in pair] for pair in zip(few, many)])
        report.count("answers to the many", dict(sum((phase.statuses for phase in many), collections.Counter())))
        report.count("refused: p50, p99, s", f"{percentile(refused, 0.5):.3f}, {percentile(refused, 0.99):.3f}")
        report.count("served: p50, p99, s", f"{percentile(served, 0.5):.3f}, {percentile(served, 0.99):.3f}")
        report.count("memory, few and many, MB", f"{max(p.memory for p in few):.0f}, {max(p.memory for p in many):.0f}")
        report.count("the generator's share of a core", max(phase.own_share for phase in few + many))
        report.claim("it serves at least 0.9 of the most it can", under_load >= 0.9 * most, f"{under_load:.0f} of {most:.0f}",
                     is_quiet)
        report.claim("the excess is refused", refused, "nothing was")
        statuses = {status for phase in many for status in phase.statuses} - {200}
        report.claim("with 503 or 429 and Retry-After",
                     statuses <= {503, 429} and not any(phase.without_retry for phase in many), statuses)
        report.claim("within a second (p99)", percentile(refused, 0.99) <= 1.0, f"{percentile(refused, 0.99):.2f} s",
                     is_quiet)
        report.claim("no answer takes longer than 10 s, none is lost", not any(phase.lost for phase in few + many),
                     [phase.lost for phase in many])
        report.claim(f"memory stays under {MEMORY} MB", max(phase.memory for phase in many) <= MEMORY)
        report.claim("and does not grow from round to round",
                     many[-1].memory <= 1.25 * many[0].memory + 5, [round(phase.memory) for phase in many])
        report.claim("right after, everybody is served", all(set(phase.statuses) == {200} and not phase.lost for phase in calm),
                     [dict(phase.statuses) for phase in calm])
        report.claim("the log tells of no defect", not server.defects(), server.defects()[:3])


main(body, seconds=90 if SHORT else 180)
