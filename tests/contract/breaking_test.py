#!/usr/bin/env python3
"""Whether breaking.py judges rightly: every edit below is made to the project's own document.

    breaking_test.py [DOCUMENT]      (openapi/openapi.json)
"""

import json
import pathlib
import sys
import unittest

from breaking import breaks, may_break

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "openapi" / "openapi.json"
LIST, ONE = "/v1/parties", "/v1/parties/{party_id}"
CHART = "/v1/reports/funnel"


def schema(document, name):
    return document["components"]["schemas"][name]


def field(document, name, property_name):
    return schema(document, name)["properties"][property_name]


def parameter(document, name):
    return next(one for one in document["paths"][LIST]["get"]["parameters"] if one.get("name") == name)


def without(members, *names):
    for name in names:
        del members[name]


def response_property_removed(document):
    party = schema(document, "Party")
    del party["properties"]["name"]
    party["required"].remove("name")


def new_required_request_property(document):
    party = schema(document, "PartyInput")
    party["properties"]["motto"] = {"type": "string", "maxLength": 9}
    party["required"].append("motto")


def parameter_removed(document):
    document["paths"][LIST]["get"]["parameters"].remove(parameter(document, "q"))


def success_status_changed(document):
    responses = document["paths"][LIST]["post"]["responses"]
    responses["200"] = responses.pop("201")


def scope_added(document):
    document["paths"][LIST]["get"]["security"] = [{"bearer": ["parties:read"]}, {"api_key": []}]


# What breaks, each with a part of what must be said of it.
BREAKING = {
    "an operation removed": (lambda d: without(d["paths"][ONE], "delete"), "the operation is gone"),
    "a path removed": (lambda d: without(d["paths"], ONE), "the path is gone"),
    "a response property removed": (response_property_removed, "Party in a response.name: the property is gone"),
    "a required response property made optional": (
        lambda d: schema(d, "Party")["required"].remove("version"),
        "Party in a response.version: the property may be absent now",
    ),
    "a response type changed": (
        lambda d: field(d, "Party", "version").update(type="string"),
        "Party in a response.version: string to be expected now",
    ),
    "a response property made nullable": (
        lambda d: field(d, "Party", "version").update(type=["integer", "null"]),
        "Party in a response.version: null to be expected now",
    ),
    "a new required request property": (
        new_required_request_property,
        "PartyInput in a request.motto: the property is required now",
    ),
    "a request's maxLength lowered": (
        lambda d: field(d, "PartyInput", "name").update(maxLength=20),
        "PartyInput in a request.name: maxLength was",
    ),
    "an optional parameter made required": (
        lambda d: parameter(d, "q").update(required=True),
        "GET /v1/parties query q: the parameter is required now",
    ),
    "a parameter removed": (parameter_removed, "GET /v1/parties query q: the parameter is gone"),
    "a parameter's maximum lowered": (
        lambda d: parameter(d, "limit")["schema"].update(maximum=50),
        "GET /v1/parties query limit: maximum was",
    ),
    "a success status changed": (success_status_changed, "POST /v1/parties 201: the status is gone"),
    "a request enum narrowed": (
        lambda d: schema(d, "PartyKind")["enum"].remove("person"),
        "PartyKind in a request: 'person' is no longer taken",
    ),
    "a request enum introduced": (
        lambda d: field(d, "PartyInput", "industry").update(enum=["software"]),
        "PartyInput in a request.industry: only certain words are taken now",
    ),
    "a response media type removed": (
        lambda d: without(d["paths"][CHART]["get"]["responses"]["200"]["content"], "text/csv"),
        "text/csv is gone",
    ),
    "an operationId changed": (
        lambda d: d["paths"][LIST]["get"].update(operationId="parties_all"),
        "GET /v1/parties: operationId was",
    ),
    # It locks keys out that were enough before.
    "a scope added": (scope_added, "GET /v1/parties: what was enough to call it no longer is"),
}


def response_property_added(document):
    party = schema(document, "Party")
    party["properties"]["motto"] = {"type": "string"}
    party["required"].append("motto")


def texts_changed(document):
    document["info"]["description"] = "Another text."
    for operation in document["paths"][LIST].values():
        operation.update(summary="Another text", description="Another text.")
    for one in document["components"]["schemas"].values():
        one.update(description="Another text.", examples=[])


HARMLESS = {
    "a response property added": response_property_added,
    "an optional parameter added": lambda d: d["paths"][LIST]["get"]["parameters"].append(
        {"name": "motto", "in": "query", "schema": {"type": "string", "maxLength": 9}}
    ),
    "an operation added": lambda d: d["paths"][ONE].update(
        put={"operationId": "parties_replace", "tags": ["parties"], "responses": {"204": {"description": "Done."}}}
    ),
    "an optional request property added": lambda d: schema(d, "PartyInput")["properties"].update(
        motto={"type": "string", "maxLength": 9}
    ),
    "a request's maxLength raised": lambda d: field(d, "PartyInput", "name").update(maxLength=2000),
    "texts changed": texts_changed,
    # Clients are told that vocabularies grow.
    "a word added": lambda d: schema(d, "PartyKind")["enum"].append("household"),
}


class Judgement(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.text = DOCUMENT.read_bytes()
        cls.document = json.loads(cls.text)

    def edited(self, edit):
        document = json.loads(self.text)
        edit(document)
        return document

    def test_the_document_breaks_nothing_of_itself(self):
        self.assertEqual([], breaks(self.document, json.loads(self.text)))

    def test_what_breaks_is_told(self):
        for name, (edit, told) in BREAKING.items():
            with self.subTest(name):
                found = breaks(self.document, self.edited(edit))
                self.assertTrue(any(told in line for line in found), found)
                # One edit is not told in hundreds of lines.
                self.assertLess(len(found), 60, found)

    def test_what_is_harmless_is_let_pass(self):
        for name, edit in HARMLESS.items():
            with self.subTest(name):
                self.assertEqual([], breaks(self.document, self.edited(edit)))

    def test_a_version_may_say_that_it_breaks(self):
        def version(text):
            return {"info": {"version": text}}

        for old, new, may in (
            ("0.1.0", "0.1.1", False),
            ("0.1.0", "0.2.0", True),
            ("1.1.0", "1.2.0", False),
            ("1.1.0", "2.0.0", True),
        ):
            with self.subTest(f"{old} → {new}"):
                self.assertEqual(may, may_break(version(old), version(new)))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        DOCUMENT = pathlib.Path(sys.argv.pop(1))
    unittest.main()
