#!/usr/bin/env python3
"""Writes a part of an OpenAPI document that stands by itself: whole tags, with the components they need.

    part.py DOCUMENT WRITTEN OPERATIONS SEED     about as many operations, chosen by the digest of a text
    part.py DOCUMENT WRITTEN OPERATIONS N        the Nth such part, from 0 on; exit code 3 behind the last

The same text gives the same part; other texts sooner or later give everything. A tag is one resource, so
what makes a record is in the same part as what reads it.

All of the API takes an hour on each store, so each commit sends made-up requests to a part, which its
digest decides: a failure can be repeated, and in time everything has its turn. The price is that a commit
can fail by what an older one has broken.
"""

import hashlib
import json
import sys


def main(document, written, operations, choice):
    with open(document, encoding="utf-8") as file:
        document = json.load(file)
    sizes = {}
    for item in document["paths"].values():
        for operation in item.values():
            sizes[operation["tags"][0]] = sizes.get(operation["tags"][0], 0) + 1
    tags = packs(sizes, int(operations))
    if choice.isdecimal():
        if int(choice) >= len(tags):
            return 3
        chosen = tags[int(choice)]
    else:
        chosen = tags[int(hashlib.sha256(choice.encode()).hexdigest(), 16) % len(tags)]
    print(f"{sum(sizes[tag] for tag in chosen)} of {sum(sizes.values())} operations: {', '.join(chosen)}")
    with open(written, "w", encoding="utf-8") as file:
        json.dump(narrowed(document, set(chosen)), file, ensure_ascii=False)
    return 0


def packs(sizes, most):
    """The tags in groups of at most so many operations; a larger tag is a group of its own."""
    groups, size = [[]], 0
    for tag in sorted(sizes):
        if groups[-1] and size + sizes[tag] > most:
            groups.append([])
            size = 0
        groups[-1].append(tag)
        size += sizes[tag]
    return groups


def narrowed(document, tags):
    """The document with the paths of these tags, whole, and of its components only what they refer to."""
    paths = {
        path: item
        for path, item in document["paths"].items()
        if any(operation["tags"][0] in tags for operation in item.values())
    }
    whole = document["components"]
    components = {"securitySchemes": whole["securitySchemes"]}
    waiting = [paths]
    while waiting:
        for kind, name in references(waiting.pop()):
            kept = components.setdefault(kind, {})
            if name not in kept:
                kept[name] = whole[kind][name]
                waiting.append(kept[name])
    rest = {key: value for key, value in document.items() if key not in ("paths", "components", "webhooks", "tags")}
    return {**rest, "paths": paths, "components": components}


def references(node):
    """The components that are referred to below, as kind and name."""
    if isinstance(node, list):
        for one in node:
            yield from references(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield tuple(value.removeprefix("#/components/").split("/"))
            else:
                yield from references(value)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
