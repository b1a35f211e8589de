#!/usr/bin/env python3
"""Nobody finds what reports withhold about persons, with all published files together.

Synthetic persons and answers over three years; campaigns of the three profiles whose periods are the same, follow one another, overlap,
and hold one another, all submitted, one twice. An attacker reads every file of every report (JSON, both CSV, XLSX, HTML), what is told of
the differences between a funder's reports, `/v1/stats` and its pictures, and writes everything that they say down as one linear programme:
the persons of each quarter, of each line of each table, of all nine steps, and what is known of the method. No withheld figure may have
only one value that agrees with it (its minimum is its maximum). What the attacker finds when complementary figures are not withheld
shows that it works. Runs in the virtual environment of `deploy/faults/run`. CI uses it.
"""

import asyncio
import collections
import csv
import html.parser
import io
import json
import random
import re
import time
import urllib.parse
import urllib.request

import numpy
import openpyxl
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from harness import HOST, Connection, Postgres, Server, get, main, pa31, tokens, work_file

STEPS = ["received", "oriented", "accompanied", "immersion", "training", "hired", "employed_3", "employed_6", "employed_12"]
LEAST = 5
# In this order: a period that overlaps an earlier one shows no table of its own; one that earlier ones make up, their sums.
CAMPAIGNS = [
    ("cnsa", "2022-Q1", "2022-Q4"), ("ars", "2022-Q1", "2022-Q4"), ("cd31", "2022-Q3", "2023-Q2"), ("cnsa", "2023-Q1", "2023-Q4"),
    ("ars", "2022-Q1", "2023-Q4"), ("cd31", "2024-Q1", "2024-Q2"), ("cnsa", "2024-Q1", "2024-Q4"), ("ars", "2024-Q3", "2024-Q4"),
    ("cd31", "2024-Q3", "2024-Q3"), ("cd31", "2022-Q1", "2024-Q4")]
QUARTERS = [f"{year}-Q{number}" for year in (2022, 2023, 2024) for number in (1, 2, 3, 4)]
FIXED = {
    "sex": ["f", "m", "not_said"], "age": ["under_26", "26_49", "50_and_over", "unknown"],
    "age_esf": ["under_25", "25_54", "over_54", "unknown"],
    "situation": ["job_seeker", "career_change", "employee", "student", "other", "unknown"],
    "long_term_unemployed": ["true", "false", "unknown"], "diploma_level": ["1_2", "3_4", "5_8", "unknown"],
    "qpv": ["true_2015", "true_2024", "false", "unknown"], "rsa": ["true", "false", "unknown"],
    "disability": ["true", "false", "unknown"]}
OPEN = {"job": ["K1302", "K1311", "J1501", "K1304", "unknown"], "structure_kind": ["460", "500", "209", "354", "unknown"],
        "contract": ["cdi", "interim", "other", "apprenticeship"]}
