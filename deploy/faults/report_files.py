#!/usr/bin/env python3
"""The funders' files are what others' programs take: each of the three profiles, on the demonstration, frozen and exported in every
format; and they are the same on another machine.

openpyxl opens the workbooks, LibreOffice recalculates them, and adds the French CSV up, and finds our totals again; `jsonschema` judges the
JSON, the canonical form and its hash are made again here by Python, WeasyPrint makes the PDF. Grants are judged by the published
`frictionless` against the published schema scdl/subventions (`scdl_subventions_schema.json`, OpenDataFrance, Licence Ouverte). Texts that
spreadsheets would run, emoji and some of 30,000 characters are among them. A dump is restored into a second cluster with another language
and time zone, and verified there from another directory. Progress shows on a terminal only. Runs in the virtual environment of
`deploy/faults/run`; without LibreOffice Calc (`libreoffice-calc-nogui`) everything but its totals is judged, and the script says that they
were not. CI uses it.
"""

import concurrent.futures
import csv
import hashlib
import io
import json
import os
import pty
import re
import shutil
import subprocess
import time

import frictionless
import jsonschema
import openpyxl

from harness import MEMBER, Postgres, die_with_parent, main, pa31, setting, work_file
from secrecy import Tables, number

PROFILES = {"cnsa": "cnsa", "ars": "ars-occitanie", "cd31": "cd31"}
# One after another these become titles of actions; a spreadsheet would run or break on them.
HOSTILE = ['=HYPERLINK("http://x","y")', "+33 1", "-1+2", "@SUM(A1)", "\uff1d1", "👩🏽‍🦽 émoji 𝕏", 'guillemets "et" ; point-virgule',
           "a\u0301" * 90]
# As long as no form lets anybody write, and nearly as long as Excel's cells (32,767 units of UTF-16); the last is longer.
LONG = ["=" + "é" * 29_999, "\t" + "x " * 14_999, "@" + "😀" * 16_000, "🧑🏽‍🦽 " * 3_700]


def canonical(value):
    """RFC 8785 of what reports hold: texts, whole numbers, decimals of few places."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def export(report, name, *options):
    """One file of a frozen report, by the command."""
    path = work_file(name)
    pa31("report", "export", report, *options, "--output", path)
    with open(path, "rb") as file:
        return path, file.read()


def recalculated(books, tables):
    """The same workbooks as LibreOffice writes them, every formula worked out anew, and the tables of French CSV as a person in France
    opens them; nothing without LibreOffice."""
    if not shutil.which("soffice"):
        return {}
    folder = work_file("recalculated")
    os.makedirs(folder, exist_ok=True)

    def convert(kind, files, *options):
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{work_file('office')}", "--headless", *options, "--convert-to", kind, "--outdir",
             folder, *files], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)

    def place(path, ending):
        return os.path.join(folder, os.path.splitext(os.path.basename(path))[0] + ending)

    # Through another format, so that no value of ours is merely carried along.
    convert("ods", books)
    convert("xlsx", [place(path, ".ods") for path in books])
    # ; between cells, " around them, UTF-8, French.
    convert("xlsx", tables, "--infilter=CSV:59,34,76,1,,1036,false,true")
    return {path: openpyxl.load_workbook(place(path, ".xlsx"), data_only=True) for path in [*books, *tables]}


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
                    same = (cell or "") in (given or "", "'" + (given or "")) or (
                        str(cell).endswith(" […]") and len(given.encode("utf-16-le")) // 2 > 32_700 and len(str(cell)) > 10_000
                        and ("'" + given).lstrip("'").startswith(str(cell)[:-4].lstrip("'")))
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


def check_csv(report, profile, sheet, frozen, sha256, office):
    """The French file and the programs' file of one sheet."""
    path, french = export(frozen["id"], f"{profile}.{sheet['code']}.csv", "--sheet", sheet["code"])
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
    texts = [place for place, column in enumerate(sheet["columns"]) if column["kind"] == "text"]
    # Apostrophes and a sign: one more was put before them.
    lost = [cell for given, row in zip(sheet["rows"], table) for place, cell in enumerate(list(row.values())[:len(given)])
            if place in texts and cell not in (given[place] or "", "'" + (given[place] or ""))]
    report.claim(f"{profile}, {sheet['title']}: its texts are whole", not lost, lost[:1])
    if path in office:
        rows = [row for row in office[path].active.iter_rows(values_only=True)][place + 1:]
        wrong = []
        for column, total in zip(range(len(headings)), sheet["totals"]):
            if sheet["columns"][column]["total"] == {"kind": "sum"}:
                found = sum(row[column] for row in rows if isinstance(row[column], (int, float)))
                if abs(found - (total / 100 if sheet["columns"][column]["kind"] == "cents" else total)) > 1e-6:
                    wrong.append((headings[column], total, found))
        report.claim(f"{profile}, {sheet['title']}: LibreOffice adds the French CSV up to our totals", not wrong, wrong)


