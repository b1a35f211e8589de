"""Tries what deploy/README.md says of more than one machine, on one: a primary, a standby that public reads go to, two servers."""

import asyncio
import json
import os
import signal
import sys
import time

from rivals import Connection, Postgres, ours, run, setting, work_file, wrk

CHANGES = 200


def sessions(database, port):
    """How many connections of the servers' read lanes a PostgreSQL has."""
    os.environ["PGPORT"] = str(port)
    try:
        return int(database.rows("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pa31-read'")[0][0])
    finally:
        del os.environ["PGPORT"]


class Trial:
    """What was counted, and whether it held."""

    def __init__(self):
        self.holds = True

    def claim(self, what, holds, found):
        """Something that must be so."""
        self.holds = self.holds and holds
        print(f"  {'holds' if holds else 'FAILS'}  {what}: {found}", flush=True)


async def follow(one, two, token, code):
    """Changes an action through one server and reads it from the other's standby at once; answers how often it was behind."""
    writer, reader = Connection(one.port), Connection(two.port)
    headers = {"Authorization": f"Bearer {token}"}
    path, behind = f"/v1/actions/{code}", 0
    known = await writer.request("GET", path, headers=headers)
    status, etag = json.loads(known.body)["status"], known.headers["etag"]
    for _ in range(CHANGES):
        to = {"in_progress": "paused", "paused": "in_progress"}[status]
        body = {"to": to} | ({"reason": "Attente."} if to == "paused" else {})
        moved = await writer.request("POST", path + "/transitions", None, body, headers | {"If-Match": etag})
        if moved.status != 200:
            raise RuntimeError(f"{moved.status}: {moved.body[:200]!r}")
        status, etag = to, moved.headers["etag"]
        behind += json.loads((await reader.request("GET", path)).body)["status"] != to
    writer.drop()
    reader.drop()
    return behind


async def readers(server, until, answers):
    """Reads until the time has come; counts answers by status."""
    connection = Connection(server.port)
    while time.monotonic() < until:
        status = (await connection.request("GET", "/v1/structures/990000001")).status
        answers[status] = answers.get(status, 0) + 1
    connection.drop()


async def main():
    """All of it; answers the exit status."""
    database, trial = Postgres(setting("BENCH_DATABASE")), Trial()
    with open(setting("BENCH_TOKENS"), encoding="ascii") as file:
        token = file.readline().strip()
    async with ours(database, is_cached=True, name="one") as one, ours(database, is_cached=True, name="two") as two:
        behind = await follow(one, two, token, "Z9.100")
        trial.claim(f"{CHANGES} changes through one server, each read at once through the other's standby, behind", behind == 0, behind)
        standby, primary = (sessions(database, port) for port in (setting("BENCH_STANDBY_PORT"), 5432))
        trial.claim("read connections to standby and primary", standby > 0 and primary == 0, (standby, primary))
        with open(work_file("standby.requests"), "w", encoding="utf-8") as file:
            file.writelines(f"GET\t/v1/structures/{990000001 + number}\t\n" for number in range(1000))
        loads = await asyncio.gather(*(
            asyncio.to_thread(run, wrk(server.port, work_file("standby.requests"), 16, 3), {}) for server in (one, two)))
        rates = [json.loads(output.strip().splitlines()[-1]) for output, _ in loads]
        trial.claim(
            "reads a second through each server at once, refused", not any(rate["refused"] + rate["broken"] for rate in rates),
            [round(rate["requests"] / rate["seconds"]) for rate in rates] + [sum(rate["refused"] for rate in rates)])
        answers, until = {}, time.monotonic() + 4
        reading = asyncio.gather(*(readers(server, until, answers) for server in (one, two) for _ in range(4)))
        await asyncio.sleep(1)
        with open(os.path.join(setting("BENCH_STANDBY"), "postmaster.pid"), encoding="ascii") as file:
            os.kill(int(file.readline()), signal.SIGQUIT)
        await reading
        trial.claim("the standby is killed: reads go on from the primary, answers by status", set(answers) == {200}, answers)
        # Until somebody says that the standby is gone, changes wait for it; then they go on.
        database.rows("ALTER SYSTEM RESET synchronous_standby_names")
        database.rows("SELECT pg_reload_conf()")
        behind = await follow(two, one, token, "Z9.101")
        trial.claim("changes and reads without it, behind", behind == 0, behind)
        one.process.kill()
        behind = await follow(two, two, token, "Z9.102")
        trial.claim("one server is killed: the other goes on, behind", behind == 0, behind)
    return 0 if trial.holds else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