# Of one person's age: what each way to cut says.
AGES = [("under_26", "under_25"), ("under_26", "25_54"), ("26_49", "25_54"), ("50_and_over", "25_54"), ("50_and_over", "over_54"),
        ("unknown", "unknown")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ANSWERS = ["response_rate", "response_days", "needs_filled", "fill_days"]


def first_day(quarter):
    """`2022-Q3`: 2022-07-01."""
    return f"{quarter[:4]}-{int(quarter[-1]) * 3 - 2:02d}-01"


def last_day(quarter):
    """`2022-Q3`: 2022-09-30."""
    return quarter[:4] + ["-03-31", "-06-30", "-09-30", "-12-31"][int(quarter[-1]) - 1]


def span(first, last):
    """The quarters of a period."""
    return [quarter for quarter in QUARTERS if first <= quarter <= last]


def invent(communes, dice):
    """persons[(quarter, step, dimension, value)] of people made up: many in some quarters, few in others; all alike in some."""
    counts = collections.Counter()
    for quarter in QUARTERS:
        for step in STEPS:
            alike = dice.random() < 0.15
            for _ in range(dice.choice([0, 1, 2, 3, 4, 4, 6, 9, 14, 30, 60, 120])):
                person = {name: values[0] if alike else dice.choices(values, [60 / (place + 1) ** 2 for place in range(len(values))])[0]
                          for name, values in FIXED.items()}
                person["age"], person["age_esf"] = dice.choices(AGES, [9, 1, 40, 2, 12, 1])[0]
                person["commune"], person["epci"] = communes[0] if alike else dice.choices(
                    communes, [40 / (place + 1) for place in range(len(communes))])[0]
                if step not in ("received", "accompanied"):
                    person["job"] = dice.choices(OPEN["job"], [30, 10, 4, 2, 1])[0]
                    person["structure_kind"] = dice.choices(OPEN["structure_kind"], [30, 20, 4, 2, 1])[0]
                if step == "hired":
                    person["contract"] = dice.choices(OPEN["contract"], [30, 8, 3, 1])[0]
                for dimension, value in [("all", ""), *person.items()]:
                    counts[(quarter, step, dimension, value)] += 1
    return counts


def invent_answers(dice):
    """(quarter, code, numerator, denominator) of answers and needs made up."""
    for quarter in QUARTERS:
        sent = dice.choice([0, 3, 6, 9, 12, 40, 90])
        answered = max(0, sent - dice.choice([0, 1, 2, 4, 5, 7, 20]))
        filled = dice.choice([0, 2, 4, 5, 9, 30])
        yield quarter, "response_rate", answered, sent
        yield quarter, "response_days", answered * 3 + dice.randrange(9) * (answered > 0), answered
        yield quarter, "needs_filled", filled, filled
        yield quarter, "fill_days", filled * 20, filled


# --- What is published ------------------------------------------------------------------------------------------------


class Tables(html.parser.HTMLParser):
    """The tables of a page, each under the heading before it."""

    def __init__(self, page):
        super().__init__()
        self.tables, self.heading, self.cell, self.in_heading = {}, "", None, False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "h2":
            self.heading, self.in_heading = "", True
        elif tag == "tr":
            self.tables.setdefault(self.heading, []).append([])
        elif tag in ("td", "th"):
            self.cell = ""

    def handle_endtag(self, tag):
        if tag == "h2":
            self.in_heading = False
        elif tag in ("td", "th") and self.cell is not None:
            self.tables[self.heading][-1].append(self.cell)
            self.cell = None

    def handle_data(self, data):
        if self.in_heading:
            self.heading += data
        elif self.cell is not None:
            self.cell += data


def number(cell):
    """What a cell says: a number, `s`, or nothing; as the French write it or not."""
    text = re.sub(r"[\s\u202f\u00a0]", "", str("" if cell is None else cell)).replace("−", "-").replace(",", ".").lstrip("'")
    if text == "s":
        return "s"
    return float(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else None


def table(rows, wanted):
    """Of rows under headings, those columns."""
    place = next(place for place, row in enumerate(rows) if set(wanted) <= set(row))
    columns = [rows[place].index(name) for name in wanted]
    return [[row[column] if row[column] is not None else "" for column in columns]
            for row in rows[place + 1:] if len(row) > max(columns) and any(row)]


PERSON = ["Période", "Code de l'étape", "Code de la ventilation", "Code de la ligne", "Personnes"]
FIGURE = ["Code", "Valeur", "Numérateur", "Dénominateur"]


def told(persons, figures):
    """What one file says: lines of persons, and the catalogue's figures of persons and answers."""
    lines = {(str(period), str(step), str(dimension), str(value).lstrip("'"), number(count))
             for period, step, dimension, value, count in persons if step in STEPS}
    return lines, {(str(code), number(value), number(above), number(below)) for code, value, above, below in figures
                   if code in ANSWERS or code.startswith("persons_") and code[8:] in STEPS}


def read(export):
    """Every file of a frozen report: what each says. `export(type, **query)` gives its bytes."""
    sheets = {sheet["code"]: sheet for sheet in json.loads(export("application/json"))["report"]["sheets"]}
    fields = {"persons": ["period", "step", "dimension", "value", "persons"], "figures": ["code", "value", "numerator", "denominator"]}
    tables = [table([[column["field"] for column in sheets[code]["columns"]], *sheets[code]["rows"]], wanted)
              for code, wanted in fields.items()]
    found = {"json": told(*tables)}
    texts = [export("text/csv", sheet=code).decode("utf-8-sig") for code in fields]
    found["csv"] = told(*[table(list(csv.reader(io.StringIO(text), delimiter=";")), wanted)
                          for text, wanted in zip(texts, (PERSON, FIGURE))])
    plain = [export("text/csv", sheet=code, dialect="rfc4180").decode() for code in fields]
    # In its own words money is decimal, and nothing else differs.
    found["rfc4180"] = told(*[table(list(csv.reader(io.StringIO(text))), wanted) for text, wanted in zip(plain, fields.values())])
    book = openpyxl.load_workbook(io.BytesIO(export(XLSX)), read_only=True, data_only=True)
    pages = [list(book[title].iter_rows(values_only=True)) for title in ("Personnes", "Chiffres clés")]
    found["xlsx"] = told(table(pages[0], PERSON), table(pages[1], FIGURE))
    page = Tables(export("text/html").decode()).tables
    found["html"] = told(table(page["Personnes"], PERSON), table(page["Chiffres clés"], FIGURE))
    return found


def by_command(report):
    """Files by the command line."""
    names = {"application/json": "json", "text/csv": "csv", XLSX: "xlsx", "text/html": "html"}

    def export(kind, **query):
        path = work_file("file")
        options = [part for name, value in query.items() for part in ("--" + name, value)]
        pa31("report", "export", report, "--format", names[kind], *options, "--output", path)
        with open(path, "rb") as file:
            return file.read()

    return export


def by_server(port, token, report):
    """Files by HTTP."""
    def export(kind, **query):
        address = f"http://{HOST}:{port}/v1/reports/{report}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(urllib.request.Request(
                address, headers={"Authorization": f"Bearer {token}", "Accept": kind}), timeout=30) as answer:
            return answer.read()

    return export


