#!/usr/bin/env python3
"""SIGKILL a purge again and again, beside two servers that purge too and under 32 writers: nobody is half erased, nobody is counted twice or
not at all, whoever is to stay is there."""

import asyncio
import os
import random
import subprocess

from harness import MEMBER, SHORT, Postgres, Server, Writers, action_codes, main, pa31, setting, tokens, work_file

KILLS = 4 if SHORT else 15
SILENT = 1500 if SHORT else 6000
KEPT = 50


def live(postgres):
    """People whose time is over and who were told, each with an agreement, a letter to print and a mail; and some who stay."""
    postgres.rows(f"""
        BEGIN;
        DO $$ BEGIN
            PERFORM set_config('pa31.caller', 'system', true);
            PERFORM begin_operation(gen_random_uuid(), 'test.make', 'test', NULL, NULL);
        END $$;
        INSERT INTO organisation (id, code, name, kind) VALUES (gen_random_uuid(), 'purge-test', 'Prescripteur de test', 'prescriber');
        INSERT INTO candidate (id, organisation_id, first_name, last_name, email, lawful_basis, notice_version, notice_given_on,
                               notice_channel, last_contact_on, created_at, updated_at)
        SELECT gen_random_uuid(), o.id, 'Zqsilent' || n, 'Zqname', 'zq' || n || '@exemple.example', 'public_task', '1',
               current_date - 1500, 'form', CASE WHEN n > {KEPT} THEN current_date - 1500 ELSE current_date END,
               now() - interval '1500 days', now()
          FROM organisation o, generate_series(1, {SILENT + KEPT}) AS n WHERE o.code = 'purge-test';
        INSERT INTO candidate_agreement (id, candidate_id, kind, text_version, given_on, channel, recorded_at)
        SELECT gen_random_uuid(), c.id, 'orientation', '1', current_date - 1500, 'form', now() FROM candidate c
         WHERE c.first_name LIKE 'Zqsilent%';
        INSERT INTO task (id, organisation_id, kind, title, candidate_id, text, created_at)
        SELECT gen_random_uuid(), c.organisation_id, 'mail.print', 'À imprimer', c.id, c.last_name, now()
          FROM candidate c WHERE c.first_name LIKE 'Zqsilent%';
        INSERT INTO outbox (id, kind, audience, organisation_id, address, address_hash, subject, body_text, next_try_at, created_at,
                            candidate_id)
        SELECT gen_random_uuid(), 'test.mail', 'candidate', c.organisation_id, c.email, sha256(c.email::bytea), 'Un message', c.last_name,
               now() + interval '1 day', now(), c.id FROM candidate c WHERE c.first_name LIKE 'Zqsilent%';
        INSERT INTO retention_notice (subject_id, line, told_on, due_on)
        SELECT c.id, 'candidate', current_date - 40, current_date - 5 FROM candidate c
         WHERE c.first_name LIKE 'Zqsilent%' AND c.last_contact_on < current_date;
        COMMIT""")


def halves(postgres):
    """How many are there in part only: a file whose letter is gone, a letter or an address whose file is."""
    return postgres.value("""
        SELECT (SELECT count(*) FROM candidate c WHERE c.first_name LIKE 'Zqsilent%'
                   AND (NOT EXISTS (SELECT FROM task t WHERE t.candidate_id = c.id)
                        OR NOT EXISTS (SELECT FROM candidate_agreement a WHERE a.candidate_id = c.id)
                        OR EXISTS (SELECT FROM erasure_ledger l WHERE l.subject_id = c.id)))
             + (SELECT count(*) FROM task t WHERE t.text = 'Zqname' AND NOT EXISTS (SELECT FROM candidate c WHERE c.id = t.candidate_id))
             + (SELECT count(*) FROM outbox b WHERE b.address LIKE 'zq%'
                   AND NOT EXISTS (SELECT FROM candidate c WHERE c.id = b.candidate_id))""")


async def body(report):
    postgres = Postgres()
    team, _ = tokens()
    ledger = work_file("ledger")
    if os.path.exists(ledger):
        os.remove(ledger)
    live(postgres)
    left = "SELECT count(*) FROM candidate WHERE first_name LIKE 'Zqsilent%'"
    command = [setting("PA31_BINARY"), "privacy", "purge", "--apply", "--json"]
    environment = {**os.environ, "PA31_MEMBER": MEMBER, "PA31_ERASURE_LEDGER": ledger}
    inside, half = 0, 0
    async with Server({"PA31_ERASURE_LEDGER": ledger, "PA31_CLOCK": "off"}) as server:
        writers = Writers(server.port, team, action_codes(postgres), count=8)
        writers.start()
        before = postgres.value(left)
        for _ in range(KILLS):
            process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # Not before it has begun, if it begins at all.
            for _ in range(100):
                if postgres.value(left) < before or process.poll() is not None:
                    break
                await asyncio.sleep(0.02)
            await asyncio.sleep(random.uniform(0, 0.2))
            process.kill()
            process.wait()
            now = postgres.value(left)
            inside += KEPT < now < before
            half += halves(postgres)
            before = now
        report.count("left after the kills", before - KEPT)
        async with Server({"PA31_ERASURE_LEDGER": ledger, "PA31_CLOCK": "on"}):
            done = await asyncio.to_thread(pa31, "privacy", "purge", "--apply", environment={"PA31_ERASURE_LEDGER": ledger}, check=False)
            for _ in range(200):
                if postgres.value(left) == KEPT:
                    break
                await asyncio.sleep(0.1)
        await writers.stop()
        report.count("kills", KILLS)
        report.count("kills in the middle", inside)
        report.claim("the purge after the kills ends well", done.returncode == 0, (done.stderr or done.stdout)[-300:])
        report.claim("after no kill somebody was half erased", half == 0, f"{half} were")
        report.claim("in the end all whose time is over are gone", postgres.value(left) == KEPT, postgres.value(left))
        report.claim("nobody is half there", halves(postgres) == 0, halves(postgres))
        counted = postgres.value("SELECT coalesce(sum(persons), 0) FROM person_count WHERE kind = 'received' AND dimension = 'all'")
        report.claim("each was counted once", counted == SILENT + postgres.value(
            "SELECT count(*) FROM person_step s WHERE s.kind = 'received'"), counted)
        report.claim("each is in the ledger", postgres.value("SELECT count(*) FROM erasure_ledger WHERE kind = 'candidate'") == SILENT)
        writers.report(report)
        await writers.check(report, postgres)
        report.claim("the log tells of no defect", not server.defects(), server.defects()[:2])


main(body, seconds=240)
