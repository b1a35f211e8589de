#!/usr/bin/env python3
"""The funders' files are what others' programs take: each of the three profiles, on the demonstration, frozen and exported in every
format.

openpyxl opens the workbooks, LibreOffice recalculates them and finds our totals again, `jsonschema` judges the JSON, the canonical
form and its hash are made again here by Python, WeasyPrint makes the PDF. Grants are judged by the published `frictionless` against
the published schema scdl/subventions (`scdl_subventions_schema.json`, OpenDataFrance, Licence Ouverte). Texts that spreadsheets would run, emoji and very long
ones are among them. Runs in the virtual environment of `deploy/faults/run`; without LibreOffice Calc
(`libreoffice-calc-nogui`) everything but its totals is judged, and the script says that they were not. CI uses it.
"""

import concurrent.futures
import csv
import hashlib
import io
import json
import os
import shutil
import subprocess

import frictionless
import jsonschema
import openpyxl

from harness import MEMBER, Postgres, main, pa31, setting, work_file

PROFILES = {"cnsa": "cnsa", "ars": "ars-occitanie", "cd31": "cd31"}
# One after another these become titles of actions; a spreadsheet would run or break on them.
HOSTILE = ['=HYPERLINK("http://x","y")', "+33 1", "-1+2", "@SUM(A1)", "\uff1d1", "👩🏽‍🦽 émoji 𝕏", 'guillemets "et" ; point-virgule',
           "a\u0301" * 90]


def canonical(value):
    """RFC 8785 of what reports hold: texts, whole numbers, decimals of few places."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def export(report, name, *options):
    """One file of a frozen report, by the command."""
    path = work_file(name)
    pa31("report", "export", report, *options, "--output", path)
    with open(path, "rb") as file:
        return path, file.read()


def recalculated(paths):
    """The same workbooks as LibreOffice writes them, every formula worked out anew; nothing without LibreOffice."""
    if not shutil.which("soffice"):
        return {}
    folder = work_file("recalculated")
    os.makedirs(folder, exist_ok=True)

    def convert(kind, files):
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{work_file('office')}", "--headless", "--convert-to", kind, "--outdir", folder,
             *files], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)

    # Through another format, so that no value of ours is merely carried along.
    convert("ods", paths)
    middle = [os.path.join(folder, os.path.splitext(os.path.basename(path))[0]) for path in paths]
    convert("xlsx", [name + ".ods" for name in middle])
    return {path: openpyxl.load_workbook(name + ".xlsx", data_only=True) for path, name in zip(paths, middle)}


def totals(formulas, values):
    """Each total's place and the value that we wrote for it."""
    found = {}
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    found[(sheet.title, cell.coordinate)] = values[sheet.title][cell.coordinate].value
    return found


def freeze(profile):
    """A campaign over the plan's three years: what is missing explained, then submitted."""
    campaign = json.loads(pa31("campaign", "create", "--profile", profile, "--from", "2022-01-01", "--to", "2024-12-31",
                               "--submit-by", "2025-06-30", "--json").stdout)
    shown = json.loads(pa31("campaign", "show", campaign["id"], "--json").stdout)
    pa31("campaign", "explain", campaign["id"], shown["gaps"][0]["gap"], "=Démonstration ; " + shown["gaps"][0]["kind"])
    # The others at once: some hundred commands say no more than one.
    others = ",".join(f"(gen_random_uuid(), '{campaign['id']}', '{gap['gap']}', '=Démonstration', now())" for gap in shown["gaps"][1:])
    Postgres().rows(
        "SELECT begin_operation(gen_random_uuid(), 'campaign.explain', 'campaign', NULL, NULL); "
        f"INSERT INTO campaign_explanation (id, campaign_id, gap, text, written_at) VALUES {others}")
    submitted = json.loads(pa31("report", "submit", campaign["id"], "--json").stdout)
    return submitted["reports"][-1], len(shown["gaps"])


