"""Hostile requests, made from openapi.json: every operation is offered everything that has ever broken a server.

`cases(document)` yields them. Bytes are written by hand because no HTTP library sends what we want to send. Where a case
needs the current entity tag of the action it is about, it says `@ETAG@`.
"""

import base64
import collections
import json
import random
from urllib.parse import quote

# A text that no log may hold: it stands in bodies, paths and parameters.
PLANTED = "zqplanted"

# `kind`: http, well-formed, so that the contract holds; broken, where a server may also answer 400 or hang up; half, which
# ends before it is complete (we close our side).
Case = collections.namedtuple("Case", "category operation kind raw is_head", defaults=(False,))


class Operation:
    """One operation of the contract."""

    def __init__(self, method, template, item):
        self.method, self.template, self.item = method, template, item
        self.name = f"{method} {template}"
        self.statuses = {int(status) for status in item["responses"]}
        self.contents = {int(status): set(answer.get("content", {})) for status, answer in item["responses"].items()}
        self.path_names, self.query_names, self.header_names = (
            [p["name"] for p in item.get("parameters", []) if p["in"] == place] for place in ("path", "query", "header"))
        self.examples = {p["name"]: (p["schema"].get("examples") or p["schema"].get("enum") or [
            "0190d2a0-0000-7000-8000-000000000000" if p["schema"].get("format") == "uuid" else "x"])[0]
            for p in item.get("parameters", [])}
        content = item.get("requestBody", {}).get("content", {})
        self.takes_json = "application/json" in content
        self.takes_form = "multipart/form-data" in content
        self.body = next(iter(content.values()))["example"] if content else None
        self.fields = list(next(iter(content.values()))["schema"].get("properties", {})) if content else []

    def path(self, **values):
        """The path, with examples where no value is given; values go in as they are."""
        path = self.template
        for name in self.path_names:
            path = path.replace("{%s}" % name, values.get(name, self.examples[name]))
        return path

    def request(self, path=None, headers=(), body=None, method=None, token="@TEAM@", query=None):
        """A well-formed request that asks for this operation as it should be asked, but for what is given."""
        target = path if path is not None else self.path()
        if query is not None:
            target += "?" + query
        given = [(name, value) for name, value in headers if value is not None]
        names = {name.lower() for name, _ in headers}
        lines = [("Host", "127.0.0.1")]
        if token and "authorization" not in names:
            lines.append(("Authorization", f"Bearer {token}"))
        if "If-Match" in self.header_names and "if-match" not in names:
            lines.append(("If-Match", "@ETAG@"))
        payload = body
        if payload is None and self.takes_form:
            payload = form([("label", None, b"Preuve"), ("file", "preuve.pdf", b"%PDF-1.4\n")])
        if payload is None and self.body is not None:
            payload = self.body
        if payload is not None and not isinstance(payload, bytes):
            payload = json.dumps(payload).encode()
        if payload is not None and "content-type" not in names:
            lines.append(("Content-Type", f"multipart/form-data; boundary={BOUNDARY}" if self.takes_form
                          else "application/json"))
        if payload is not None and "content-length" not in names and "transfer-encoding" not in names:
            lines.append(("Content-Length", str(len(payload))))
        head = [f"{method or self.method} {target} HTTP/1.1"] + [f"{name}: {value}" for name, value in lines + given]
        return encoded("\r\n".join(head)) + b"\r\n\r\n" + (payload or b"")


BOUNDARY = "frontier31"