def freeze(postgres):
    """Makes the campaigns, explains what they lack, submits each, the first twice; answers (profile, first, last, report)."""
    made = []
    for profile, first, last in CAMPAIGNS:
        made.append(json.loads(pa31(
            "campaign", "create", "--profile", profile, "--from", first_day(first), "--to", last_day(last), "--submit-by",
            "2026-12-31", "--json").stdout)["id"])
    postgres.rows("""
        BEGIN;
        DO $$ BEGIN
            PERFORM set_config('pa31.caller', 'system', true);
            PERFORM begin_operation(gen_random_uuid(), 'campaign.explain', 'campaign', NULL, NULL);
        END $$;
        INSERT INTO campaign_explanation (id, campaign_id, gap, text, written_at)
        SELECT gen_random_uuid(), c.id, g.gap, 'Démonstration', now() FROM campaign c JOIN organisation o ON o.id = c.funder_id
         CROSS JOIN LATERAL report_gaps((now() AT TIME ZONE 'Europe/Paris')::date - 1, c.starts_on, c.ends_on, o.code) AS g;
        COMMIT""")
    reports = []
    for (profile, first, last), campaign in zip([*CAMPAIGNS, CAMPAIGNS[0]], [*made, made[0]]):
        submitted = json.loads(pa31("report", "submit", campaign, "--json").stdout)
        reports.append((profile, first, last, submitted["reports"][-1]["id"]))
        if campaign == made[0]:
            postgres.rows(f"SET session_replication_role = replica; UPDATE campaign SET state = 'fix_requested' WHERE id = '{campaign}'")
    return reports


