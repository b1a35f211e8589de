#!/usr/bin/env python3
"""The directory's interchange is what the published `data-inclusion-schema` accepts, record by record, without one error and
without one of its warnings; and it holds every open structure but those it names.

On the demonstration's directory, which is the real one of Haute-Garonne, and on some structures whose every field is filled
or is what the schema refuses. Runs in the virtual environment of `deploy/faults/run`. CI uses it.
"""

import csv
import json

from data_inclusion.schema import v1
from pydantic import ValidationError

from harness import Server, get, main, pa31, work_file

COLUMNS = ("finess usual_name legal_name category insee siret street address_extra postal_code city latitude longitude phone "
           "email website legal_entity_finess legal_status").split()
FULL = ["500", "31555", "21310555400017", "1 place du Capitole", "Hall B", "31000", "TOULOUSE", "43.6045", "1.4442"]
EXTREMES = [
    ["310000018", "EHPAD Complet", "", *FULL, "0561000000", "contact@mairie-toulouse.fr", "https://www.toulouse.fr/a?b=c#d",
     "310000901", "17"],
    ["310000026", "SAD au nom de point.", "", "460", *FULL[1:], "+33 (0)5 61 00 00 00", "a@b.test", "http://x.y..z/",
     "310000901", "17"],
    ["310000034", "N" * 151, "Le nom entier", "460", *FULL[1:], "3939", "é@toulouse.fr", "https://toulouse.fr:99999/",
     "310000901", "17"],
    ["310000042", "N" * 151, "M" * 200, "246", *FULL[1:], "0262000000", "a..b@toulouse.fr", "https://a_b.fr/é", "", ""],
    ["310000059", "XY", "", "247", "31555", *[""] * 10, "", ""],
]
# What is hidden in a record that is wrong; each must be refused, or this script would prove nothing.
BROKEN = [{"nom": "X"}, {"date_maj": "2999-01-01"}, {"code_postal": "310"}, {"courriel": "a@b"}, {"site_web": "toulouse"},
          {"reseaux_porteurs": ["none"]}, {"nom": "Un point."}]


def refusals(model, record):
    """What the package says against a record, its warnings too, and the fields that it does not know."""
    wrong = [f"{name}: unknown field" for name in set(record) - set(model.model_fields)]
    try:
        model.model_validate(record, context={"ignore_warnings": False})
    except ValidationError as error:
        wrong += [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
    return [f"{record.get('id')} {text}" for text in wrong]


async def body(report):
    extremes = work_file("extremes.csv")
    with open(extremes, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *EXTREMES])
    before = json.loads(pa31("structure", "export").stdout)
    pa31("structure", "import", extremes, "--partial", "--apply")
    pa31("structure", "edit", "310000018", "--set-opening-hours", "Mo-Fr 09:00-18:00; PH off", "--set-capacity", "80",
         "--set-service-area", "31,243100518,31483", "--set-publics", "elderly,carers")
    exported = work_file("export.json")
    summary = json.loads(pa31("structure", "export", "--format", "data-inclusion", "--output", exported, "--site",
                              "https://autonomie.haute-garonne.fr/", "--json").stdout)
    with open(exported, encoding="utf-8") as file:
        document = json.load(file)
    structures, services = document["structures"], document["services"]
    report.count("structures", len(structures))
    report.count("services", len(services))
    report.count("left out", len(document["left_out"]))

    wrong = [text for record in structures for text in refusals(v1.Structure, record)]
    report.claim("every structure is accepted", structures and not wrong, wrong[:5])
    wrong = [text for record in services for text in refusals(v1.Service, record)]
    report.claim("every service is accepted", services and not wrong, wrong[:5])
    accepted = [broken for broken in BROKEN if not refusals(v1.Structure, {**structures[0], **broken})]
    report.claim("what is wrong is refused", not accepted, accepted)

    ids = {record["id"] for record in structures}
    strays = [record["id"] for record in services if record["structure_id"] not in ids]
    report.claim("every service is of a structure that is there", not strays, strays[:5])
    report.claim("every id is used once", len(ids) == len(structures)
                 and len({record["id"] for record in services}) == len(services))
    names = sorted((one["finess"], one["reason"]) for one in document["left_out"])
    report.claim("what can't be held is left out by name, nothing else", names == [("310000042", "name"), ("310000059", "name")]
                 and before["left_out"] == [] and len(structures) == len(before["structures"]) + 3 >= 682 + 3,
                 (names, len(structures), len(before["structures"])))
    report.claim("the command counts the same", summary["structures"] == len(structures)
                 and summary["services"] == len(services) and len(summary["left_out"]) == len(names), summary)

    by_id = {record["id"].rpartition("--")[2]: record for record in structures}
    full = {name: value for name, value in by_id["310000018"].items() if value is None}
    report.claim("a structure of which all is known has every field", not full, full)
    values = [by_id[number][name] for number in ("310000026", "310000034") for name in ("nom", "telephone", "courriel", "site_web")]
    expected = ["SAD au nom de point", "+33561000000", None, None, "Le nom entier", "3939", None, None]
    report.claim("what the schema refuses is null or in its form", values == expected, values)

    async with Server() as server:
        answer = await get(server.port, "/v1/exports/data-inclusion")
    served = json.loads(answer.body)
    for record in structures + services:
        record["lien_source"] = None
    report.claim("the server gives anybody the same", answer.status == 200 and served == document,
                 (answer.status, answer.body[:200]))


if __name__ == "__main__":
    main(body, seconds=240)