def encoded(text):
    """Latin-1 where it can be, so that one character is one byte; UTF-8 elsewhere."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def form(parts, boundary=BOUNDARY, end=b"--\r\n"):
    """A multipart body of (name, file name or None, content)."""
    out = b""
    for name, file_name, content in parts:
        disposition = f'form-data; name="{name}"' + (f'; filename="{file_name}"' if file_name is not None else "")
        out += b"--" + boundary.encode() + b"\r\nContent-Disposition: " + encoded(disposition) + b"\r\n\r\n"
        out += content + b"\r\n"
    return out + b"--" + boundary.encode() + end


SQL = [
    "'", "''", "\"", "\\", "' OR '1'='1", "1; DROP TABLE action; --", "'); DELETE FROM progress_note; --", "$$; SELECT 1; $$",
    "' UNION SELECT null,null,null --", "1 OR pg_sleep(10)", "'||(SELECT secret FROM x)||'", "%' AND 1=CAST(1 AS date) --",
    "{{7*7}}", "${jndi:ldap://127.0.0.1/a}", "<script>alert(1)</script>", "`id`", "$(id)", "|| id", "%s%s%s%n", "{0}", "=1+1",
]
UNICODE = ["é", "é", "😀", "ﬁ", "İ", "ß", "‮abc", "​", "﻿", "\U000e0041", "ا", "٣", "퟿", "\U0010ffff", "a" * 70000]
SEGMENTS = [
    "..", "../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%2f..%2f", "..%5c..%5c", "%00", "A2.11%00", "A2%2E11",
    "A2%2F11", "A2.11/", "/A2.11", "A2.11;x=1", "%", "%z", "%zz", "%e9", "%ff%fe", "%c0%af", "%ed%a0%80", "%0d%0aX-Injected:%201",
    "%0aX-Injected:%201", "%250d%250a", "a2.11", "A2.11%20", "%20A2.11", "A2.١١", "A99.99", "A2.11.1.1", "*", ".", "~", "%7Broot%7D",
    "0190d2a0-0000-7000-8000-00000000000g", "{0190d2a0-0000-7000-8000-000000000000}", "0190D2A0-0000-7000-8000-000000000000",
    "99999999999999999999", "-1", "1e3", PLANTED, "x" * 300, "x" * 9000,
]
QUERIES = [
    "", "&", "&&&&", "=", "=x", "%", "%=%", "a=%zz", "unknown=1", "limit", "limit=", "limit=0", "limit=-1", "limit=201", "limit=1e2",
    "limit=%2B5", "limit=%205", "limit=05", "limit=%D9%A3", "limit=5&limit=5", "LIMIT=5", "limit[]=5", "limit=99999999999999999999",
    "limit=5;q=x", "late=1", "late=TRUE", "late=yes", "late=null", "status=PLANNED", "status=%00", "status=planned,done", "axis=%00",
    "axis=A2%27--", "lead=..%2f", "funder=%F0%9F%98%80", "due_before=2024-02-30", "due_before=0000-00-00", "due_before=9999-12-31",
    "due_before=99999-01-01", "due_before=-0001-01-01", "due_before=2024-01-01T00:00:00Z", "due_before=infinity", "due_before=now",
    "q=", "q=%00", "q=%25", "q=_", "q=%5C", "q=%ff", "q=" + "a" * 200, "q=" + "a" * 201, "q=" + "a+" * 9, "q=%27%27", "q=%2B",
    "q=" + quote("😀" * 50), "q=" + quote("'" * 100), "q=" + quote("&|!():*<->"), "q=%E2%80%AE", "#fragment", "q=a#b", "?q=1",
    "explain=true", "as_of=2024-01-01", f"{PLANTED}={PLANTED}", "&".join(f"p{n}={n}" for n in range(2000)),
    "&".join("q=x" for _ in range(2000)),
]


def cursor(value):
    """What a cursor looks like, of something this server never gave."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


CURSORS = ["", "x", "=", "AAAA", "%00", "W10", "WyJhY3Rpb25zIl0", "_" * 400, "a" * 401, "a" * 5000] + [cursor(value) for value in (
    ["actions"], ["actions", "A2.11"], ["actions", "'; DROP TABLE action; --"], ["actions", "\0"], ["actions", 1],
    ["actions", None], ["actions", "A2.11", "x"], ["actions", {"a": 1}], ["history", "1"], ["history", "-1"],
    ["history", "99999999999999999999"], ["history", "x"], ["tokens", "x"], ["tokens", "0190d2a0-0000-7000-8000-000000000000"],
    ["axes"], {"actions": "A1"}, "actions", 1, None, b"\xff\xfe", b"[" * 290, b'["actions","\xed\xa0\x80"]', b'["actions","\\ud800"]')]