def check_page(report, profile, page, document, sha256):
    """The page: every column, every line, our totals; each figure leads to what it means."""
    report.claim(f"{profile}: the page has the hash", sha256 in page)
    tables = Tables(page).tables
    wrong = []
    for sheet in document["sheets"]:
        rows = tables.get(sheet["title"], [])
        has_total = any(column["total"] for column in sheet["columns"])
        if rows[:1] != [[column["heading"] for column in sheet["columns"]]] or len(rows) != 1 + len(sheet["rows"]) + has_total:
            wrong.append((sheet["title"], len(rows)))
        for column, total, cell in zip(sheet["columns"], sheet["totals"], rows[-1] if has_total else []):
            if total is not None and number(cell.removesuffix("€").removesuffix("%")) != (
                    total / 100 if column["kind"] == "cents" else total):
                wrong.append((sheet["title"], column["heading"], total, cell))
    report.claim(f"{profile}: the page has every column, line and total", not wrong, wrong[:3])
    leads = set(re.findall(r'href="#(definition-[a-z0-9_]+)"', page))
    report.claim(f"{profile}: each link of a figure leads to its definition",
                 len(leads) > 20 and all(f'<dt id="{lead}">' in page for lead in leads), len(leads))


def check_progress(report):
    """A bar on a terminal, nothing into a file or a pipe."""
    command = [setting("PA31_BINARY"), "report", "preview", "--profile", "cnsa", "--quarter", "2023-Q1", "--format", "json"]
    environment = {**os.environ, "PA31_MEMBER": MEMBER, "LC_ALL": "fr_FR.UTF-8"}
    ours, theirs = pty.openpty()
    with open(os.devnull, "wb") as nowhere:
        done = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=nowhere, stderr=theirs)
        os.close(theirs)
        shown = b""
        while True:
            try:
                more = os.read(ours, 4096)
            except OSError:
                break
            if not more:
                break
            shown += more
        os.close(ours)
        done.wait()
    steps = re.findall(r"Rapport [█░]{30} (\d+)/(\d+)", shown.decode(errors="replace"))
    report.claim("a terminal is shown how far a report is, to its end",
                 done.returncode == 0 and len(steps) > 3 and steps[-1][0] == steps[-1][1], shown[-200:])
    silent = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                            check=False)
    report.claim("a file is not", silent.returncode == 0 and not silent.stderr, silent.stderr[:200])


PORT = "5433"


def other_cluster(postgres, home):
    """A second PostgreSQL: French order of letters where it can, the far side of the date line, days before months."""
    postgres.as_owner("rm", "-rf", home)
    start = [os.path.join(postgres.bin, "initdb"), "--pgdata", home, "--username", "postgres", "--encoding", "UTF8", "--auth", "trust",
             "--no-sync", "--locale", "C"]
    language = "fr-FR"
    if postgres.as_owner(*start, "--locale-provider", "icu", "--icu-locale", language) != 0:
        language = "C"
        if postgres.as_owner(*start) != 0:
            raise RuntimeError("initdb failed")
    settings = {"port": PORT, "listen_addresses": "", "unix_socket_directories": postgres.socket, "timezone": "Pacific/Kiritimati",
                "datestyle": "German, DMY", "intervalstyle": "sql_standard", "extra_float_digits": "0", "bytea_output": "escape",
                "fsync": "off", "logging_collector": "off"}
    identity = {"user": postgres.user, "group": postgres.user, "extra_groups": []} if os.geteuid() == 0 else {}
    process = subprocess.Popen(
        [os.path.join(postgres.bin, "postgres"), "-D", home, *[part for name, value in settings.items() for part in ("-c", f"{name}={value}")]],
        cwd="/", env={"LC_ALL": "C", "PATH": os.environ["PATH"]}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, preexec_fn=die_with_parent, **identity)
    for _ in range(200):
        if postgres.as_owner(os.path.join(postgres.bin, "pg_isready"), "-q", "-h", postgres.socket, "-p", PORT) == 0:
            return process, language
        time.sleep(0.1)
    process.kill()
    raise RuntimeError("the second PostgreSQL did not start")


