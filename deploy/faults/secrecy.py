#!/usr/bin/env python3
"""Nobody finds what reports withhold about persons, with all published files together.

Synthetic persons over three years; campaigns of the three profiles whose periods are the same, follow one another, overlap, and hold
one another; their reports, and the public figures. An attacker writes down everything that those say as one linear programme: the
persons of each quarter, of each line of each table, and what is known of the method. No withheld figure may have only one value that
agrees with it (its minimum is its maximum). What the attacker finds when complementary figures are not withheld shows that it works.
Runs in the virtual environment of `deploy/faults/run`. CI uses it.
"""

import collections
import json
import random

import numpy
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from harness import Postgres, Server, get, main, pa31, setting, work_file

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


def first_day(quarter):
    """`2022-Q3`: 2022-07-01."""
    return f"{quarter[:4]}-{int(quarter[-1]) * 3 - 2:02d}-01"


def last_day(quarter):
    """`2022-Q3`: 2022-09-30."""
    return quarter[:4] + ["-03-31", "-06-30", "-09-30", "-12-31"][int(quarter[-1]) - 1]


def french(quarter):
    """`2022-T3`."""
    return quarter.replace("Q", "T")


def invent(communes, dice):
    """persons[(quarter, step, dimension, value)] of people made up: many in some quarters, few in others."""
    counts = collections.Counter()
    for quarter in QUARTERS:
        for step in STEPS:
            for _ in range(dice.choice([0, 1, 2, 3, 4, 4, 6, 9, 14, 30, 60, 120])):
                person = {name: dice.choices(values, [60 / (place + 1) ** 2 for place in range(len(values))])[0]
                          for name, values in FIXED.items()}
                person["age"], person["age_esf"] = dice.choices(AGES, [9, 1, 40, 2, 12, 1])[0]
                person["commune"], person["epci"] = dice.choices(communes, [40 / (place + 1) for place in range(len(communes))])[0]
                if step not in ("received", "accompanied"):
                    person["job"] = dice.choices(OPEN["job"], [30, 10, 4, 2, 1])[0]
                    person["structure_kind"] = dice.choices(OPEN["structure_kind"], [30, 20, 4, 2, 1])[0]
                if step == "hired":
                    person["contract"] = dice.choices(OPEN["contract"], [30, 8, 3, 1])[0]
                for dimension, value in [("all", ""), *person.items()]:
                    counts[(quarter, step, dimension, value)] += 1
    return counts


class Attack:
    """The linear programme of one step."""

    def __init__(self):
        self.names, self.equal, self.most = {}, [], {}

    def of(self, *name):
        """The number of an unknown: never negative."""
        return self.names.setdefault(name, len(self.names))

    def says(self, unknowns, value, minus=()):
        """What is known: a sum, or a sum that equals another's."""
        self.equal.append((list(unknowns), list(minus), value))

    def ranges(self, targets):
        """For each sum of unknowns, the least and the most it can be."""
        rows, columns, data, right = [], [], [], []
        for place, (plus, minus, value) in enumerate(self.equal):
            for unknowns, sign in ((plus, 1), (minus, -1)):
                rows += [place] * len(unknowns)
                columns += unknowns
                data += [sign] * len(unknowns)
            right.append(value)
        size = len(self.names)
        matrix = csr_matrix((data, (rows, columns)), shape=(len(right), size))
        bounds = [(0, self.most.get(number)) for number in range(size)]
        for name, unknowns in targets.items():
            found = []
            for sign in (1, -1):
                cost = numpy.zeros(size)
                cost[unknowns] = sign
                solved = linprog(cost, A_eq=matrix, b_eq=right, bounds=bounds, method="highs")
                if solved.status == 2:
                    raise RuntimeError(f"what is published of {name} contradicts itself")
                found.append(sign * solved.fun if solved.status == 0 else float("inf"))
            yield name, found[0], found[1]


def structure(attack, values):
    """What everybody knows: in each quarter each table adds up to everybody, groupings are their communes, ages are ages."""
    for quarter in QUARTERS:
        everybody = attack.of("all", "", quarter)
        for dimension, known in values.items():
            if dimension != "commune":
                attack.says([attack.of(dimension, value, quarter) for value in known], 0, [everybody])
        for epci in values["epci"]:
            inside = [attack.of("commune", commune, quarter) for commune, of in values["commune"] if of == epci]
            attack.says(inside, 0, [attack.of("epci", epci, quarter)])
        for place, dimension in enumerate(("age", "age_esf")):
            for value in FIXED[dimension]:
                atoms = [attack.of("atom", atom, quarter) for atom in AGES if atom[place] == value]
                attack.says(atoms, 0, [attack.of(dimension, value, quarter)])