ETAGS = [
    "", "*", '"', '""', "W/", 'W/""', "7", "abc", '"abc"', '"0"', '"-1"', '"+1"', '"1e1"', '"99999999999999999999"', '"1", "2"', '"1"x',
    '"1.public"', '"c.AAAA"', '"1-gzip"', '"1"-gzip', 'W/"1-gzip"', "'1'", '"\\"1\\""', '" 1"', '"1', '1"', 'w/"1"', '"1"' * 500, '"é"',
    "@WEAK@",
]
KEYS = ["", " ", "a b", "é", "\x7f", "x" * 255, "x" * 256, "x" * 8000, '"quoted"', "a,b", "'; DROP TABLE action; --", "%00", "\t"]
WRONG = [
    None, True, False, 0, -1, 1.5, 10**20, -10**40, "", " ", "\t\n", "x", "x" * 5000, [], {}, [[]], [None], {"a": 1}, "\0", "a\0b", "\ud800",
    "😀", "‮", "​", "﻿", "2024-02-30", "2024-13-01", "9999-12-31", "0001-01-01", "1e3", "null", "read", ["read", "read"], ["admin"],
    "=cmd|' /C calc'!A0", "javascript:alert(1)", "http://", "https://a b", "file:///etc/passwd", "http://127.0.0.1:1/", "\r\nX-Injected: 1",
    "a@b", "a@b.c\r\nBcc: d@e.f", {"label": PLANTED}, {"label": "x", "url": "y", "more": 1}, 2**31, 2**63, -2**63, 0.1 + 0.2, 1e308,
]
JSON_TEXTS = [
    b"", b" ", b"\n", b"{", b"}", b"[", b"]", b"{}", b"[]", b"null", b"true", b"0", b'""', b'"x"', b"{}{}", b"{} x", b"{,}", b'{"a"}', b'{"a":}',
    b'{"a":1,}', b"{'a':1}", b"{a:1}", b'{"a":NaN}', b'{"a":Infinity}', b'{"a":-}', b'{"a":+1}', b'{"a":01}', b'{"a":1.}', b'{"a":.1}',
    b'{"a":0x1}', b'{"a":tru}', b'{"a":nullx}', b"//x\n{}", b"/*x*/{}", b"\xef\xbb\xbf{}", b"\xff\xfe{\0}\0", b'{"a":"\xff"}', b'{"a":"\xc0\xaf"}',
    b'{"a":"\xed\xa0\x80"}', b'{"a":"\xf4\x90\x80\x80"}', b'{"a":"\x00"}', b'{"a":"\x01"}', b'{"a":"\n"}', b'{"a":"\\x"}', b'{"a":"\\u12"}',
    b'{"a":"\\ud800"}', b'{"a":"\\udc00\\ud800"}', b'{"\\u0000":1}', b"\0", b"{" * 50, b"[" * 100000, b'{"a":' * 100000,
    b"[" * 100000 + b"]" * 100000, b'{"a":' * 100000 + b"1" + b"}" * 100000, b"[" * 511 + b"]" * 511,
    b'{"' + b"k" * 900000 + b'":1}', b'{"a":' + b"9" * 500000 + b"}", b'{"a":"' + b"\\u0041" * 100000 + b'"}',
    b"{" + b",".join(b'"k%d":%d' % (n, n) for n in range(10000)) + b"}", b"{" + b",".join([b'"a":1'] * 10000) + b"}",
    b" " * (1 << 20), b" " * ((1 << 20) + 1), b'{"a":"' + b"x" * (2 << 20) + b'"}', b'{"__proto__":{"a":1},"constructor":1}', b"a=b&c=d", b"<a/>",
]
NUMBERS = [b"1e400", b"-1e400", b"1e-400", b"1e99999999999", b"9" * 400, b"-" + b"9" * 400, b"0." + b"1" * 5000, b"1E+2", b"-0", b"1.0"]
MEDIA = [
    "", "text/plain", "application/xml", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "application/json;;;",
    "application/json; charset=\"utf-8", "APPLICATION/JSON", "application/problem+json", "application/jsonx", "*/*", "x", "multipart/form-data",
    "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 71, 'multipart/form-data; boundary="', "a/b" * 2000,
]
ACCEPTS = [
    "", "image/png", "text/html", "text/csv", "*/*;q=0", "application/json;q=0", "application/json;q=abc", "application/json;q=1.0001", ",", ";",
    "text/*", "*/json", "application/json, text/csv;q=2", ", ".join(["a/b"] * 1000), "application/problem+json", "application/geo+json", "é/é",
]
METHODS = ["PUT", "DELETE", "PATCH", "POST", "OPTIONS", "TRACE", "PROPFIND", "FOO", "get", "QUERY"]
TOKENS = [
    "", " ", "x", "Basic dGVhbTp0ZWFt", "Bearer", "Bearer ", "Bearer x y", "bearer @TEAM@", "Bearer @TEAM@x", "Bearer @TEAM@ ", "@TEAM@", "Bearer " + "a" * 9000,
    "Bearer pa31_member_" + "0" * 49, "Bearer ' OR '1'='1", "Bearer é", "Bearer \x7f", "Digest username=x", "Bearer null", "Bearer @PARTNER@",
]


