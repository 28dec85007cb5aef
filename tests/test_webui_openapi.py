"""The API's description is complete and true: each route is in it, and real answers fit its schemas."""

from __future__ import annotations

import re
from inspect import signature
from typing import Any

from tests.photos import Shot, jpeg
from tests.webui_site import Site
from webui import app
from webui.openapi import DESCRIPTION


class _Anything:
    """Stands for every part that handlers come from; only the addresses matter here."""

    def __getattr__(self, name: str) -> str:
        return name


def test_every_route_is_described_and_nothing_else() -> None:
    parts: Any = _Anything()
    routes = [
        route
        for of in (app._routes, app._memory_routes)
        for route in of(*[parts] * len(signature(of).parameters))
    ]
    served = {
        (method.lower(), re.sub(r"<(\w+)>", r"{\1}", path.removeprefix("/api/v1")))
        for method, path, _ in routes
        if path.startswith("/api/v1")
    }
    described = {(method, path) for path, calls in DESCRIPTION["paths"].items() for method in calls}
    assert described == served


def test_it_is_served_to_everyone(site: Site) -> None:
    assert site.get("/api/v1/openapi.json").json() == DESCRIPTION


def test_real_answers_fit(site: Site) -> None:
    person = site.add_person()
    site.log_in()
    whole = site.bring(person, "one.jpg", jpeg(Shot(gps=(1.5, 2.5), make="Canon")))
    site.bring(person, "broken.jpg", jpeg()[:300])
    site.work()
    made = site.post_json("/api/v1/albums", {"title": "Coast", "items": [whole]}).json()
    check(made, {"$ref": "#/components/schemas/Made"}, "POST albums")
    album = made["id"]
    for path, schema in [
        ("/session", "Session"),
        ("/status", "Status"),
        ("/timeline", "Timeline"),
        ("/items", "Page"),
        ("/failures", "Failures"),
        (f"/items/{whole}", "WholeItem"),
        (f"/items/{'0' * 64}", "Error"),
        (f"/items/{whole}/clip", "Error"),
        ("/memories", "Memories"),
        ("/albums", "Albums"),
        (f"/albums/{album}", "WholeCollection"),
        ("/clock-suggestions", "Clocks"),
        ("/facets", "Facets"),
    ]:
        check(site.get("/api/v1" + path).json(), {"$ref": f"#/components/schemas/{schema}"}, path)


def check(value: Any, schema: dict[str, Any], place: str) -> None:
    """Assert that a value fits a schema of the kinds that our description uses."""
    if "$ref" in schema:
        check(value, DESCRIPTION["components"]["schemas"][schema["$ref"].rpartition("/")[2]], place)
        return
    if "anyOf" in schema:
        assert any(_fits(value, choice, place) for choice in schema["anyOf"]), f"{place}: {value!r}"
        return
    types: dict[str, type | tuple[type, ...]] = {
        "object": dict,
        "array": list,
        "string": str,
        "boolean": bool,
        "null": type(None),
    }
    types |= {"integer": int, "number": (int, float)}
    assert isinstance(value, types[schema["type"]]), f"{place}: {value!r} is no {schema['type']}"
    assert value in schema.get("enum", [value]), f"{place}: {value!r}"
    if "pattern" in schema:
        assert re.search(schema["pattern"], str(value)), f"{place}: {value!r}"
    for position, part in enumerate(value if isinstance(value, list) else ()):
        check(part, schema["items"], f"{place}[{position}]")
    if isinstance(value, dict):
        assert set(schema.get("required", [])) <= value.keys(), f"{place}: {value!r}"
        assert value.keys() <= schema["properties"].keys(), f"{place}: {value!r}"
        for name, part in value.items():
            check(part, schema["properties"][name], f"{place}.{name}")


def _fits(value: Any, schema: dict[str, Any], place: str) -> bool:
    try:
        check(value, schema, place)
    except AssertionError:
        return False
    return True
