#!/usr/bin/env python3
"""openapi.json is a valid OpenAPI 3.1 document, its examples obey its schemas, and every operation says what it refuses.

Runs in the virtual environment of `deploy/faults/run`; needs no server and no database. CI uses it.
"""

import json
import os
import sys

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource

from harness import main

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def examples_of(operation):
    """(schema, example, where) of everything in an operation that has an example."""
    for parameter in operation.get("parameters", []):
        schema = parameter["schema"]
        for example in schema.get("examples", []) + [x for x in [parameter.get("example")] if x is not None]:
            yield schema, example, parameter["name"]
    bodies = [("body", operation.get("requestBody", {}))] + list(operation["responses"].items())
    for name, body in bodies:
        for kind, content in body.get("content", {}).items():
            if "example" in content and "multipart" not in kind:
                yield content["schema"], content["example"], f"{name} {kind}"


async def body(report):
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "openapi.json")
    with open(path, encoding="utf-8") as file:
        document = json.load(file)

    errors = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
              for error in OpenAPIV31SpecValidator(document).iter_errors()]
    report.claim("the document is valid OpenAPI 3.1", not errors, errors[:5])

    operations = {f"{method.upper()} {route}": item[method]
                  for route, item in document["paths"].items() for method in METHODS if method in item}
    resource = Resource.from_contents(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": document["components"]})
    registry = Registry().with_resource("urn:document", resource)
    wrong, checked = [], 0
    for name, operation in operations.items():
        for schema, example, where in examples_of(operation):
            # References of the document are to itself.
            own = json.loads(json.dumps(schema).replace('"#/', '"urn:document#/'))
            checked += 1
            problems = list(Draft202012Validator(own, registry=registry).iter_errors(example))
            wrong += [f"{name} {where}: {problem.message[:200]}" for problem in problems]
    report.claim("every example obeys its schema", not wrong, wrong[:5])

    identifiers = [operation.get("operationId") for operation in operations.values()]
    report.claim("every operation has a name of its own", None not in identifiers
                 and len(set(identifiers)) == len(identifiers), identifiers)
    silent = [name for name, operation in operations.items()
              if not {"400", "401", "429", "503"} <= operation["responses"].keys()]
    report.claim("every operation says what any may answer: 400, 401, 429, 503", not silent, silent)
    bare = [f"{name} {status}" for name, operation in operations.items()
            for status, answer in operation["responses"].items()
            if status >= "400" and "application/problem+json" not in answer.get("content", {})]
    report.claim("every refusal is problem+json", not bare, bare[:5])
    report.count("operations", len(operations))
    report.count("examples checked", checked)


main(body, seconds=60)
