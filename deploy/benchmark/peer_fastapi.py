"""FastAPI, asyncpg and orjson: the same answers from the same database."""

import contextlib
import uuid

import asyncpg
import orjson
from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel

import peer
from peer import Statements

POOLS = {}
TOKENS = peer.Tokens()


async def prepare(connection):
    """Types as the statements' values are given: texts; documents as Python values."""
    for name in ("date", "timestamptz", "uuid", "bytea", "int4", "int8", "float8", "numeric", "bool"):
        decoder = {"int4": int, "int8": int, "float8": float, "numeric": float, "bool": lambda text: text == "t"}.get(name, str)
        await connection.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=decoder, format="text")
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=orjson.loads, format="text")
    await connection.set_type_codec("json", schema="pg_catalog", encoder=str, decoder=orjson.loads, format="text")


@contextlib.asynccontextmanager
async def lifespan(_):
    for login in peer.LOGINS:
        POOLS[login] = await asyncpg.create_pool(
            host=peer.SOCKET, database=peer.DATABASE, user=login, min_size=8, max_size=8, init=prepare,
            server_settings=peer.OPTIONS)
    yield


app = FastAPI(lifespan=lifespan)


def answer(request, value, tag=None):
    """A value as JSON, or 304 when the client has it."""
    body = orjson.dumps(value)
    tag = tag or peer.etag(body)
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"etag": tag})
    return Response(body, media_type="application/json", headers={"etag": tag})


async def fetch(statement, login="pa31_public", **variables):
    """The rows of a statement."""
    return [dict(row) for row in await POOLS[login].fetch(statement.sql, *statement.values(**variables))]


def page(rows, limit, key):
    """A page of a list: one row more was asked for, to know whether there is a next."""
    cursor = "|".join(str(rows[limit - 1][name]) for name in key) if len(rows) > limit else None
    return {"items": rows[:limit], "next_cursor": cursor}


@app.get("/v1/structures/{finess}")
async def read(request: Request, finess: str):
    rows = await fetch(Statements.structure, finess=finess)
    if not rows:
        raise HTTPException(404)
    return answer(request, rows[0] | {"other_structures": await fetch(Statements.others, finess=finess)})


@app.get("/v1/structures")
async def find(
    request: Request, limit: int, kind: str | None = None, q: str | None = None, near: str | None = None,
    radius_km: str | None = None,
):
    if q is None:
        return answer(request, page(await fetch(Statements.list, kind=kind), limit, ("sort_name", "finess")))
    latitude, longitude = near.split(",")
    rows = await fetch(
        Statements.search, kind=kind, q=q, latitude=latitude, longitude=longitude, radius=radius_km)
    return answer(request, page(rows, limit, ("distance_m", "finess")))


async def member_of(request):
    """Who calls."""
    digest = TOKENS.hash_of(request.headers.get("authorization"))
    member = TOKENS.remembered(digest)
    if member is None:
        found = await fetch(Statements.token, "pa31_app", hash=digest, hour=peer.before(3600), now=peer.before(0))
        if not found:
            raise HTTPException(401)
        member = TOKENS.remember(digest, found[0])
    return member


class Move(BaseModel):
    to: str
    reason: str | None = None


@app.post("/v1/actions/{code}/transitions")
async def move(request: Request, code: str, body: Move):
    member = await member_of(request)
    if "write" not in member["scopes"]:
        raise HTTPException(403)
    names = {"member": member["member_id"], "organisation": member["organisation_id"]}
    async with POOLS["pa31_app"].acquire() as connection, connection.transaction():
        async def run(statement, **variables):
            return await connection.fetch(statement.sql, *statement.values(**names, **variables))

        await run(Statements.introduce, request=str(uuid.uuid4()), now=peer.before(0))
        found = await run(Statements.current, code=code)
        if not found or not found[0]["is_lead"]:
            raise HTTPException(404)
        current = found[0]
        await run(Statements.record, operation_id=str(uuid.uuid4()), action=current["id"])
        if peer.version_of(request.headers.get("if-match")) != current["version"]:
            raise HTTPException(412)
        if (current["status"], body.to) not in peer.MOVES:
            raise HTTPException(409)
        if peer.MOVES[current["status"], body.to] and not body.reason:
            raise HTTPException(422)
        await run(Statements.update, to=body.to, reason=body.reason, action=current["id"])
        row = dict((await run(Statements.row, code=code))[0])
    return answer(request, row, f'"{row["version"]}"')


@app.post("/v1/orientations/{orientation}/transitions")
async def accept(request: Request, orientation: str, body: Move):
    member = await member_of(request)
    if "write" not in member["scopes"]:
        raise HTTPException(403)
    names = {"member": member["member_id"], "organisation": member["organisation_id"], "orientation": orientation}
    async with POOLS["pa31_app"].acquire() as connection, connection.transaction():
        async def run(statement):
            return await connection.fetch(statement.sql, *statement.values(**names))

        await run(Statements.orientation_introduce)
        found = await run(Statements.orientation_current)
        if not found or found[0]["receiver_id"] != member["organisation_id"]:
            raise HTTPException(404)
        current = found[0]
        names |= peer.concerned(current)
        await run(Statements.orientation_record)
        if peer.version_of(request.headers.get("if-match")) != current["version"]:
            raise HTTPException(412)
        if (current["state"], body.to) != peer.ACCEPTING:
            raise HTTPException(409)
        for statement in Statements.orientation_rest:
            rows = await run(statement)
        row = dict(rows[0])
    return answer(request, row, f'"{row["version"]}"')
