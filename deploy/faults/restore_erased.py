#!/usr/bin/env python3
"""Restore a dump from before some erasures: whoever was erased since must be gone again before the server answers anything, and stay out of
the next dump; the others are there. Without the ledger's file the server must not start."""

import asyncio
import os
import subprocess

from harness import Postgres, Server, main, pa31, setting, work_file

ERASED, KEPT = 5, 3


def live(postgres, number, prefix):
    """Writes files of people with a marker in every text, and a letter to print; answers their ids."""
    rows = postgres.rows(f"""
        BEGIN;
        DO $$ BEGIN
            PERFORM set_config('pa31.caller', 'system', true);
            PERFORM begin_operation(gen_random_uuid(), 'test.make', 'test', NULL, NULL);
        END $$;
        INSERT INTO organisation (id, code, name, kind) VALUES (gen_random_uuid(), 'restore-test', 'Prescripteur de test', 'prescriber')
            ON CONFLICT DO NOTHING;
        INSERT INTO candidate (id, organisation_id, first_name, last_name, email, experience, lawful_basis, notice_version, notice_given_on,
                               notice_channel, last_contact_on, created_at, updated_at)
        SELECT gen_random_uuid(), o.id, '{prefix}first' || n, '{prefix}last' || n, lower('{prefix}' || n || '@exemple.example'),
               '{prefix}experience' || n, 'public_task', '1', current_date, 'form', current_date, now(), now()
          FROM organisation o, generate_series(1, {number}) AS n WHERE o.code = 'restore-test';
        INSERT INTO task (id, organisation_id, kind, title, candidate_id, text, created_at)
        SELECT gen_random_uuid(), c.organisation_id, 'mail.print', 'À imprimer', c.id, c.last_name, now()
          FROM candidate c WHERE c.first_name LIKE '{prefix}first%';
        COMMIT;
        SELECT id FROM candidate WHERE first_name LIKE '{prefix}first%'""")
    return [row[0] for row in rows]


def ask(postgres, ids):
    """Writes requests whose delay is over."""
    postgres.rows(f"""
        BEGIN;
        DO $$ BEGIN
            PERFORM set_config('pa31.caller', 'system', true);
            PERFORM begin_operation(gen_random_uuid(), 'test.make', 'test', NULL, NULL);
        END $$;
        INSERT INTO rights_request (id, candidate_id, kind, asked_by, organisation_id, asked_at, due_on, execute_at)
        SELECT gen_random_uuid(), c.id, 'erasure', 'candidate', c.organisation_id, now() - interval '4 days', current_date + 30,
               now() - interval '1 hour'
          FROM candidate c WHERE c.id = ANY ('{{{",".join(ids)}}}');
        COMMIT""")


def program(postgres, name, *arguments):
    """Runs one of PostgreSQL's programs as its superuser; answers its output."""
    done = subprocess.run(
        [os.path.join(postgres.bin, name), *arguments], capture_output=True, timeout=90, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(f"{name}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode(errors="replace")


def restore(postgres, dump):
    """Makes the database anew from a dump, as deploy/README.md says."""
    server = f"host={postgres.socket} user=postgres"
    program(
        postgres, "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", f"DROP DATABASE {postgres.database} WITH (FORCE)", "-c",
        f"CREATE DATABASE {postgres.database} TEMPLATE template0 ENCODING 'UTF8'", f"{server} dbname=postgres")
    bootstrap = os.path.join(setting("PA31_SQL_DIRECTORY"), "bootstrap.sql")
    program(postgres, "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", bootstrap, f"{server} dbname={postgres.database}")
    program(
        postgres, "pg_restore", "--exit-on-error", "--single-transaction", "-d", f"{server} dbname={postgres.database}", dump)


def lines(path):
    """How many erasures the file tells of."""
    if not os.path.exists(path):
        return 0
    with open(path, encoding="ascii") as file:
        return sum(1 for line in file if line.strip())


async def erased(postgres, ledger, number):
    """Waits until so many are in the file."""
    for _ in range(300):
        if lines(ledger) >= number:
            return True
        await asyncio.sleep(0.1)
    return False


async def none(postgres, count):
    """Waits until there is none of something."""
    for _ in range(300):
        if postgres.value(count) == 0:
            return
        await asyncio.sleep(0.1)


async def body(report):
    postgres = Postgres()
    ledger, dump = work_file("ledger"), work_file("dump")
    for path in (ledger, dump):
        if os.path.exists(path):
            os.remove(path)
    mails = work_file("mails")
    os.makedirs(mails, exist_ok=True)
    environment = {
        "PA31_ERASURE_LEDGER": ledger, "PA31_CLOCK": "on", "PA31_MAIL_DIRECTORY": mails, "PA31_MAIL_FROM": "noreply@pa31.example",
        "PA31_PUBLIC_URL": "https://pa31.example"}
    first = live(postgres, 1, "Zqbefore")
    gone, kept = live(postgres, ERASED, "Zqgone"), live(postgres, KEPT, "Zqkept")
    ask(postgres, first)
    async with Server(environment):
        await erased(postgres, ledger, 1)
        # The last message to the person leaves, and goes when the clock looks: at a start, else within a minute.
        await none(postgres, "SELECT count(*) FROM outbox WHERE kind = 'privacy.erased' AND state = 'waiting'")
    async with Server(environment):
        await none(postgres, "SELECT count(*) FROM outbox WHERE kind = 'privacy.erased'")
    program(postgres, "pg_dump", "-Fc", "-f", dump, f"host={postgres.socket} user=postgres dbname={postgres.database}")
    ask(postgres, gone)
    async with Server(environment):
        report.claim("erasures are in the file within seconds", await erased(postgres, ledger, 1 + ERASED), lines(ledger))
    await asyncio.to_thread(restore, postgres, dump)
    count = f"SELECT count(*) FROM candidate WHERE id = ANY ('{{{','.join(gone)}}}')"
    report.count("brought back by the dump", postgres.value(count))
    os.rename(os.environ["PA31_AUDIT_HEAD_FILE"], os.environ["PA31_AUDIT_HEAD_FILE"] + ".before")

    os.rename(ledger, ledger + ".away")
    refused = False
    try:
        async with Server(environment):
            pass
    except RuntimeError:
        refused = True
    report.claim("without the ledger's file nothing is served", refused)
    report.claim("and nothing was changed", postgres.value(count) == ERASED)
    os.rename(ledger + ".away", ledger)

    async with Server(environment) as server:
        # Whoever gets an answer finds them gone.
        report.claim("once it answers, nobody who was erased is there", postgres.value(count) == 0, postgres.value(count))
        report.claim(
            "the others are", postgres.value(f"SELECT count(*) FROM candidate WHERE id = ANY ('{{{','.join(kept)}}}')") == KEPT)
        await asyncio.sleep(2.5)
        report.claim("no defect is logged", not server.defects(), server.defects()[:3])
    text = program(
        postgres, "pg_dump", "--data-only", f"host={postgres.socket} user=postgres dbname={postgres.database}").lower()
    report.claim("the next dump has nothing of them", "zqgone" not in text and "zqbefore" not in text)
    report.claim("and all of the others", text.count("zqkeptfirst") >= KEPT)
    report.claim("audit verifies", pa31("audit", "verify", check=False).returncode == 0)
    report.count("erased", ERASED + 1)


main(body, seconds=240)
