"""Django and psycopg: the same answers from the same database. gunicorn serves `application`."""

import json
import re
import uuid

import django
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

import peer
from peer import Statements

settings.configure(
    ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=[], USE_TZ=True, TIME_ZONE="UTC", SECRET_KEY="only for measuring",
    DATABASES={
        name: {
            "ENGINE": "django.db.backends.postgresql", "HOST": peer.SOCKET, "NAME": peer.DATABASE, "USER": login,
            "CONN_MAX_AGE": None, "OPTIONS": {"options": " ".join(f"-c {name}={value}" for name, value in peer.OPTIONS.items())}}
        for name, login in (("default", "pa31_public"), ("members", "pa31_app"))})
django.setup()

# Django must be set up first.
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import connections, transaction  # noqa: E402
from django.http import Http404, HttpResponse, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.http import require_GET, require_POST  # noqa: E402

TOKENS = peer.Tokens()
# PostgreSQL's types that come as text and are documents: json, jsonb.
DOCUMENTS = {114, 3802}
TEXTS = {}


def fetch(statement, alias="default", **variables):
    """The rows of a statement."""
    text = TEXTS.get(statement.sql)
    if text is None:
        # Django's placeholders have no numbers; each value stands once, in order.
        text = TEXTS[statement.sql] = re.sub(r"\$\d+", "%s", statement.sql.replace("%", "%%"))
    with connections[alias].cursor() as cursor:
        cursor.execute(text, statement.values(**variables))
        if cursor.description is None:
            return []
        names = [column.name for column in cursor.description]
        documents = [index for index, column in enumerate(cursor.description) if column.type_code in DOCUMENTS]
        rows = []
        for row in cursor.fetchall():
            values = list(row)
            for index in documents:
                if isinstance(values[index], str):
                    values[index] = json.loads(values[index])
            rows.append(dict(zip(names, values)))
        return rows


def answer(request, value, tag=None):
    """A value as JSON, or 304 when the client has it."""
    response = JsonResponse(value, encoder=DjangoJSONEncoder)
    tag = tag or peer.etag(response.content)
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    response.headers["ETag"] = tag
    return response


def page(rows, limit, key):
    """A page of a list: one row more was asked for, to know whether there is a next."""
    cursor = "|".join(str(rows[limit - 1][name]) for name in key) if len(rows) > limit else None
    return {"items": rows[:limit], "next_cursor": cursor}


@require_GET
def read(request, finess):
    rows = fetch(Statements.structure, finess=finess)
    if not rows:
        raise Http404
    return answer(request, rows[0] | {"other_structures": fetch(Statements.others, finess=finess)})


@require_GET
def find(request):
    given = request.GET
    limit = int(given["limit"])
    if "q" not in given:
        return answer(request, page(fetch(Statements.list, kind=given["kind"]), limit, ("sort_name", "finess")))
    latitude, longitude = given["near"].split(",")
    rows = fetch(
        Statements.search, kind=given["kind"], q=given["q"], latitude=latitude, longitude=longitude,
        radius=given["radius_km"])
    return answer(request, page(rows, limit, ("distance_m", "finess")))


def member_of(request):
    """Who calls; None when nobody."""
    digest = TOKENS.hash_of(request.headers.get("Authorization"))
    member = TOKENS.remembered(digest)
    if member is None:
        found = fetch(Statements.token, "members", hash=digest, hour=peer.before(3600), now=peer.before(0))
        member = TOKENS.remember(digest, found[0]) if found else None
    return member


@require_POST
def move(request, code):
    member = member_of(request)
    if member is None:
        return HttpResponse(status=401)
    if "write" not in member["scopes"]:
        return HttpResponse(status=403)
    body = json.loads(request.body)
    names = {"member": str(member["member_id"]), "organisation": str(member["organisation_id"])}
    with transaction.atomic("members"):
        fetch(Statements.introduce, "members", request=str(uuid.uuid4()), now=peer.before(0), **names)
        found = fetch(Statements.current, "members", code=code, **names)
        if not found or not found[0]["is_lead"]:
            return HttpResponse(status=404)
        current = found[0]
        fetch(Statements.record, "members", operation_id=str(uuid.uuid4()), action=current["id"])
        refused = refusal(request, body, current)
        if refused:
            transaction.set_rollback(True, "members")
            return HttpResponse(status=refused)
        fetch(Statements.update, "members", to=body["to"], reason=body.get("reason"), action=current["id"])
        row = fetch(Statements.row, "members", code=code, **names)[0]
    return answer(request, row, f'"{row["version"]}"')


def refusal(request, body, current):
    """The status of what is wrong with a move; None when nothing is."""
    if peer.version_of(request.headers.get("If-Match")) != current["version"]:
        return 412
    if (current["status"], body["to"]) not in peer.MOVES:
        return 409
    if peer.MOVES[current["status"], body["to"]] and not body.get("reason"):
        return 422
    return None


@require_POST
def accept(request, orientation):
    member = member_of(request)
    if member is None:
        return HttpResponse(status=401)
    if "write" not in member["scopes"]:
        return HttpResponse(status=403)
    names = {
        "member": str(member["member_id"]), "organisation": str(member["organisation_id"]), "orientation": orientation}
    with transaction.atomic("members"):
        fetch(Statements.orientation_introduce, "members", **names)
        found = fetch(Statements.orientation_current, "members", **names)
        if not found or found[0]["receiver_id"] != member["organisation_id"]:
            return HttpResponse(status=404)
        current = found[0]
        names |= peer.concerned(current)
        fetch(Statements.orientation_record, "members", **names)
        refused = None
        if peer.version_of(request.headers.get("If-Match")) != current["version"]:
            refused = 412
        elif (current["state"], json.loads(request.body)["to"]) != peer.ACCEPTING:
            refused = 409
        if refused:
            transaction.set_rollback(True, "members")
            return HttpResponse(status=refused)
        for statement in Statements.orientation_rest:
            rows = fetch(statement, "members", **names)
        row = rows[0]
    return answer(request, row, f'"{row["version"]}"')


urlpatterns = [
    path("v1/structures", find), path("v1/structures/<str:finess>", read), path("v1/actions/<str:code>/transitions", move),
    path("v1/orientations/<str:orientation>/transitions", accept)]
application = WSGIHandler()