def check_elsewhere(report, frozen_of):
    """The same database on what is nearly another machine: every report is made again the same, and so are previews."""
    postgres = Postgres()
    home = os.path.join(os.path.dirname(postgres.data), "other")
    process, language = other_cluster(postgres, home)
    try:
        dump, here = work_file("dump"), f"host={postgres.socket} user=postgres"
        there = f"{here} port={PORT}"
        bootstrap = os.path.join(setting("PA31_SQL_DIRECTORY"), "bootstrap.sql")
        for name, *arguments in (
                ("pg_dump", "-Fc", "-f", dump, f"{here} dbname={postgres.database}"),
                ("psql", "-XAtq", "-c", f"CREATE DATABASE {postgres.database} TEMPLATE template0 ENCODING 'UTF8'", f"{there} dbname=postgres"),
                ("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", bootstrap, f"{there} dbname={postgres.database}"),
                ("pg_restore", "--exit-on-error", "--single-transaction", "-d", f"{there} dbname={postgres.database}", dump)):
            subprocess.run([os.path.join(postgres.bin, name), *arguments], check=True, capture_output=True, stdin=subprocess.DEVNULL)
        folder = work_file("elsewhere")
        os.makedirs(folder, exist_ok=True)
        other = {"PA31_DATABASE_URL": f"postgresql:///{postgres.database}?host={postgres.socket}&port={PORT}", "LC_ALL": "tr_TR.UTF-8",
                 "LANG": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "TMPDIR": folder, "HOME": folder}
        verified = json.loads(pa31("report", "verify", "--json", environment=other, directory=folder).stdout)
        same = {check["sha256"] for check in verified} == {frozen["sha256"] for frozen, _ in frozen_of.values()}
        report.claim("on another machine every report is made again the same, workbooks too",
                     same and all(check["intact"] and not check["remarks"] for check in verified), verified)
        differ = []
        for kind in ("html", "json"):
            command = ["report", "preview", "--profile", "cnsa", "--quarter", "2022-Q1", "--until", "2024-Q4", "--as-of", "2024-12-31",
                       "--format", kind, "--output"]
            paths = [work_file(f"here.{kind}"), work_file(f"there.{kind}")]
            pa31(*command, paths[0])
            pa31(*command, paths[1], environment=other, directory=folder)
            with open(paths[0], "rb") as one, open(paths[1], "rb") as another:
                if one.read() != another.read():
                    differ.append(kind)
        report.claim("and so is what would be reported of the past", not differ, differ)
        report.count("the other machine's language", language)
    finally:
        process.terminate()
        process.wait()
        postgres.as_owner("rm", "-rf", home)


def check_altered(report, frozen_of):
    """One frozen report is altered behind every guard: that one is named, no other."""
    victim = frozen_of["ars"][0]["id"]
    Postgres().rows("SET session_replication_role = replica; "
                    f"UPDATE report SET document = replace(document, 'ars', 'arz') WHERE id = '{victim}'")
    done = pa31("report", "verify", "--json", check=False)
    wrong = [check["id"] for check in json.loads(done.stdout) if not check["intact"]]
    report.claim("an altered report is found, and which one it is", done.returncode == 1 and wrong == [victim], wrong)


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


