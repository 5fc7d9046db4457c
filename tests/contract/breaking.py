#!/usr/bin/env python3
"""Says what a new OpenAPI document breaks for the clients of an old one.

    breaking.py OLD NEW

Who sends a value and who reads it decides what breaks. What clients send (parameters and bodies of
requests) may be taken more widely, never more narrowly; what they read (responses, webhooks) may become
more, never less. Vocabularies that clients read are open: a new word is no break. Bounds of what clients
read are not compared, nor are answers that tell of failures, but for their bodies.

It is ours, since no tool that can be had found all kinds of breaks that are promised not to happen, and
some saw breaks where there are none. Its test takes each promise and each freedom as an edit of our own
document. A client with closed enumerations may still stumble over a new word.

Exit codes: 0 nothing breaks, or the version says that it may (Semantic Versioning 2.0.0: another major,
below 1.0 another minor); 1 something breaks, one line each; 2 wrong usage.
"""

import json
import sys

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
ANYTHING = frozenset(("null", "boolean", "integer", "number", "string", "array", "object"))
# Bounds by what they are when absent.
UPPER = dict.fromkeys(("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties"), float("inf"))
LOWER = dict.fromkeys(("minimum", "exclusiveMinimum"), float("-inf")) | dict.fromkeys(
    ("minLength", "minItems", "minProperties"), 0
)
# What is compared as a whole where clients send it: dropping it is no break, anything else is.
WHOLE = ("pattern", "multipleOf", "not", "propertyNames")
SENT, READ = "request", "response"