def write_down(attack, files, values, step, primary_only=None):
    """Every published figure of a step; answers those that are withheld, each with its unknowns."""
    targets = {}
    for (first, last), lines in files.items():
        quarters = [quarter for quarter in QUARTERS if first <= quarter <= last]
        shown = collections.defaultdict(set)
        for line in lines:
            if line["step"] == step and not line["value"].startswith("other"):
                shown[line["dimension"]].add(line["value"])
        for line in lines:
            if line["step"] != step:
                continue
            dimension, value, persons = line["dimension"], line["value"], line["persons"]
            own = quarters
            if dimension == "all" and "à" not in line["period"]:
                own = [line["period"].replace("T", "Q")]
            if value.startswith("other"):
                epci = value.partition(":")[2]
                rest = [one for one in values[dimension] if (one[0] if dimension == "commune" else one) not in shown[dimension]]
                if dimension == "commune":
                    rest = [one[0] for one in rest if one[1] == epci]
                unknowns = [attack.of(dimension, one, quarter) for one in rest for quarter in own]
            else:
                unknowns = [attack.of(dimension, value, quarter) for quarter in own]
            if primary_only is not None and dimension in FIXED:
                exact = primary_only(step, dimension, value, own)
                persons = exact if exact >= LEAST else "s"
            if persons != "s":
                attack.says(unknowns, persons)
            else:
                targets[(dimension, value, own[0], own[-1])] = unknowns
                if dimension == "all" and len(own) == 1:
                    # Who knows the method knows that.
                    attack.most[unknowns[0]] = LEAST - 1
    return targets


async def publish(report):
    """Makes the campaigns, and reads what the profiles and the public are shown."""
    files = {}
    differ = []
    for profile, first, last in CAMPAIGNS:
        pa31("campaign", "create", "--profile", profile, "--from", first_day(first), "--to", last_day(last), "--submit-by", "2026-12-31")
    for profile, first, last in CAMPAIGNS:
        path = work_file(f"secrecy-{profile}-{first}-{last}.json")
        pa31("report", "preview", "--profile", profile, "--quarter", first, "--until", last, "--format", "json", "--output", path)
        with open(path, encoding="utf-8") as file:
            sheet = next(sheet for sheet in json.load(file)["report"]["sheets"] if sheet["subject"] == "persons")
        fields = [column["field"] for column in sheet["columns"]]
        lines = [dict(zip(fields, row)) for row in sheet["rows"]]
        if files.setdefault((first, last), lines) != lines:
            differ.append((profile, first, last))
    report.claim("every profile shows the same persons of the same period", not differ, differ)
    async with Server({"PA31_CLOCK": "off"}) as server:
        stats = json.loads((await get(server.port, "/v1/stats")).body)
    known = {line["period"]: line["persons"] for line in files[("2022-Q1", "2024-Q4")]
             if line["step"] == "hired" and line["dimension"] == "all"}
    wrong = [row for row in stats["quarters"] if (row["hired"] if row["hired"] is not None else "s") != known.get(row["quarter"])]
    report.claim("the public figures are the reports', and no others", stats["quarters"] and not wrong, wrong)
    report.count("files", len(CAMPAIGNS))
    return files


async def body(report):
    dice = random.Random(31)
    postgres = Postgres()
    communes = postgres.rows(
        "SELECT insee, epci_siren FROM commune WHERE epci_siren IS NOT NULL ORDER BY population DESC NULLS LAST, insee LIMIT 25")
    counts = invent([tuple(row) for row in communes], dice)
    cells = [f"('{first_day(quarter)}','{step}','{dimension}','{value}',{persons})"
             for (quarter, step, dimension, value), persons in counts.items()]
    quarters = ",".join(f"('{first_day(quarter)}',now()-interval '1 day')" for quarter in QUARTERS)
    postgres.rows("TRUNCATE person_step; TRUNCATE person_count; DELETE FROM person_quarter; "
                  f"INSERT INTO person_quarter (quarter, counted_at) VALUES {quarters}")
    for start in range(0, len(cells), 1000):
        postgres.rows(f"INSERT INTO person_count VALUES {','.join(cells[start:start + 1000])}")
    files = await publish(report)
    values = {**FIXED, "epci": sorted({row[1] for row in communes}), "commune": [tuple(row) for row in communes]}
    steps = ["received", "hired"] if setting("FAULTS_SHORT") == "1" else STEPS

    withheld = told = 0
    found, naive = [], []
    wrong = []
    for step in steps:
        of_step = dict(values)
        if step not in ("received", "accompanied"):
            of_step.update({name: known for name, known in OPEN.items() if name != "contract" or step == "hired"})
        for lines in files.values():
            for line in lines:
                if line["step"] == step and line["persons"] != "s":
                    told += 1
                    if line["persons"] < LEAST and line["persons"] != 0:
                        wrong.append(line)
        attack = Attack()
        structure(attack, of_step)
        targets = write_down(attack, files, of_step, step)
        withheld += len(targets)
        found += [(step, *name, least) for name, least, most in attack.ranges(targets) if most - least < 0.5]

        def exact(step, dimension, value, quarters):
            return sum(counts[(quarter, step, dimension, value)] for quarter in quarters)

        weak = Attack()
        structure(weak, of_step)
        own = {("2022-Q1", "2022-Q4"): files[("2022-Q1", "2022-Q4")]}
        open_to_attack = {name: unknowns for name, unknowns in write_down(weak, own, of_step, step, exact).items() if name[0] in FIXED}
        naive += [name for name, least, most in weak.ranges(open_to_attack) if most - least < 0.5]
    report.count("figures told", told)
    report.count("figures withheld", withheld)
    report.count("found when only the small ones are withheld", len(naive))
    report.claim("nothing under five is told", told > 100 and not wrong, wrong[:3])
    report.claim("the attack finds no withheld figure", withheld > 200 and not found, found[:5])
    report.claim("the attack would find them if only the small ones were withheld", naive)


if __name__ == "__main__":
    main(body, seconds=300)