async def publish(report, postgres):
    """Everything that is published: files, differences, public figures."""
    reports = freeze(postgres)
    files, figures, unlike, count = {}, {}, [], 0
    differences = []
    async with Server() as server:
        team, _ = tokens()
        ways = [(one, by_server(server.port, team, one[3])) for one in reports] + [(reports[-1], by_command(reports[-1][3]))]
        for (profile, first, last, _), export in ways:
            for kind, (lines, catalogue) in (await asyncio.to_thread(read, export)).items():
                count += 1
                # The attacker takes whatever any of them says.
                if files.setdefault((first, last), lines) != lines or figures.setdefault((first, last), catalogue) != catalogue:
                    unlike.append((profile, first, last, kind))
                files[(first, last)] = files[(first, last)] | lines
                figures[(first, last)] = figures[(first, last)] | catalogue
        connection = Connection(server.port)
        for place, (profile, first, last, later) in enumerate(reports):
            for _, before_first, before_last, earlier in [one for one in reports[:place] if one[0] == profile]:
                path = f"/v1/reports/{later}/diff/{earlier}"
                lines = (await get(server.port, path, team)).json()["lines"]
                page = await connection.request("GET", path, team, headers=[("Accept", "text/html")])
                shown = Tables(page.body.decode()).tables.get("", [])
                for line, row in zip(lines, shown[1:]):
                    differences.append((line, (before_first, before_last), (first, last), row))
        connection.drop()
        stats = (await get(server.port, "/v1/stats")).json()
        picture = (await get(server.port, "/v1/stats/orientations.svg")).body.decode()
    report.claim("every profile and format says the same of the same period", not unlike, unlike[:3])
    report.count("files", count)
    report.count("differences", len(differences))
    return files, figures, differences, stats, picture


# --- The attack -------------------------------------------------------------------------------------------------------


class Attack:
    """The linear programme."""

    def __init__(self):
        self.names, self.equal, self.at_most, self.most = {}, {}, {}, {}

    def of(self, *name):
        """The number of an unknown: never negative."""
        return self.names.setdefault(name, len(self.names))

    def says(self, unknowns, value, minus=()):
        """What is known: a sum, or by how much it is more than another."""
        self.equal[(tuple(sorted(unknowns)), tuple(sorted(minus)), value)] = None

    def bounds_sum(self, weights, value):
        """Also known: a weighted sum is at most that."""
        self.at_most[(tuple(sorted(weights.items())), value)] = None

    def solver(self):
        """A function that finds a solution with the least of a cost."""
        size = len(self.names)

        def matrix(rows):
            entries = [(place, column, weight) for place, row in enumerate(rows) for column, weight in row]
            if not entries:
                return None
            places, columns, weights = zip(*entries)
            return csr_matrix((weights, (places, columns)), shape=(len(rows), size))

        equal = matrix([[*((unknown, 1) for unknown in plus), *((unknown, -1) for unknown in minus)] for plus, minus, _ in self.equal])
        most = matrix([weights for weights, _ in self.at_most])
        right = [value for _, _, value in self.equal]
        limits = [value for _, value in self.at_most] or None
        bounds = [(0, self.most.get(unknown)) for unknown in range(size)]

        def solve(cost):
            solved = linprog(cost, A_eq=equal, b_eq=right, A_ub=most, b_ub=limits, bounds=bounds, method="highs")
            if solved.status == 2:
                raise RuntimeError("what is published contradicts itself")
            return solved.x if solved.status == 0 else None

        return solve

    def determined(self, targets, dice):
        """Of sums of unknowns, those that can have one value only. Two solutions that differ in one show that it is not; most are shown by
        a few solutions, far apart in all of them at once; each of the others is minimised and maximised."""
        solve, size = self.solver(), len(self.names)
        names = list(targets)
        chosen = csr_matrix(
            ([1] * sum(map(len, targets.values())),
             ([place for place, name in enumerate(names) for _ in targets[name]], [one for name in names for one in targets[name]])),
            shape=(len(names), size))
        least, most = numpy.full(len(names), numpy.inf), numpy.full(len(names), -numpy.inf)

        def look(cost):
            found = solve(cost)
            if found is None:
                return False
            values = chosen @ found
            numpy.minimum(least, values, out=least)
            numpy.maximum(most, values, out=most)
            return True

        look(numpy.zeros(size))
        for _ in range(24):
            open_ones = (most - least < 0.5).astype(float)
            signs = numpy.array([dice.choice((-1.0, 1.0)) for _ in names]) * (open_ones + 0.01)
            cost = signs @ chosen
            # What has no upper bound would have no solution.
            look(numpy.clip(cost, -1, None)) or look(numpy.abs(cost))
        # One of each step at a time: steps know nothing of each other, so each is at its end all the same.
        waiting = collections.defaultdict(list)
        for place in numpy.flatnonzero(most - least < 0.5):
            waiting[names[place][0]].append(place)
        while any(waiting.values()):
            together = [places.pop() for places in waiting.values() if places]
            cost = numpy.asarray(chosen[together].sum(axis=0))[0]
            if any(most[place] - least[place] < 0.5 for place in together):
                look(cost)
                look(-cost)
        rest = numpy.flatnonzero(most - least < 0.5)
        for place in rest:
            for sign in (1, -1):
                cost = sign * chosen[place].toarray()[0]
                if most[place] - least[place] < 0.5 and not look(cost):
                    most[place] = numpy.inf
        return [(names[place], float(least[place])) for place in rest if most[place] - least[place] < 0.5], len(rest)