class Comparison:
    """Two documents, side by side. Every method gives the breaks as lines."""

    def __init__(self, old, new):
        self.old, self.new = old, new
        self.known = {}

    def documents(self):
        """All breaks, each once."""
        found = []
        for path, item in self.old["paths"].items():
            found += self.path(path, item, self.new["paths"].get(path))
        now = self.new.get("webhooks", {})
        for name, item in self.old.get("webhooks", {}).items():
            found += self.webhook(name, item, now.get(name))
        return list(dict.fromkeys(found))

    def path(self, path, old, new):
        if new is None:
            return [f"{path}: the path is gone"]
        found = []
        for method in METHODS:
            if method in old:
                where = f"{method.upper()} {path}"
                if method in new:
                    found += self.operation(old, old[method], new, new[method], where)
                else:
                    found.append(f"{where}: the operation is gone")
        return found

    def operation(self, old_path, old, new_path, new, where):
        found = []
        if old.get("operationId") != new.get("operationId"):
            found.append(f"{where}: operationId was {old.get('operationId')}, is {new.get('operationId')}")
        if old.get("tags") != new.get("tags"):
            found.append(f"{where}: the tag was {old.get('tags')}, is {new.get('tags')}")
        if not admits(self.new, new, credentials(self.old, old)):
            found.append(f"{where}: what was enough to call it no longer is")
        found += self.parameters(parameters(self.old, old_path, old), parameters(self.new, new_path, new), where)
        found += self.request(self.old_body(old), self.new_body(new), where)
        for status, answer in old.get("responses", {}).items():
            found += self.answer(status, answer, new.get("responses", {}).get(status), where)
        return found

    def old_body(self, operation):
        return resolved(self.old, operation.get("requestBody"))

    def new_body(self, operation):
        return resolved(self.new, operation.get("requestBody"))

    def parameters(self, old, new, where):
        found = []
        for key, was in old.items():
            name, now = f"{where} {key[0]} {key[1]}", new.get(key)
            if now is None:
                found.append(f"{name}: the parameter is gone")
                continue
            if now.get("required") and not was.get("required"):
                found.append(f"{name}: the parameter is required now")
            if any(was.get(how) != now.get(how) for how in ("style", "explode", "content")):
                found.append(f"{name}: the parameter is written otherwise")
            found += self.schema(was.get("schema", {}), now.get("schema", {}), SENT, name)
        added = [key for key, now in new.items() if key not in old and now.get("required")]
        return found + [f"{where} {place} {name}: a new parameter is required" for place, name in added]

    def request(self, old, new, where):
        if old is None:
            return [f"{where}: a body is required now"] if new and new.get("required") else []
        if new is None:
            return [f"{where}: no body is taken any more"]
        found = []
        if new.get("required") and not old.get("required"):
            found.append(f"{where}: the body is required now")
        return found + self.content(old, new, SENT, where)

    def answer(self, status, old, new, where):
        where, failure = f"{where} {status}", status[0] in "45"
        if new is None:
            return [] if failure else [f"{where}: the status is gone"]
        old, new = resolved(self.old, old), resolved(self.new, new)
        found = self.content(old, new, READ, where)
        if not failure:
            headers = new.get("headers", {})
            found += [f"{where}: the header {name} is gone" for name in old.get("headers", {}) if name not in headers]
        return found

    def content(self, old, new, way, where):
        found = []
        for media, was in old.get("content", {}).items():
            now = new.get("content", {}).get(media)
            if now is None:
                found.append(f"{where}: {media} is gone")
            else:
                found += self.schema(was.get("schema", {}), now.get("schema", {}), way, f"{where} {media}")
        return found

    def webhook(self, name, old, new):
        where = f"webhook {name}"
        if new is None or not set(old) & set(METHODS) <= set(new):
            return [f"{where}: is gone"]
        found = []
        for method in set(old) & set(METHODS):
            was, now = self.old_body(old[method]) or {}, self.new_body(new[method]) or {}
            found += self.content(was, now, READ, where)
        return found

    def schema(self, old, new, way, where):
        """Breaks of a schema. Those of a named one are worked out once, and told by its name."""
        (name, old_null), (same, new_null) = named(old), named(new)
        if not name or name != same or old_null != new_null:
            return self.settled(settled(self.old, old), settled(self.new, new), way, where)
        if (name, way) not in self.known:
            # A schema that holds itself: what is asked about inside of it is being answered.
            self.known[name, way] = []
            was, now = settled(self.old, {"$ref": name}), settled(self.new, {"$ref": name})
            self.known[name, way] = self.settled(was, now, way, f"{name.rpartition('/')[2]} in a {way}")
        return self.known[name, way]

    def settled(self, old, new, way, where):
        narrow, wide = (new, old) if way == SENT else (old, new)
        # Clients must be understood in what they send, and must understand what they read.
        lacking = wide["types"] - narrow["types"]
        if lacking:
            gone = "no longer taken" if way == SENT else "to be expected now"
            # Nothing below says more about a value of another type.
            return [f"{where}: {' and '.join(sorted(lacking))} {gone}"]
        if old.get("format") != new.get("format"):
            return [f"{where}: the format was {old.get('format')}, is {new.get('format')}"]
        found = self.forms(old["forms"], new["forms"], way, where)
        found += words(old, new, way, where)
        if way == SENT:
            found += bounds(old, new, where)
        found += self.properties(old, new, way, where)
        for inner in ("items", "additionalProperties"):
            was, now = old.get(inner, True), new.get(inner, True)
            if isinstance(was, dict) and isinstance(now, dict):
                found += self.schema(was, now, way, f"{where}[]")
            elif way == SENT and was is not False and now is not True and was != now:
                found.append(f"{where}: {inner} takes less than before")
        return found

    def properties(self, old, new, way, where):
        found, before, after = [], old.get("properties", {}), new.get("properties", {})
        for name, was in before.items():
            if name in after:
                found += self.schema(was, after[name], way, f"{where}.{name}")
            else:
                found.append(f"{where}.{name}: the property is gone")
        before, after = set(old.get("required", ())), set(new.get("required", ()))
        if way == SENT:
            found += [f"{where}.{name}: the property is required now" for name in sorted(after - before)]
        else:
            gone = sorted((before - after) & set(new.get("properties", {})))
            found += [f"{where}.{name}: the property may be absent now" for name in gone]
        return found

    def forms(self, old, new, way, where):
        """Each form that must be understood has one on the other side that does."""
        found = []
        for at, must in enumerate(old if way == SENT else new):
            others = new if way == SENT else old
            pairs = [(must, other) if way == SENT else (other, must) for other in others]
            breaks = [self.schema(was, now, way, f"{where}/{at}") for was, now in pairs]
            if [] not in breaks and (old or way == SENT):
                # The one that it resembles most says best what is wrong.
                found += min(breaks, key=len, default=[f"{where}/{at}: the form is gone"])
        return found