def check_workbook(report, profile, path, office, document, sha256):
    """What openpyxl and LibreOffice say of it."""
    formulas, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    written = totals(formulas, values)
    if office:
        wrong = {place: (value, office[place[0]][place[1]].value) for place, value in written.items()
                 if abs((office[place[0]][place[1]].value or 0) - value) > 1e-6}
    else:
        wrong = "NOT SHOWN: LibreOffice Calc is missing: apt-get install -y --no-install-recommends libreoffice-calc-nogui"
    report.claim(f"{profile}: LibreOffice finds our {len(written)} totals again", written and not wrong, wrong,
                 is_decidable=office is not None)
    running = [(sheet.title, cell.coordinate) for sheet in formulas for row in sheet.iter_rows() for cell in row
               if cell.data_type == "f" and (sheet.title, cell.coordinate) not in written]
    report.claim(f"{profile}: no text is a formula", not running, running[:3])
    for sheet in document["sheets"]:
        page = values[sheet["title"]]
        shown = [[cell.value for cell in row] for row in page.iter_rows(min_row=2, max_row=1 + len(sheet["rows"]),
                                                                      max_col=len(sheet["columns"]))]
        different = []
        for row, cells in zip(sheet["rows"], shown):
            for column, given, cell in zip(sheet["columns"], row, cells):
                if column["kind"] == "cents" and given is not None:
                    same = isinstance(cell, (int, float)) and round(cell * 100) == given
                elif column["kind"] == "day" and given is not None:
                    same = hasattr(cell, "strftime") and cell.strftime("%Y-%m-%d") == given
                elif isinstance(given, (int, float)):
                    same = isinstance(cell, (int, float))
                else:
                    same = (cell or "") in (given or "", "'" + (given or ""))
                if not same:
                    different.append((column["heading"], given, cell))
        report.claim(f"{profile}, {sheet['title']}: real numbers, days and euros, each the document's",
                     len(shown) == len(sheet["rows"]) and not different, different[:3])
        report.claim(f"{profile}, {sheet['title']}: frozen headings and filters",
                     page.freeze_panes is not None and page.auto_filter.ref is not None)
    charts = [chart for sheet in formulas for chart in sheet._charts]  # pylint: disable=protected-access
    report.claim(f"{profile}: two charts", len(charts) == 2, len(charts))
    cover = [str(cell.value) for row in values["Rapport"].iter_rows() for cell in row]
    report.claim(f"{profile}: the cover has the hash", sha256 in cover)


def check_csv(report, profile, sheet, frozen, sha256):
    """The French file and the programs' file of one sheet."""
    _, french = export(frozen["id"], f"{profile}.{sheet['code']}.csv", "--sheet", sheet["code"])
    lines = list(csv.reader(io.StringIO(french.decode("utf-8-sig")), delimiter=";"))
    headings = [column["heading"] for column in sheet["columns"]]
    place = lines.index(headings)
    good = french.startswith(b"\xef\xbb\xbf") and sha256 in french.decode() and len(lines) - place - 1 == len(sheet["rows"])
    report.claim(f"{profile}, {sheet['title']}: the French CSV has every line", good, (place, len(lines), len(sheet["rows"])))
    _, plain = export(frozen["id"], f"{profile}.{sheet['code']}.rfc.csv", "--sheet", sheet["code"], "--dialect", "rfc4180")
    table = list(csv.DictReader(io.StringIO(plain.decode())))
    good = len(table) == len(sheet["rows"]) and all(row["report_sha256"] == sha256 for row in table)
    running = [cell for row in table for cell in row.values() if cell and cell[0] in "=+@\t\r"]
    report.claim(f"{profile}, {sheet['title']}: the programs' CSV too, and no cell is run", good and not running, running[:3])