def cases(document):
    """The whole corpus, once."""
    operations = [Operation(method.upper(), template, item) for template, methods in document["paths"].items()
                  for method, item in methods.items()]
    for operation in operations:
        yield from of_operation(operation)
        if operation.takes_json:
            yield from of_json(operation)
        if operation.takes_form:
            yield from of_form(operation)
        if "cursor" in operation.query_names:
            for text in CURSORS + ["@CURSOR@"]:
                yield Case("cursors", operation, "http", operation.request(query="cursor=" + text))
        yield from of_framing(operation)
    yield from of_connections(operations)


def of_operation(operation):
    """What any operation gets: paths, parameters, headers, methods, tokens."""
    request = operation.request
    for name in operation.path_names:
        for text in SEGMENTS:
            # An encoded or plain slash may lead to another route, or to none.
            is_elsewhere = "/" in text or "2f" in text.lower() or text in (".", "..")
            yield Case("paths", None if is_elsewhere else operation, "broken" if not text.isascii() else "http",
                       request(operation.path(**{name: text})))
        for text in SQL + UNICODE[:-1]:
            yield Case("sql" if text in SQL else "unicode", operation, "http",
                       request(operation.path(**{name: quote(text, safe="")})))
    for text in QUERIES:
        yield Case("parameters", operation, "broken" if "#" in text else "http", request(query=text))
    for name in operation.query_names:
        for text in SQL + UNICODE:
            yield Case("sql" if text in SQL else "unicode", operation, "broken" if len(text) > 5000 else "http",
                       request(query=f"{name}={quote(text, safe='')}"))
        yield Case("parameters", operation, "http", request(query=f"{name}=x&{name}=x"))
    yield Case("sizes", operation, "broken", request(query="&".join(f"p{n}={n}" for n in range(10000))))
    yield Case("sizes", operation, "broken", request(query="q=" + "x" * 200000))
    yield Case("sizes", operation, "broken", request(headers=[("X-Long", "x" * 200000)]))
    yield Case("sizes", operation, "broken", request(headers=[(f"X-{n}", "x") for n in range(3000)]))
    for text in SQL:
        for name in ("If-None-Match", "Idempotency-Key", "Accept-Language", "X-Request-Id", "Authorization", "X-Forwarded-For"):
            yield Case("sql", operation, "http", request(headers=[(name, text)]))
    for text in ETAGS:
        yield Case("entity tags", operation, "http" if text.isascii() else "broken", request(headers=[("If-Match", text)]))
        yield Case("entity tags", operation, "http" if text.isascii() else "broken", request(headers=[("If-None-Match", text)]))
    for text in KEYS:
        kind = "http" if text.isascii() and text.isprintable() else "broken"
        yield Case("idempotency keys", operation, kind, request(headers=[("Idempotency-Key", text)]))
    yield Case("idempotency keys", operation, "http", request(headers=[("Idempotency-Key", "one"), ("Idempotency-Key", "two")]))
    yield Case("idempotency keys", operation, "http", request(
        headers=[("Idempotency-Key", "again")], body={"kind": "result", "text": "one"} if operation.takes_json else None))
    yield Case("idempotency keys", operation, "http", request(
        headers=[("Idempotency-Key", "again")], body={"kind": "result", "text": "two"} if operation.takes_json else None))
    for text in ACCEPTS:
        yield Case("media types", operation, "http" if text.isascii() else "broken", request(headers=[("Accept", text)]))
    for text in MEDIA:
        yield Case("media types", operation, "http", request(headers=[("Content-Type", text)]))
    for name, text in (("Content-Encoding", "gzip"), ("Accept-Encoding", "gzip;q=9"), ("Accept-Charset", "utf-7"), ("Range", "bytes=0-1"),
                       ("Accept-Language", "fr;q=x,;,*;q=-1," + "en," * 500), ("X-HTTP-Method-Override", "DELETE"), ("X-Forwarded-Host", "a"),
                       ("Forwarded", "for=\"[::1]\""), ("Cookie", "a=b; " * 500), ("Origin", "null"), ("X-Request-Id", "a" * 65),
                       ("X-Request-Id", "a b"), ("If-Modified-Since", "x"), ("Expect", "200-maybe"), ("Max-Forwards", "-1")):
        kind = "broken" if name == "Expect" else "http"
        yield Case("headers", operation, kind, request(headers=[(name, text)]))
    yield Case("methods", operation if operation.method == "GET" else None, "http", request(method="HEAD"), True)
    for method in METHODS:
        if method != operation.method:
            yield Case("methods", None, "http" if method.isupper() and method not in ("QUERY", "FOO") else "broken",
                       request(method=method))
    for text in TOKENS:
        yield Case("tokens", operation, "http" if text.isascii() and text.isprintable() else "broken",
                   request(headers=[("Authorization", text)]))
    yield Case("tokens", operation, "http", request(headers=[("Authorization", "Bearer @TEAM@"), ("Authorization", "Bearer x")]))
    yield Case("tokens", operation, "http", request(token=None))
    if operation.body is None:
        for text in JSON_TEXTS[:20]:
            yield Case("json", operation, "http", request(body=text))