def structure(attack, values, step):
    """What everybody knows: in each quarter each table adds up to everybody, groupings are their communes, ages are ages."""
    for quarter in QUARTERS:
        everybody = attack.of(step, "all", "", quarter)
        for dimension, known in values.items():
            if dimension != "commune":
                attack.says([attack.of(step, dimension, value, quarter) for value in known], 0, [everybody])
        for epci in values["epci"]:
            inside = [attack.of(step, "commune", commune, quarter) for commune, of in values["commune"] if of == epci]
            attack.says(inside, 0, [attack.of(step, "epci", epci, quarter)])
        for place, dimension in enumerate(("age", "age_esf")):
            for value in FIXED[dimension]:
                atoms = [attack.of(step, "atom", atom, quarter) for atom in AGES if atom[place] == value]
                attack.says(atoms, 0, [attack.of(step, dimension, value, quarter)])


def own_periods():
    """Those that overlap none before them: their tables are their own."""
    own = []
    for _, first, last in CAMPAIGNS:
        if (first, last) not in own and not any(set(span(first, last)) & set(span(*other)) for other in own):
            own.append((first, last))
    return own


def write_down(attack, files, values, step, primary_only=None):
    """Every published figure of a step; answers those that are withheld, each with its unknowns."""
    targets = {}
    for (first, last), lines in files.items():
        shown = collections.defaultdict(dict)
        for _, of, dimension, value, persons in lines:
            if of == step and not value.startswith(("other:", "withheld")) and not (value == "other" and dimension in ("epci", *OPEN)):
                shown[dimension][value] = persons

        def rest(dimension, value):
            """Which lines are told together."""
            if value == "withheld":
                return [one for one, persons in shown[dimension].items() if persons == "s"]
            if dimension == "commune":
                return [one for one, epci in values[dimension] if one not in shown[dimension] and epci == value.partition(":")[2]]
            return [one for one in values[dimension] if one not in shown[dimension]]

        for period, of, dimension, value, persons in lines:
            if of != step:
                continue
            own = span(first, last)
            if dimension == "all" and "à" not in period:
                own = [period.replace("T", "Q")]
            together = value.startswith(("other:", "withheld")) or value == "other" and dimension in ("epci", *OPEN)
            members = rest(dimension, value) if together else [value]
            unknowns = [attack.of(step, dimension, one, quarter) for one in members for quarter in own]
            if primary_only is not None and dimension in FIXED and not together:
                exact = primary_only(step, dimension, value, own)
                persons = exact if exact >= LEAST else "s"
            if persons != "s":
                attack.says(unknowns, persons)
                if together and value != "withheld":
                    for one in members:
                        targets[(step, dimension, one, own[0], own[-1])] = [attack.of(step, dimension, one, quarter) for quarter in own]
            else:
                targets[(step, dimension, value, own[0], own[-1])] = unknowns
                if dimension == "all" and len(own) == 1:
                    # Who knows the method knows that.
                    attack.most[unknowns[0]] = LEAST - 1
        if primary_only is None and (first, last) in own_periods():
            # And that the smallest lines of a table are withheld.
            for dimension, known in shown.items():
                numbers = [persons for persons in known.values() if persons != "s"]
                if dimension in ("all", "age_esf", "commune") or not numbers:
                    continue
                hidden = [one for one, persons in known.items() if persons == "s"] if dimension in FIXED else rest(dimension, "other")
                for one in hidden:
                    attack.bounds_sum({attack.of(step, dimension, one, quarter): 1 for quarter in span(first, last)}, min(numbers))
    return targets