def resolved(document, what):
    """What a reference stands for; itself if it is none."""
    while isinstance(what, dict) and "$ref" in what:
        target = document
        for step in what["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        what = target
    return what


def named(schema):
    """The reference that a schema is, and whether it may be null beside that."""
    if not isinstance(schema, dict):
        return None, False
    forms = schema.get("oneOf", ())
    if len(forms) == 2 and {"type": "null"} in forms:
        return next((form["$ref"] for form in forms if "$ref" in form), None), True
    return schema.get("$ref"), False


def settled(document, schema):
    """A schema with its reference followed, its types as a set, and its forms (oneOf, anyOf) but null."""
    if isinstance(schema, bool):
        schema = {} if schema else {"type": []}
    if "$ref" in schema:
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**resolved(document, schema), **beside}
    for part in schema.get("allOf", ()):
        part = settled(document, part)
        schema = {
            **part,
            **schema,
            "properties": {**part.get("properties", {}), **schema.get("properties", {})},
            "required": [*part.get("required", ()), *schema.get("required", ())],
        }
    given = schema.get("oneOf", schema.get("anyOf", []))
    forms = [form for form in given if form is True or form.get("type") != "null"]
    null = {"null"} if len(forms) < len(given) else set()
    if len(forms) == 1:
        # `oneOf` of a schema and null is that schema, nullable.
        inner = settled(document, forms[0])
        return {**inner, "types": inner["types"] | null}
    types = schema.get("type", ANYTHING)
    types = {types} if isinstance(types, str) else set(types)
    if "number" in types:
        types.add("integer")
    if given and "type" not in schema:
        types = set().union(*(settled(document, form)["types"] for form in forms))
    return {**schema, "types": frozenset(types | null), "forms": forms}


def words(old, new, way, where):
    before, after = enumerated(old), enumerated(new)
    if way == READ:
        lost = before is not None and after is None
        return [f"{where}: the words are no longer listed"] if lost else []
    if after is None:
        return []
    if before is None:
        return [f"{where}: only certain words are taken now"]
    return [f"{where}: {word!r} is no longer taken" for word in before if word not in after]


def enumerated(schema):
    if "const" in schema:
        return [schema["const"]]
    listed = schema.get("enum")
    return None if listed is None else [word for word in listed if word is not None]


def bounds(old, new, where):
    found = []
    for bound, absent in UPPER.items():
        if new.get(bound, absent) < old.get(bound, absent):
            found.append(f"{where}: {bound} was {old.get(bound)}, is {new[bound]}")
    for bound, absent in LOWER.items():
        if new.get(bound, absent) > old.get(bound, absent):
            found.append(f"{where}: {bound} was {old.get(bound)}, is {new[bound]}")
    for whole in WHOLE:
        if whole in new and old.get(whole) != new[whole]:
            found.append(f"{where}: {whole} was {old.get(whole)}, is {new[whole]}")
    if new.get("uniqueItems") and not old.get("uniqueItems"):
        found.append(f"{where}: repeated items are refused now")
    if old.get("default") != new.get("default"):
        found.append(f"{where}: what is meant when it is absent was {old.get('default')}, is {new.get('default')}")
    return found


def parameters(document, path, operation):
    """The parameters of an operation by place and name."""
    every = [resolved(document, one) for one in (*path.get("parameters", ()), *operation.get("parameters", ()))]
    return {(one["in"], one["name"]): one for one in every}


def credentials(document, operation):
    """The sets of credentials of which each is enough; an empty one is nobody's."""
    return operation.get("security", document.get("security", ())) or [{}]


def admits(document, operation, before):
    """Whether each of the sets of credentials that were enough still is."""

    def suffices(asked, had):
        return all(scheme in had and set(scopes) <= set(had[scheme]) for scheme, scopes in asked.items())

    now = credentials(document, operation)
    return all(any(suffices(asked, had) for asked in now) for had in before)


def breaks(old, new):
    """What `new` breaks for the clients of `old`, one line each."""
    return Comparison(old, new).documents()


def may_break(old, new):
    """Whether the versions of the documents say that the new one may break."""
    old, new = (document["info"]["version"].split(".") for document in (old, new))
    return old[0] != new[0] or (old[0] == "0" and old[1] != new[1])


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    documents = []
    for name in arguments:
        with open(name, encoding="utf-8") as file:
            documents.append(json.load(file))
    found = breaks(*documents)
    for line in found:
        print(line)
    if found and may_break(*documents):
        old, new = (document["info"]["version"] for document in documents)
        print(f"{len(found)} breaks between {old} and {new}, whose versions say so")
        return 0
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
