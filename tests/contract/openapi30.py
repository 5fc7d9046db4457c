#!/usr/bin/env python3
"""Finishes what openapi-down-convert makes of the document: OpenAPI 3.0 that progenitor makes a client of.

    openapi30.py CONVERTED WRITTEN

Null among the forms of a schema becomes one that progenitor knows, several types become as many forms. What it
cannot read, or would make too much of, is said more simply:

- an operation succeeds with one kind of body (a client in Rust does not ask for `return=minimal`, nor for a
  batch that may fail in part), and failures are plain JSON;
- several values of a query parameter are one text with commas between: progenitor repeats the parameter;
- bounds, patterns and defaults are left to the server: each would be a type of its own, of which there are
  thousands, and a patch would write the defaults; words that would become one name in Rust are texts.

What then would still end progenitor is named with its place; exit code 1.
"""

import json
import re
import sys

# Of these, each schema would be a type of its own.
BOUNDS = {"minLength", "maxLength", "pattern", "minimum", "maximum", "multipleOf", "minItems", "maxItems", "uniqueItems"}
# What says something to people only.
REMARKS = {"description", "example", "title", "deprecated"}
# How progenitor knows null.
NULL = {"enum": [None]}


def main(converted, written):
    with open(converted, encoding="utf-8") as file:
        document = json.load(file)
    # 3.0 does not know them.
    document["info"].pop("summary", None)
    document["info"]["license"].pop("identifier", None)
    components = document["components"]
    components["schemas"] = {name: simpler(schema) for name, schema in components["schemas"].items()}
    for parameter in components["parameters"].values():
        simpler_parameter(parameter)
    for response in components["responses"].values():
        content = response.get("content", {})
        if "application/problem+json" in content:
            content["application/json"] = content.pop("application/problem+json")
        simpler_content(content)
    for _, operation in operations(document):
        simpler_operation(operation)
    with open(written, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=1)
    complaints = list(complain(document))
    for complaint in complaints:
        print(f"progenitor would not take it: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


def operations(document):
    """Each operation, with its method and path as one text."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method} {path}", operation


def simpler_operation(operation):
    paths = {one["name"] for one in operation.get("parameters", []) if one.get("in") == "path"}
    # progenitor takes parameters of one name for the same.
    operation["parameters"] = [
        one for one in operation.get("parameters", []) if one.get("in") != "query" or one["name"] not in paths
    ]
    for parameter in operation["parameters"]:
        if "$ref" not in parameter:
            simpler_parameter(parameter)
    simpler_content(operation.get("requestBody", {}).get("content", {}))
    for response in operation["responses"].values():
        simpler_content(response.get("content", {}))
    one_success(operation)


def one_success(operation):
    responses = operation["responses"]
    successes = [status for status in responses if status[0] in "23"]
    kept = min(successes, key=lambda status: ("content" not in responses[status], status))
    for status in successes:
        if responses[status].get("content") != responses[kept].get("content"):
            del responses[status]


def simpler_parameter(parameter):
    schema = parameter["schema"]
    if schema.get("type") == "array":
        parameter.pop("style", None)
        parameter.pop("explode", None)
        parameter["schema"] = {"type": "string"}
        about = parameter.get("description", "").rstrip()
        parameter["description"] = f"{about} Several are separated by commas.".lstrip()
    else:
        parameter["schema"] = simpler(schema)


def simpler_content(content):
    for media in content.values():
        if "schema" in media:
            media["schema"] = simpler(media["schema"])
        # They are of the document as it was.
        media.pop("examples", None)


def simpler(schema):
    """The same in the words that progenitor knows."""
    if not isinstance(schema, dict) or "$ref" in schema:
        return schema
    schema = {key: value for key, value in schema.items() if key not in BOUNDS and key != "default"}
    for key in ("items", "additionalProperties"):
        if key in schema:
            schema[key] = simpler(schema[key])
    if "properties" in schema:
        schema["properties"] = {name: simpler(member) for name, member in schema["properties"].items()}
    for key in ("oneOf", "anyOf", "allOf"):
        if key in schema:
            schema[key] = [simpler(form) for form in schema[key]]
    if idents_collide(schema.get("enum", [])):
        del schema["enum"]
    nullable = schema.pop("nullable", False)
    if isinstance(schema.get("type"), list):
        types = schema.pop("type")
        nullable = nullable or "null" in types
        schema["oneOf"] = [{"type": one} for one in types if one != "null"]
    forms = [form for form in schema.get("oneOf", []) if not is_null(form)]
    if "oneOf" in schema:
        nullable = nullable or len(forms) < len(schema["oneOf"])
        schema["oneOf"] = forms
    return or_null(schema) if nullable else schema


def idents_collide(words):
    """Whether two of them would be one variant, as `name` and `-name` are."""
    return len({pascal(word) for word in words}) < len(words)


def is_null(form):
    return form == NULL or form.get("type") == "null"


def or_null(schema):
    """A schema, or null."""
    if "type" in schema and "enum" not in schema:
        return {**schema, "nullable": True}
    remarks = {key: value for key, value in schema.items() if key in REMARKS}
    inner = {key: value for key, value in schema.items() if key not in REMARKS}
    forms = inner.get("oneOf", [])
    # One form needs no name of its own.
    inner = forms[0] if set(inner) == {"oneOf"} and len(forms) == 1 else inner
    return {**remarks, "oneOf": [inner, NULL]}


def complain(document):
    """What would end progenitor 0.15 or the libraries under it, each with its place."""
    components = document["components"]
    names = Names()
    for name, schema in components["schemas"].items():
        names.take(name, schema, f"the schema {name}")
    for name, schema in components["schemas"].items():
        yield from complain_of_schema(schema, name, names, components, whole=True)
    for place, operation in operations(document):
        yield from complain_of_parameters(operation, place, names, components)
        yield from complain_of_body(operation, place)
        yield from complain_of_responses(operation, place, components)
    yield from names.complaints


class Names:
    """The types that are made. A name that is given to two different ones is the end of typify."""

    def __init__(self):
        self.known = {}
        self.complaints = []

    def take(self, name, schema, place):
        name = pascal(name)
        if name in self.known and self.known[name][0] != schema:
            self.complaints.append(f"{place} and {self.known[name][1]} are both called {name}")
        self.known.setdefault(name, (schema, place))


def pascal(name):
    """A name as typify makes types of it."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[0-9]+", name)
    return "".join(word[:1].upper() + word[1:].lower() for word in words)