def write_answers(attack, figures, stats):
    """What is told of answers and filled needs."""
    targets = {}
    for quarter in QUARTERS:
        attack.says([attack.of("sent", quarter)], 0, [attack.of("answered", quarter), attack.of("unanswered", quarter)])
    names = {"response_rate": ("answered", "sent"), "response_days": ("answer_days", "answered"), "needs_filled": ("filled", "filled"),
             "fill_days": ("fill_days", "filled")}
    for (first, last), catalogue in figures.items():
        for code, value, above, below in catalogue:
            name = names.get(code, (code, code))
            for figure, kind in ((above, name[0]), (below, name[1])):
                if code.startswith("persons_"):
                    kind, unknowns = code, [attack.of(code[8:], "all", "", quarter) for quarter in span(first, last)]
                else:
                    unknowns = [attack.of(kind, quarter) for quarter in span(first, last)]
                if figure not in (None, "s"):
                    attack.says(unknowns, figure)
            if code.startswith("persons_") and value not in (None, "s"):
                attack.says([attack.of(code[8:], "all", "", quarter) for quarter in span(first, last)], value)
    for row in stats["quarters"]:
        quarter = row["quarter"].replace("T", "Q")
        for step in ("received", "oriented", "hired"):
            if row[step] is not None:
                attack.says([attack.of(step, "all", "", quarter)], row[step])
        if row["response_percent"] is None:
            targets[("unanswered", quarter)] = [attack.of("unanswered", quarter)]
            targets[("sent", quarter)] = [attack.of("sent", quarter)]
            continue
        for sign in (1, -1):
            attack.bounds_sum({attack.of("answered", quarter): sign * 100,
                               attack.of("sent", quarter): -sign * (row["response_percent"] + sign * 0.5)}, 0)
    return targets


def write_differences(attack, differences):
    """What the differences between reports say: the figures again, and by how much they moved. Answers what none may say."""
    wrong = []
    for line, before, after, row in differences:
        of, more = line["key"].split(" "), number(line["difference_text"])
        if [line["sheet"], line["key"], line["difference_text"] or ""] != [row[0], row[1], row[5]]:
            wrong.append(row)
        periods = [span(*before), span(*after)]
        if line["sheet"] == "Personnes" and line["column"] is not None:
            names = (of[-3], of[-2], of[-1]) if of[-2] != "all" else None
            wrong += [line] if names is None or line["difference"] is not None else []
        if line["sheet"] != "Chiffres clés" or not line["key"].startswith("persons_") or line["key"][8:] not in STEPS:
            continue
        told_of = [[attack.of(line["key"][8:], "all", "", quarter) for quarter in period] for period in periods]
        for unknowns, cell in zip(told_of, (line["before"], line["after"])):
            if number(cell) not in (None, "s"):
                attack.says(unknowns, number(cell))
        if more not in (None, "s"):
            attack.says(told_of[1], more, told_of[0])
            wrong += [line] if abs(more) < LEAST else []
    return wrong


