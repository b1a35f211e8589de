#!/usr/bin/env python3
"""Schemathesis, driven by the served contract, with the team's token and with a partner's: no server error, no status, content
type, header or body that the contract does not tell of.

Runs in the virtual environment of `deploy/faults/run`.
"""

import asyncio
import collections
import json
import os
import sys

from harness import HOST, SHORT, Postgres, Server, check_database, die_with_parent, main, tokens, work_file

# Cases made for each operation and token, beside those that every boundary of the contract gives; how many that must be.
EXAMPLES, AT_LEAST, SECONDS = (6, 1_500, 600) if SHORT else (360, 20_000, 1500)
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance")
# One of the runs is about things that exist, so that it gets further than 404.
EXISTING = """[parameters]
"path.code" = "A2.11"
"path.funder" = "cnsa"
"path.year" = "2023"
"""


async def fuzz(server, name, token, configuration):
    """One run; answers (exit status, the report). One worker: Python 3.11 counts the depth of what it parses for all threads at once,
    and two that make up cases at the same time end in a SystemError of the tool's own."""
    report = work_file(f"{name}.json")
    with open(work_file(f"{name}.toml"), "w", encoding="utf-8") as file:
        file.write(configuration)
    process = await asyncio.create_subprocess_exec(
        os.path.join(os.path.dirname(sys.executable), "st"), "--config-file", work_file(f"{name}.toml"), "run", f"http://{HOST}:{server.port}/v1/openapi.json",
        "--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing",
        "--max-examples", str(EXAMPLES), "--seed", "31", "--workers", "1", "--request-timeout", "10", "--no-shrink",
        "--continue-on-failure", "--suppress-health-check", "all", "--report-json-path", report, "--no-color",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=os.path.dirname(report),
        preexec_fn=die_with_parent)
    try:
        output = (await process.communicate())[0].decode(errors="replace")
    finally:
        if process.returncode is None:
            process.kill()
    with open(work_file(f"{name}.txt"), "w", encoding="utf-8") as file:
        file.write(output)
    with open(report, encoding="utf-8") as file:
        return process.returncode, json.load(file)


async def body(report):
    postgres = Postgres()
    team, partner = tokens()
    async with Server() as server:
        failures, errors, generated, statuses, left_out = [], [], 0, [], []
        for name, token, configuration in (("team", team, EXISTING), ("partner", partner, "")):
            status, found = await fuzz(server, name, token, configuration)
            statuses.append(status)
            generated += found["test_cases"]["generated"]
            failures += found["failures"]
            errors += found["errors"]
            operations = found["operations"]
            left_out += [name] if not found["complete"] or operations["tested"] != operations["total"] else []
        report.count("operations", operations["total"])
        report.count("requests made up", generated)
        report.count("failures", len(failures))
        with open(server.log_path, encoding="utf-8", errors="replace") as file:
            report.count("answers", dict(sorted(collections.Counter(
                line.split("http.status=")[1].split()[0] for line in file if "http.status=" in line).items())))
        shown = [json.dumps(failure)[:700] for failure in failures[:5]]
        report.claim("no answer breaks the contract", not failures and set(statuses) == {0}, f"exit {statuses}: {shown}")
        report.claim("every operation was tried with both tokens", not left_out and not errors, f"{left_out} {errors[:3]}")
        report.claim(f"at least {AT_LEAST} requests", generated >= AT_LEAST, generated)
        report.claim("the server is the one that was started", server.is_alive(), server.process.returncode)
        report.claim("the log tells of no defect", not server.defects(), server.defects()[:3])
        await check_database(report, postgres)


main(body, seconds=SECONDS)
