#!/usr/bin/env python3
"""SIGKILL the server again and again while mails leave through a command: each leaves at least once, and at most once more for a
kill, under the same Message-ID; none is lost, none leaves before its transaction is there."""

import asyncio
import collections
import os
import random
import sys
import textwrap

from harness import SHORT, Postgres, Server, main, work_file

KILLS = 4 if SHORT else 20
MAILS = 60 if SHORT else 300

# What stands for sendmail: takes its time, as a mailer does, and writes down what it took, once it took all of it.
MAILER = """
    import email, os, random, sys, time
    mail = email.message_from_bytes(sys.stdin.buffer.read())
    time.sleep(random.uniform(0.01, 0.06))
    whole = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    line = f"{mail['Message-ID']} {sys.argv[-1]} {len(whole)}\\n"
    file = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, line.encode())
"""


def post(postgres, number, prefix):
    """Writes mails as features do: an id, an address, a text, a link."""
    postgres.rows(f"""
        INSERT INTO outbox (id, kind, audience, address, subject, body_text, link_label, link_path, link_secret, next_try_at,
                            created_at)
        SELECT gen_random_uuid(), 'test.answer', 'recruiter', '{prefix}' || n || '@recrutement.example', 'Réponse reçue',
               repeat('Une réponse est arrivée. ', 200), 'Lire', '/v1/x/', 'secret' || n, now(), now()
          FROM generate_series(1, {number}) AS n""")


async def body(report):
    postgres = Postgres()
    record, mailer = work_file("mails"), work_file("mailer.py")
    for path in (record, mailer):
        if os.path.exists(path):
            os.remove(path)
    with open(mailer, "w", encoding="utf-8") as file:
        file.write(textwrap.dedent(MAILER))
    # Those of the demonstration are not what is counted here.
    postgres.rows("DELETE FROM outbox")
    post(postgres, MAILS, "a")
    environment = {
        "PA31_MAIL_COMMAND": f"{sys.executable} {mailer} {record}", "PA31_MAIL_FROM": "noreply@pa31.example",
        "PA31_PUBLIC_URL": "https://pa31.example"}
    waiting = "SELECT count(*) FROM outbox WHERE state = 'waiting'"
    # Both before either starts: they share a log, which each begins anew.
    first, second = Server(environment), Server(environment)
    async with first as server, second as other:
        starts = []
        for number in range(KILLS):
            await asyncio.sleep(random.uniform(0.3, 0.9))
            victim = random.choice((server, other))
            victim.kill()
            post(postgres, 5, f"b{number}.")
            starts.append(await victim.start())
        for _ in range(120):
            # What a kill left in the air is due again after a minute: the test does not wait for it.
            postgres.rows(
                "UPDATE outbox SET next_try_at = now() WHERE state = 'waiting' AND claimed_at < now() - interval '10 seconds'")
            if postgres.value(waiting) == 0:
                break
            await asyncio.sleep(0.5)
        left = postgres.value(waiting)
        await asyncio.sleep(0.5)
        defects = server.defects() + other.defects()
        with open(server.log_path, encoding="utf-8", errors="replace") as log:
            told = sum("recrutement.example" in line or "secret" in line for line in log)
    with open(record, encoding="utf-8") as file:
        lines = [line.split() for line in file]
    taken = collections.Counter(message for message, _, _ in lines)
    expected = {
        message: address for message, address in postgres.rows("SELECT '<' || message_id || '>', address FROM outbox")}
    twice = sum(count - 1 for count in taken.values())
    report.count("mails", len(expected))
    report.count("kills", KILLS)
    report.count("slowest start, s", max(starts))
    report.count("mails that left once more", twice)
    report.claim("no mail waits in the end", left == 0, f"{left} do")
    report.claim("every mail left", expected.keys() <= taken.keys(), f"{len(expected.keys() - taken.keys())} did not")
    report.claim("nothing else left", taken.keys() <= expected.keys(), sorted(taken.keys() - expected.keys())[:3])
    report.claim("at most one left once more for each kill", twice <= KILLS, f"{twice} did, for {KILLS} kills")
    report.claim(
        "each went to its own address", all(expected.get(message) == address for message, address, _ in lines))
    report.claim("each was whole", all(parts == "2" for _, _, parts in lines))
    rest = postgres.value(
        "SELECT count(*) FROM outbox WHERE state <> 'sent' OR body_text IS NOT NULL OR link_secret IS NOT NULL")
    report.claim("all are noted as sent, text and link forgotten", rest == 0, f"{rest} are not")
    report.claim("the log tells of no address and no link", told == 0, f"{told} lines do")
    report.claim("the log tells of no defect", not defects, defects[:2])


main(body, seconds=240)