def prepare(postgres, counts, dice):
    """Puts what was invented in the place of what the demonstration counted."""
    cells = [f"('{first_day(quarter)}','{step}','{dimension}','{value}',{persons})"
             for (quarter, step, dimension, value), persons in counts.items()]
    quarters = ",".join(f"('{first_day(quarter)}',now()-interval '1 day')" for quarter in QUARTERS)
    answers = ",".join(f"('{first_day(quarter)}','{code}',{above},{below},now()-interval '1 day')"
                       for quarter, code, above, below in invent_answers(dice))
    postgres.rows("TRUNCATE person_step; TRUNCATE person_count; DELETE FROM person_quarter; TRUNCATE quarter_figure; "
                  f"INSERT INTO person_quarter (quarter, counted_at) VALUES {quarters}; "
                  f"INSERT INTO quarter_figure (quarter, code, numerator, denominator, counted_at) VALUES {answers}")
    for start in range(0, len(cells), 1000):
        postgres.rows(f"INSERT INTO person_count VALUES {','.join(cells[start:start + 1000])}")


async def body(report):
    dice = random.Random(31)
    postgres = Postgres()
    communes = [tuple(row) for row in postgres.rows(
        "SELECT insee, epci_siren FROM commune WHERE epci_siren IS NOT NULL ORDER BY population DESC NULLS LAST, insee LIMIT 25")]
    counts = invent(communes, dice)
    prepare(postgres, counts, dice)
    files, figures, differences, stats, picture = await publish(report, postgres)
    values = {**FIXED, "epci": sorted({row[1] for row in communes}), "commune": communes}

    def of_step(step):
        known = {} if step in ("received", "accompanied") else {
            name: lines for name, lines in OPEN.items() if name != "contract" or step == "hired"}
        return {**values, **known}

    # Of each grouping the attacker knows that there are more communes than those that persons were made up for.
    values["commune"] = [*communes, *((f"elsewhere {epci}", epci) for epci in values["epci"])]
    started = time.monotonic()
    numbers = [line for lines in files.values() for line in lines if line[4] != "s"]
    small = [line for line in numbers if 0 < line[4] < LEAST]
    attack, targets = Attack(), {}
    for step in STEPS:
        structure(attack, of_step(step), step)
        targets.update(write_down(attack, files, of_step(step), step))
    targets.update(write_answers(attack, figures, stats))
    # The sum of several quarters that one file has no room to tell and another tells is no secret; what is smaller is.
    sums = {plus for plus, minus, _ in attack.equal if not minus}
    targets = {name: unknowns for name, unknowns in targets.items()
               if not (name[1] == "all" and name[3] != name[4] and tuple(sorted(unknowns)) in sums)}
    wrong = write_differences(attack, differences)
    bars = re.findall(r"(20\d\d)-T(\d) : (\d+)", picture)
    for year, quarter, persons in bars:
        attack.says([attack.of("oriented", "all", "", f"{year}-Q{quarter}")], int(persons))
    found, alone = attack.determined(targets, dice)

    def exact(step, dimension, value, quarters):
        return sum(counts[(quarter, step, dimension, value)] for quarter in quarters)

    weak, naive = Attack(), {}
    own = {("2022-Q1", "2022-Q4"): files[("2022-Q1", "2022-Q4")]}
    for step in ("received", "hired"):
        structure(weak, of_step(step), step)
        naive.update(write_down(weak, own, of_step(step), step, exact))
    open_to_attack, _ = weak.determined({name: unknowns for name, unknowns in naive.items() if name[1] in FIXED}, dice)

    report.count("seconds of attack", time.monotonic() - started)
    report.count("figures told", len(numbers))
    report.count("figures withheld", len(targets))
    report.count("of which looked at alone", alone)
    report.count("unknowns", len(attack.names))
    report.count("statements", len(attack.equal) + len(attack.at_most))
    report.count("found when only the small ones are withheld", len(open_to_attack))
    report.claim("nothing under five is told", len(numbers) > 500 and not small, small[:3])
    report.claim("the picture and the public figures say something", bars and any(row["hired"] for row in stats["quarters"]))
    report.claim("differences of 1 to 4 are withheld, and the page says what the JSON does", differences and not wrong, wrong[:3])
    report.claim("the attack finds no withheld figure", len(targets) > 1000 and not found, found[:5])
    report.claim("the attack would find them if only the small ones were withheld", open_to_attack)


if __name__ == "__main__":
    main(body, seconds=300)
