"""What both peers share: the statements that they run, which are the server's own, taken from PostgreSQL's log.

So a peer differs from the server in nothing but what it is made of. BENCH_STATEMENTS names the file, BENCH_SOCKET and
BENCH_DATABASE the database.
"""

import datetime
import hashlib
import json
import os
import time
import uuid

SOCKET = os.environ["BENCH_SOCKET"]
DATABASE = os.environ["BENCH_DATABASE"]
# Settings of each connection, as the server's own have them.
OPTIONS = json.loads(os.environ["BENCH_OPTIONS"])
# Who reads without a token, and who acts for a member: the server's own two logins.
LOGINS = ("pa31_public", "pa31_app")
# How long the server remembers a token.
TOKEN_SECONDS = 4

with open(os.environ["BENCH_STATEMENTS"], encoding="utf-8") as file:
    STATEMENTS = json.load(file)


def before(seconds):
    """An instant, so many seconds ago."""
    return (datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=seconds)).isoformat()


# What is made anew for each statement.
FRESH = {
    "fresh_id": lambda: str(uuid.uuid4()), "fresh_hash": lambda: "\\x" + os.urandom(32).hex(), "now": lambda: before(0),
    "request": lambda: str(uuid.uuid4()), "operation_id": lambda: str(uuid.uuid4())}


class Statement:
    """One statement of a workload: its text with $1, $2 …, and what stands for them."""

    def __init__(self, statement):
        self.sql = statement["sql"]
        self.parameters = statement["parameters"]

    @staticmethod
    def of(workload, fragment):
        """The first of a workload's that has this fragment."""
        return Statement(next(statement for statement in STATEMENTS[workload] if fragment in statement["sql"]))

    @staticmethod
    def after(workload, fragment):
        """Every statement of a workload's transaction after the first that has this fragment."""
        texts = [statement["sql"] for statement in STATEMENTS[workload]]
        place = next(place for place, text in enumerate(texts) if fragment in text)
        return [
            Statement(statement) for statement in STATEMENTS[workload][place + 1:]
            if not statement["sql"].startswith(("BEGIN", "COMMIT"))]

    def values(self, **variables):
        """The values for $1, $2 …"""
        return [
            None if parameter is None
            else parameter["text"] if "variable" not in parameter
            else variables[parameter["variable"]] if parameter["variable"] in variables else FRESH[parameter["variable"]]()
            for parameter in self.parameters]


class Statements:
    """All that the peers run."""

    structure = Statement.of("structure", "AS distance_m")
    others = Statement.of("structure", "FROM public_structure o")
    list = Statement.of("list", "structure_index")
    search = Statement.of("search", "structure_query")
    token = Statement.of("token", "api_token")
    introduce = Statement.of("move", "set_config")
    current = Statement.of("move", "FOR UPDATE")
    record = Statement.of("move", "begin_operation")
    update = Statement.of("move", "UPDATE action")
    row = Statement.of("move", "FROM action_view")
    orientation_introduce = Statement.of("orientation", "set_config")
    orientation_current = Statement.of("orientation", "FOR UPDATE")
    orientation_record = Statement.of("orientation", "begin_operation")
    # What accepting comes down to once it is allowed; the last is the orientation as it is shown.
    orientation_rest = Statement.after("orientation", "begin_operation")


# What the server's table of transitions says of those that are measured: from, to, what must come with it.
MOVES = {("in_progress", "paused"): "reason", ("paused", "in_progress"): None}
ACCEPTING = ("sent", "accepted")


def concerned(orientation):
    """Whom an orientation concerns, by the names that statements have for them."""
    return {
        name: str(orientation[column]) for name, column in (
            ("candidate", "candidate_id"), ("prescriber", "prescriber_id"), ("prescriber_organisation", "organisation_id"),
            ("need", "need_id"), ("structure", "structure_id"))}


def etag(body):
    """The tag of an answer without a version: made of its bytes."""
    return '"' + hashlib.sha256(body).hexdigest()[:24] + '"'


def version_of(if_match):
    """The version that an If-Match names; None when it names none."""
    text = (if_match or "").removeprefix("W/").strip('"').partition(".")[0]
    return int(text) if text.isdigit() else None


class Tokens:
    """Who a token stands for, remembered for a few seconds."""

    def __init__(self):
        self.known = {}

    @staticmethod
    def hash_of(authorization):
        """What the database knows a token by."""
        return "\\x" + hashlib.sha256((authorization or "").removeprefix("Bearer ").encode()).hexdigest()

    def remembered(self, digest):
        """The member, if it was looked up just now."""
        member, until = self.known.get(digest, (None, 0))
        return member if until > time.monotonic() else None

    def remember(self, digest, member):
        """Keeps it."""
        self.known[digest] = (member, time.monotonic() + TOKEN_SECONDS)
        return member