def of_json(operation):
    """Bodies that are not JSON, not an object, too deep, too large, or of the wrong types."""
    request = operation.request
    for text in JSON_TEXTS:
        # Over the limit the server may answer and close while we still send: we may see its answer or a reset.
        yield Case("json", operation, "broken" if len(text) > 1 << 20 else "http", request(body=text))
    good = json.dumps(operation.body).encode()
    yield Case("json", operation, "http", request(body=good[:-1]))
    yield Case("json", operation, "http", request(body=good[:-1] + b"," + good[1:]))
    yield Case("json", operation, "http", request(body={**operation.body, "unknown": PLANTED}))
    yield Case("json", operation, "http", request(body={**operation.body, "a/b~c": 1, "": 2}))
    for name in operation.fields:
        for value in WRONG:
            yield Case("types", operation, "http", request(body={**operation.body, name: value}))
        for text in SQL + UNICODE:
            yield Case("sql" if text in SQL else "unicode", operation, "http",
                       request(body=json.dumps({**operation.body, name: text}, ensure_ascii=False).encode()))
        for number in NUMBERS:
            key = json.dumps(name).encode()
            yield Case("numbers", operation, "http", request(
                body=json.dumps({k: v for k, v in operation.body.items() if k != name}).encode()[:-1]
                + (b", " if len(operation.body) > (name in operation.body) else b"") + key + b": " + number + b"}"))
        yield Case("json", operation, "http", request(body={k: v for k, v in operation.body.items() if k != name}))


def of_form(operation):
    """Forms that are cut off, ambiguous, too large, or hold what they should not."""
    request = operation.request
    pdf = ("file", "a.pdf", b"%PDF-1.4\n")
    label = ("label", None, b"Preuve")
    for parts in (
        [], [label], [pdf], [label, pdf, pdf], [label, label, pdf], [label, ("file", "a", b"")], [label, ("file", "a", b"MZ\x90")],
        [label, ("file", "../../etc/passwd", b"%PDF-1.4\n")], [label, ("file", "a\0b", b"%PDF-1.4\n")], [("", None, b"x"), pdf],
        [label, ("file", "é\"x", b"%PDF-1.4\n")], [("label", None, b"\xff"), pdf], [("label", None, b"a\0b"), pdf],
        [("label", None, b""), pdf], [("label", None, b"x" * 70000), pdf], [("unknown", None, b"x"), label, pdf],
        [(f"f{n}", None, b"x") for n in range(21)] + [pdf], [label, ("file", "a" * 5000, b"%PDF-1.4\n")],
        [("label", None, PLANTED.encode()), ("file", PLANTED, PLANTED.encode())],
    ):
        yield Case("forms", operation, "http", request(body=form(parts)))
    for body in (
        b"", b"x", b"--frontier31", b"--frontier31--\r\n", b"--frontier31--", form([label, pdf], end=b""), form([label, pdf])[:-20],
        form([label, pdf], "other"), b"before\r\n" + form([label, pdf]), form([label, pdf]) + b"after", b"--frontier31\r\n\r\nx\r\n--frontier31--\r\n",
        b"--frontier31\r\nContent-Disposition: form-data\r\n\r\nx\r\n--frontier31--\r\n", b"\r\n" * 5000,
        b"--frontier31\r\nX: " + b"x" * 5000 + b"\r\n\r\n", b"--frontier31xx", form([label, pdf]).replace(b"\r\n", b"\n"),
    ):
        yield Case("forms", operation, "http", request(body=body))
    yield Case("forms", operation, "broken", request(body=form([label, ("file", "a.pdf", b"%PDF-1.4\n" + b"x" * (10 << 20))])))