def complain_of_schema(schema, name, names, components, whole=False):
    if "$ref" in schema:
        target = schema["$ref"].removeprefix("#/components/schemas/")
        if target not in components["schemas"]:
            yield f"{name} refers to {schema['$ref']}"
        return
    forms = [key for key in ("oneOf", "anyOf", "allOf", "not") if key in schema]
    kind = schema.get("type")
    if forms and (kind or len(forms) > 1 or schema.get("nullable")):
        yield f"{name} has {', '.join(forms)} beside a type"
    if not forms and kind not in ("string", "number", "integer", "boolean", "object", "array") and schema != NULL:
        if set(schema) - REMARKS:
            yield f"{name} has no type"
    if kind == "string" and idents_collide(schema.get("enum", [])):
        yield f"{name} has words that become one"
    option = "oneOf" in schema and len(schema["oneOf"]) == 2 and NULL in schema["oneOf"]
    if not whole and ("enum" in schema or "properties" in schema or forms) and schema != NULL and not option:
        names.take(name, schema, name)
    for member, inner in schema.get("properties", {}).items():
        yield from complain_of_schema(inner, f"{name}_{member}", names, components)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from complain_of_schema(schema["additionalProperties"], f"{name}_value", names, components)
    if kind == "array":
        if "items" not in schema:
            yield f"{name} has no items"
        else:
            yield from complain_of_schema(schema["items"], f"{name}_item", names, components)
    for key in ("oneOf", "anyOf", "allOf"):
        for at, form in enumerate(schema.get(key, [])):
            inner = name if option and not whole else f"{name}_inner" if option else f"{name}_variant{at}"
            yield from complain_of_schema(form, inner, names, components)


def complain_of_parameters(operation, place, names, components):
    seen = {"body"}
    for parameter in operation["parameters"]:
        if "$ref" in parameter:
            parameter = components["parameters"][parameter["$ref"].split("/")[-1]]
        name, where = parameter["name"], parameter["in"]
        ident = re.sub("[^a-z0-9]+", "_", name.lower())
        if ident in seen or ident in ("new", "send", "stream"):
            yield f"{place} has two parameters {ident}"
        seen.add(ident)
        if where not in ("path", "query", "header") or "schema" not in parameter:
            yield f"{place} has the parameter {name} in {where}"
            continue
        if where == "path" and not parameter.get("required"):
            yield f"{place} has the optional parameter {name} in its path"
        if parameter.get("style", "form" if where == "query" else "simple") not in ("form", "simple"):
            yield f"{place} has the parameter {name} in the style {parameter['style']}"
        schema = parameter["schema"]
        if schema.get("nullable") or "oneOf" in schema or schema.get("type") in ("array", "object"):
            yield f"{place} has the parameter {name} of a type that progenitor spells otherwise"
        typed = f"{operation['operationId']}_{name}"
        yield from complain_of_schema(schema, typed, names, components)


def complain_of_body(operation, place):
    content = operation.get("requestBody", {}).get("content", {})
    if len(content) > 1:
        yield f"{place} takes several types of bodies"
    for kind, media in content.items():
        if kind == "application/octet-stream":
            if {key: value for key, value in media["schema"].items() if key not in REMARKS} != BYTES:
                yield f"{place} takes bytes that are none"
        elif kind != "application/json" or "$ref" not in media["schema"]:
            yield f"{place} takes {kind} without a name"


BYTES = {"type": "string", "format": "binary"}


def complain_of_responses(operation, place, components):
    for what, digits in (("succeeds", "2"), ("fails", "45")):
        kinds = set()
        for status, response in operation["responses"].items():
            if status == "default" or status[0] in digits:
                if "$ref" in response:
                    response = components["responses"][response["$ref"].split("/")[-1]]
                content = response.get("content", {})
                typed = content.get("application/json")
                if typed is not None and "schema" not in typed:
                    yield f"{place} answers {status} with JSON of no shape"
                kinds.add(json.dumps(typed, sort_keys=True) if typed else "bytes" if content else "nothing")
        if len(kinds) > 1 or (what == "succeeds" and not kinds):
            yield f"{place} {what} in {len(kinds)} ways"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