def check_paper(report):
    """A PDF of each profile, where WeasyPrint is."""
    for profile in PROFILES if shutil.which("weasyprint") else []:
        path = work_file(f"{profile}.pdf")
        pa31("report", "preview", "--profile", profile, "--quarter", "2024-Q1", "--format", "pdf", "--output", path)
        with open(path, "rb") as file:
            paper = file.read()
        report.claim(f"{profile}: WeasyPrint makes a PDF of it", paper.startswith(b"%PDF-") and len(paper) > 5000)


def write_hostile():
    """Puts texts into the plan that files could break on."""
    listed = json.loads(pa31("action", "list", "--json").stdout)
    for action, title in zip(listed, HOSTILE):
        pa31("action", "edit", action["code"], f"--set-title={title}")
    return listed


def write_long(listed):
    """And the longest, by hand, for no form takes them. On paper, where WeasyPrint breaks lines for minutes, they are not asked for."""
    changes = "; ".join(
        f"UPDATE action SET title = $long${title}$long$ WHERE code = '{action['code']}'"
        for action, title in zip(listed[len(HOSTILE):], LONG))
    path = work_file("long.sql")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"""
            ALTER TABLE action DROP CONSTRAINT action_title_text;
            BEGIN;
            SELECT set_config('pa31.caller', 'system', true), begin_operation(gen_random_uuid(), 'test.long', 'action', NULL, NULL);
            {changes};
            COMMIT;
            -- Reports are of the end of a past day.
            SET session_replication_role = replica;
            UPDATE audit_log SET at = at - interval '2 days' WHERE operation IN ('action.edit', 'test.long');""")
    subprocess.run(Postgres().psql_command("-f", path), check=True, capture_output=True, stdin=subprocess.DEVNULL)


async def body(report):
    spent, started = [], time.monotonic()

    def part(name):
        spent.append((name, time.monotonic() - started - sum(seconds for _, seconds in spent)))

    listed = write_hostile()
    check_paper(report)
    part("paper")
    write_long(listed)
    with open(os.path.join(setting("PA31_SQL_DIRECTORY"), "reference", "report.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    frozen_of, workbooks, tables = {}, {}, []
    for profile in PROFILES:
        frozen_of[profile] = freeze(profile)
        frozen = frozen_of[profile][0]["id"]
        workbooks[profile], _ = export(frozen, f"{profile}.xlsx", "--format", "xlsx")
        tables += [export(frozen, f"{profile}.{sheet}.csv", "--sheet", sheet)[0] for sheet in ("money", "actions")]
    part("freezing")
    offices = recalculated(list(workbooks.values()), tables)
    part("LibreOffice")
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
        long = {cell for sheet in document["sheets"] for row in sheet["rows"] for cell in row if isinstance(cell, str) and len(cell) > 9_000}
        report.claim(f"{profile}: the longest texts are in it", long and long <= set(LONG), len(long))
        defined = {one["code"] for one in document["definitions"]}
        used = {column["indicator"] for sheet in document["sheets"] for column in sheet["columns"]} - {None}
        figures = {row[0] for sheet in document["sheets"] if sheet["code"] == "figures" for row in sheet["rows"]}
        report.claim(f"{profile}: each figure has its definition", figures and used | figures <= defined, used | figures - defined)
        check_workbook(report, profile, workbooks[profile], offices.get(workbooks[profile]), document, sha256)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda sheet: check_csv(report, profile, sheet, frozen, sha256, offices),  # pylint: disable=W0640
                          document["sheets"]))
        _, page = export(frozen["id"], f"{profile}.html", "--format", "html")
        check_page(report, profile, page.decode(), document, sha256)
        part(profile)
    check_grants(report)
    verified = json.loads(pa31("report", "verify", "--json").stdout)
    report.count("reports verified", len(verified))
    report.claim("every frozen report is made again the same", len(verified) == 3 and all(
        check["intact"] and not check["remarks"] for check in verified), verified)
    part("verifying")
    check_progress(report)
    part("progress")
    check_elsewhere(report, frozen_of)
    part("elsewhere")
    check_altered(report, frozen_of)
    report.count("seconds of each part", {name: round(seconds, 1) for name, seconds in spent})
    report.count("as", MEMBER)


if __name__ == "__main__":
    main(body, seconds=900)