def of_framing(operation):
    """Bodies whose length is a lie: where one server sees one request and the next one sees two."""
    request = operation.request
    smuggled = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    for lengths in (
        [("Content-Length", "0"), ("Transfer-Encoding", "chunked")], [("Transfer-Encoding", "chunked"), ("Content-Length", "5")],
        [("Content-Length", "1"), ("Content-Length", "2")], [("Content-Length", "-1")], [("Content-Length", "+5")],
        [("Content-Length", "0x5")], [("Content-Length", "5,5")], [("Content-Length", "1e3")], [("Content-Length", "9" * 40)],
        [("Content-Length", "")], [("Content-Length", "5 5")], [("Transfer-Encoding", "xchunked")],
        [("Transfer-Encoding", "chunked, identity")],
        [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "identity")], [("Transfer-Encoding", "\x0bchunked")],
        [("Transfer-Encoding ", "chunked")], [("Content-Length ", "5")],
    ):
        yield Case("smuggling", operation, "broken", request(headers=lengths, body=b"0\r\n\r\n" + smuggled))
    for coding in ("identity, chunked", "gzip, chunked", "CHUNKED"):
        # Chunked comes last, so what follows the last chunk is a request, as it seems.
        yield Case("chunks", operation, "broken", request(headers=[("Transfer-Encoding", coding)], body=b"0\r\n\r\n" + smuggled))
    for chunks in (
        b"zz\r\n{}\r\n0\r\n\r\n", b"FFFFFFFFFFFFFFFFF\r\n{}", b"-2\r\n{}\r\n0\r\n\r\n", b"2;" + b"x" * 70000 + b"\r\n{}\r\n0\r\n\r\n",
        b"2\r\n{}XX0\r\n\r\n", b"2\n{}\n0\n\n", b"2\r\n{}\r\n0\r\nX-Injected: 1\r\n\r\n", b"0x2\r\n{}\r\n0\r\n\r\n", b"2 \r\n{}\r\n0\r\n\r\n",
    ):
        yield Case("chunks", operation, "broken", request(headers=[("Transfer-Encoding", "chunked")], body=chunks))
    for chunks in (b"", b"2", b"2\r\n{", b"2\r\n{}\r\n", b"5\r\n{}", b"2\r\n{}\r\n0\r\n"):
        yield Case("cut off", operation, "half", request(headers=[("Transfer-Encoding", "chunked")], body=chunks))
    # The body stays away until the server says that it wants it, or does not.
    yield Case("expectations", operation, "broken", request(
        headers=[("Expect", "100-continue"), ("Content-Length", "2"), ("Content-Type", "application/json")], body=b""))
    whole = request()
    for share in (0.1, 0.5, 0.9):
        yield Case("cut off", operation, "half", whole[:int(len(whole) * share)])
    yield Case("cut off", operation, "half", request(headers=[("Content-Length", "500000")], body=b"{"))