def judged(path):
    """What frictionless says against a table of grants."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "scdl_subventions_schema.json"), encoding="utf-8") as file:
        schema = frictionless.Schema.from_descriptor(json.load(file))
    result = frictionless.Resource(path=os.path.basename(path), basepath=os.path.dirname(path), schema=schema).validate()
    return [" ".join(map(str, error)) for error in result.flatten(["rowNumber", "fieldName", "type", "message"])]


def check_grants(report):
    """The table of grants, with what its schema could refuse."""
    organisations = {"tme": "35600000000048", "cd31": "22310001700423", "cnsa": "18005106800039"}
    names = {one["code"]: one for one in json.loads(pa31("organisation", "list", "--json").stdout)}
    for code, siret in organisations.items():
        pa31("organisation", "save", code, "--name", names[code]["name"], "--kind", names[code]["kind"], "--siret", siret)
    pa31("grant", "add", "--funder", "cd31", "--beneficiary", "tme", "--signed-on", "2022-06-30", "--amount", "150 835,00",
         "--purpose", "=Plan d'actions, « accompagnement » ; 2022-2024", "--payment", "échelonné", "--paid-from", "2022-07-01",
         "--paid-until", "2024-12-31", "--reference", "CP-2022/06-17")
    pa31("grant", "add", "--funder", "cnsa", "--beneficiary", "tme", "--signed-on", "2021-12-15", "--amount", "0,01",
         "--purpose", "é" * 256, "--paid-from", "2022-01-01")
    unknown = pa31("grant", "add", "--funder", "ars-occitanie", "--beneficiary", "tme", "--signed-on", "2021-12-15", "--amount",
                   "1", "--purpose", "x", "--paid-from", "2022-01-01", check=False)
    report.claim("a grant of who has no SIRET is refused", unknown.returncode == 2, unknown.stderr)
    path = work_file("subventions.csv")
    pa31("grant", "export", "--output", path)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    report.claim("frictionless accepts the table of grants", text.count("\n") == 3 and not judged(path), judged(path))
    broken = work_file("broken.csv")
    with open(broken, "w", encoding="utf-8") as file:
        file.write(text.replace("150835.00", "beaucoup"))
    report.claim("and refuses one that is wrong", judged(broken))


async def body(report):
    listed = json.loads(pa31("action", "list", "--json").stdout)
    for action, title in zip(listed, HOSTILE):
        pa31("action", "edit", action["code"], f"--set-title={title}")
    with open(os.path.join(setting("PA31_SQL_DIRECTORY"), "reference", "report.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    frozen_of, workbooks = {}, {}
    for profile in PROFILES:
        frozen_of[profile] = freeze(profile)
        workbooks[profile], _ = export(frozen_of[profile][0]["id"], f"{profile}.xlsx", "--format", "xlsx")
    offices = recalculated(list(workbooks.values()))
    for profile, funder in PROFILES.items():
        frozen, gaps = frozen_of[profile]
        report.count(f"{profile}: gaps explained", gaps)
        _, content = export(frozen["id"], f"{profile}.json", "--format", "json")
        parsed = json.loads(content)
        errors = [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(parsed)]
        report.claim(f"{profile}: the JSON obeys its schema", not errors, errors[:3])
        document, sha256 = parsed["report"], parsed["sha256"]
        made = canonical(document)
        report.claim(f"{profile}: Python makes the same canonical bytes and hash",
                     made in content and hashlib.sha256(made).hexdigest() == sha256 == frozen["sha256"])
        report.claim(f"{profile}: it is the funder's", document["funder"]["code"] == funder)
        defined = {one["code"] for one in document["definitions"]}
        used = {column["indicator"] for sheet in document["sheets"] for column in sheet["columns"]} - {None}
        figures = {row[0] for sheet in document["sheets"] if sheet["code"] == "figures" for row in sheet["rows"]}
        report.claim(f"{profile}: each figure has its definition", figures and used | figures <= defined, used | figures - defined)
        check_workbook(report, profile, workbooks[profile], offices.get(workbooks[profile]), document, sha256)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda sheet: check_csv(report, profile, sheet, frozen, sha256), document["sheets"]))  # pylint: disable=W0640
        _, page = export(frozen["id"], f"{profile}.html", "--format", "html")
        report.claim(f"{profile}: the page has the hash", sha256.encode() in page)
        if shutil.which("weasyprint"):
            _, paper = export(frozen["id"], f"{profile}.pdf", "--format", "pdf")
            report.claim(f"{profile}: WeasyPrint makes a PDF of it", paper.startswith(b"%PDF-") and len(paper) > 5000)
    check_grants(report)
    verified = json.loads(pa31("report", "verify", "--json").stdout)
    report.count("reports verified", len(verified))
    report.claim("every frozen report is made again the same", len(verified) == 3 and all(
        check["intact"] and not check["remarks"] for check in verified), verified)
    report.count("as", MEMBER)


if __name__ == "__main__":
    main(body, seconds=900)
