"""The service models, as botocore tells them, in the words in which the server describes its own shapes.

The server's description of a service is what `cargo run -p keepwell-<service> --example shapes` prints.
"""

import functools
import json
import os
import subprocess

import botocore.loaders
import botocore.model

from server import REPOSITORY

# The services whose shapes are stated, as botocore names them; each crate is named alike.
SERVICES = ("secretsmanager", "cloudtrail", "iam", "kms", "lambda", "logs", "sts")

# What a shape may constrain, as the description names it.
CONSTRAINTS = ("min", "max", "pattern", "enum", "sensitive")

# Where in a message a member travels, in the REST protocol.
PLACES = ("location", "locationName")


def of_server(service):
    """Every operation whose shapes the server states, by its own account."""
    return _described(service)["operations"]


def errors_of_server(service):
    """The form of each error, of a service that states them."""
    return {error["name"]: error for error in _described(service).get("errors", [])}


@functools.cache
def _described(service):
    folder = os.environ.get("E2E_SHAPES")
    if folder:
        with open(f"{folder}/{service}.json", encoding="utf-8") as file:
            return json.load(file)
    command = ["cargo", "run", "--quiet", "--package", f"keepwell-{service}", "--example", "shapes"]
    printed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    assert printed.returncode == 0, printed.stderr
    return json.loads(printed.stdout)


def of_botocore(service, loader=None):
    """Every operation of the service model inside a botocore package; by default the installed one."""
    model = _model(service, loader)
    return {name: _operation(model, model.operation_model(name)) for name in model.operation_names}


def errors_of_botocore(service):
    """The form of each error: its status, and how its text is spelled."""
    forms = {}
    for shape in _model(service).error_shapes:
        (message,) = [name for name in shape.members if name.lower() == "message"]
        forms[shape.name] = {"name": shape.name, "status": shape.metadata["error"]["httpStatusCode"], "message": message}
    return forms


def _model(service, loader=None):
    loaded = (loader or botocore.loaders.Loader()).load_service_model(service, "service-2")
    return botocore.model.ServiceModel(loaded, service)


def _operation(model, operation):
    told = {
        "input": _shape(operation.input_shape),
        "output": _shape(operation.output_shape),
        "errors": sorted(shape.name for shape in operation.error_shapes),
    }
    if model.metadata["protocol"].startswith("rest"):
        http = operation.http
        told["http"] = {"method": http["method"], "path": http["requestUri"], "status": http["responseCode"]}
    return told


def _shape(shape, within=()):
    if shape is None:
        return {"type": "structure", "members": {}}
    told = {"type": shape.type_name}
    # Some models have shapes that hold themselves; none of those is stated here.
    if shape.name in within:
        return told
    within = (*within, shape.name)
    told |= {name: shape.metadata[name] for name in CONSTRAINTS if name in shape.metadata}
    match shape.type_name:
        case "structure":
            required = set(shape.required_members)
            told["members"] = {
                name: _shape(member, within) | {"required": name in required} | _place(shape, name, member)
                for name, member in shape.members.items()
            }
        case "list":
            told["member"] = _shape(shape.member, within)
        case "map":
            told |= {"key": _shape(shape.key, within), "value": _shape(shape.value, within)}
    return told


def _place(shape, name, member):
    """Where the member of the structure travels, unless that is the body of JSON."""
    if shape.serialization.get("payload") == name:
        return {"location": "payload"}
    location = member.serialization.get("location")
    if location is None:
        return {}
    # A status has no name of its own.
    named = {} if location == "statusCode" else {"locationName": member.serialization.get("name", name)}
    return {"location": location} | named


def differences(ours, theirs, path, *, constraints):
    """Where two shapes differ, as (path, what ours says, what theirs says). Absent and null are the same."""
    found = []
    ours = ours or {}

    def compare(name, mine, other):
        if mine != other:
            found.append((f"{path}{name}", mine, other))

    compare("", ours.get("type", "structure"), theirs["type"])
    for name in PLACES:
        compare(f" {name}", ours.get(name), theirs.get(name))
    if constraints:
        for name in CONSTRAINTS:
            compare(f" {name}", _plain(ours.get(name)), _plain(theirs.get(name)))
        compare(" required", bool(ours.get("required")), bool(theirs.get("required")))
    mine, other = ours.get("members") or {}, theirs.get("members") or {}
    for name in sorted(mine.keys() | other.keys()):
        here = f"{path}.{name}"
        if name not in mine or name not in other:
            found.append((here, "present" if name in mine else "absent", "present" if name in other else "absent"))
        else:
            found += differences(mine[name], other[name], here, constraints=constraints)
    for part, sign in (("member", "[]"), ("key", "{key}"), ("value", "{value}")):
        if part in theirs:
            found += differences(ours.get(part) or {}, theirs[part], f"{path}{sign}", constraints=constraints)
    return found


def _plain(constraint):
    """An enum is a set, false is the absence of a mark, and a minimum of nothing is none."""
    if isinstance(constraint, list):
        return sorted(constraint)
    return constraint or None