def of_connections(operations):
    """Request lines, versions and headers that are not HTTP, and paths that are no route."""
    host = b"Host: 127.0.0.1\r\n\r\n"
    for line in (
        b"GET / HTTP/1.0\r\n\r\n", b"GET /healthz HTTP/1.0\r\n\r\n", b"GET /healthz HTTP/1.0\r\n" + host,
    ):
        yield Case("versions", None, "broken", line)
    for line in (
        b"GET /healthz\r\n\r\n", b"GET /healthz HTTP/0.9\r\n\r\n", b"GET /healthz HTTP/1.2\r\n", b"GET /healthz HTTP/2.0\r\n",
        b"GET /healthz HTTP/9.9\r\n", b"GET /healthz HTTP/1.1.1\r\n", b"GET /healthz HTTX/1.1\r\n", b"GET  /healthz  HTTP/1.1\r\n",
        b"GET /healthz HTTP/1.1 \r\n", b" GET /healthz HTTP/1.1\r\n", b"GET\t/healthz\tHTTP/1.1\r\n", b"/healthz\r\n", b"GET\r\n", b"\0\r\n",
        b"GET /\0 HTTP/1.1\r\n", b"GET /\xff HTTP/1.1\r\n", b"GET /a b HTTP/1.1\r\n", b"GET healthz HTTP/1.1\r\n", b"GET * HTTP/1.1\r\n",
        b"OPTIONS * HTTP/1.1\r\n", b"GET http://other.example/healthz HTTP/1.1\r\n", b"GET http:///healthz HTTP/1.1\r\n", b"GET // HTTP/1.1\r\n",
        b"CONNECT 127.0.0.1:1 HTTP/1.1\r\n", b"CONNECT / HTTP/1.1\r\n", b"TRACE /healthz HTTP/1.1\r\n", b"A" * 5000 + b" / HTTP/1.1\r\n",
        b"G\xc3\x89T / HTTP/1.1\r\n", b"GET /?" + b"x" * 1000000 + b" HTTP/1.1\r\n", b"GET /" + b"a/" * 20000 + b" HTTP/1.1\r\n",
        b"\r\n\r\nGET /healthz HTTP/1.1\r\n", b"GET /healthz HTTP/1.1\r\nNo colon\r\n", b"GET /healthz HTTP/1.1\r\n: empty\r\n",
        b"GET /healthz HTTP/1.1\r\nX Y: 1\r\n", b"GET /healthz HTTP/1.1\r\nX : 1\r\n", b"GET /healthz HTTP/1.1\r\nX: a\r\n folded\r\n",
        b"GET /healthz HTTP/1.1\r\nX: a\0b\r\n", b"GET /healthz HTTP/1.1\r\nX: a\rX-Injected: 1\r\n", b"GET /healthz HTTP/1.1\nX: 1\n",
        b"GET /healthz HTTP/1.1\r\nHost: other\r\n", b"GET /healthz HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n",
        b"GET /healthz HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
        b"GET /healthz HTTP/1.1\r\nConnection: close, keep-alive\r\n",
    ):
        yield Case("request lines", None, "broken", line + host)
    yield Case("request lines", None, "broken", b"GET /healthz HTTP/1.1\r\n\r\n")
    yield Case("request lines", None, "broken", b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n")
    for junk in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\0" * 1000,
                 b"\r\n" * 1000, b"SSH-2.0-x\r\n", b"{" * 1000, b"\xff" * 100000, b"EHLO x\r\n"):
        yield Case("not HTTP", None, "half", junk)
    for path in ("/", "/v1", "/v1/", "/v1/nothing", "/v2/actions", "/v1//actions", "/v1/actions/", "/%2e%2e/", "/..%2f..%2fetc%2fpasswd",
                 "/v1/actions/../../healthz", "/V1/ACTIONS", "/v1/actions%3Fq=1", "/.git/config", "/metrics", "/v1/actions/A2.11/..;/plan",
                 "/%00", "/%ff", "/" + "x" * 5000, f"/{PLANTED}", "/v1/actions/A2.11/notes/1", "/favicon.ico", "/wp-login.php"):
        yield Case("unknown paths", None, "http", f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    for operation in operations:
        # The same route, or none: both are clear.
        yield Case("unknown paths", None, "http", operation.request(path=operation.path() + "/"))
        yield Case("unknown paths", None, "http", operation.request(path=operation.path() + "/x"))


def mutations(originals, seed):
    """Endless: cases with bytes exchanged, doubled, cut out, or put together from two. Nothing is promised of them but an
    answer, or a closed connection, in time."""
    chance = random.Random(seed)
    small = [case for case in originals if len(case.raw) < 4000]
    spices = [b"\0", b"\r", b"\n", b"\r\n", b"%", b"%00", b"\xff", b"'", b'"', b"{", b"[", b":", b" ", b"-1", b"9" * 30, b"chunked", b"\xc3"]
    while True:
        case = chance.choice(small)
        raw = bytearray(case.raw)
        for _ in range(chance.randint(1, 4)):
            position = chance.randrange(len(raw) + 1)
            turn = chance.randrange(5)
            if turn == 0 and raw:
                raw[position % len(raw)] = chance.randrange(256)
            elif turn == 1:
                raw[position:position] = chance.choice(spices)
            elif turn == 2:
                del raw[position:position + chance.randint(1, 20)]
            elif turn == 3:
                raw[position:position] = raw[position:position + chance.randint(1, 60)]
            else:
                raw[position:] = chance.choice(small).raw[position:]
        # Half: a length that was raised would otherwise make the server wait for a body, as it should.
        yield Case("mutations", None, "half", bytes(raw))
