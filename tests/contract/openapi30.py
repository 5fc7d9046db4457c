#!/usr/bin/env python3
"""Finishes what openapi-down-convert makes of the document: OpenAPI 3.0 that progenitor makes a client of.

    openapi30.py CONVERTED WRITTEN

Null among the forms of a schema becomes `nullable`, several types become as many forms. What progenitor cannot
read is said more simply: an operation succeeds with one kind of body (a client in Rust does not ask for
`return=minimal`, nor for a batch that may fail in part), and failures are plain JSON.
"""

import json
import sys


def simpler(node):
    """The same with every schema in the words of 3.0."""
    if isinstance(node, list):
        return [simpler(one) for one in node]
    if not isinstance(node, dict):
        return node
    node = {key: simpler(value) for key, value in node.items()}
    if isinstance(node.get("type"), list):
        types = node.pop("type")
        text = {key: node.pop(key) for key in ("maxLength", "minLength", "pattern") if key in node}
        node["oneOf"] = [{"type": one, **(text if one == "string" else {})} for one in types if one != "null"]
        if "null" in types:
            node["nullable"] = True
    forms = node.get("oneOf")
    if isinstance(forms, list) and {"type": "null"} in forms:
        rest = [form for form in forms if form != {"type": "null"}]
        del node["oneOf"]
        # Beside a reference nothing counts in 3.0, so it stands in a list of one.
        node["allOf" if len(rest) == 1 else "oneOf"] = rest
        node["nullable"] = True
    return node


def one_success(operation):
    responses = operation["responses"]
    successes = [status for status in responses if status[0] in "23"]
    kept = min(successes, key=lambda status: ("content" not in responses[status], status))
    for status in successes:
        if responses[status].get("content") != responses[kept].get("content"):
            del responses[status]


def main(converted, written):
    with open(converted, encoding="utf-8") as file:
        document = simpler(json.load(file))
    # 3.0 does not know them.
    document["info"].pop("summary", None)
    document["info"]["license"].pop("identifier", None)
    for item in document["paths"].values():
        for operation in item.values():
            one_success(operation)
    for response in document["components"]["responses"].values():
        content = response.get("content", {})
        if "application/problem+json" in content:
            content["application/json"] = content.pop("application/problem+json")
    with open(written, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    main(*sys.argv[1:])
