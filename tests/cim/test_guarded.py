"""Broken answers of every adapter: one sentence for the user, and a write of which nothing is known."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import shapely
from citycheck.citycheck_qgis.cim.adapters.base import Capabilities, Collection, Outcome, Page, Update
from citycheck.citycheck_qgis.cim.adapters.guarded import Guarded
from citycheck.citycheck_qgis.cim.adapters.opening import collections_of, open_collection, way_to
from citycheck.citycheck_qgis.cim.answers import Answer
from citycheck.citycheck_qgis.cim.connections import CollectionSettings, Connection
from citycheck.citycheck_qgis.cim.features import Feature, Schema
from citycheck.citycheck_qgis.errors import CityCheckError, NoAnswerError, RefusedError
from citycheck.tests.standins.arcgis_standin import ArcgisStandin
from citycheck.tests.standins.standin_server import Reply, Request, Standin
from citycheck.tests.standins.supermap_standin import SupermapStandin

#: What a platform may put in the place of anything.
ODD = (None, 1e300, -1, "x", [], {}, [[]], {"a": 1}, True, 10**30, "\ud800", ["a"], [None])
SQUARE = shapely.to_wkb(shapely.box(113, 23, 113.1, 23.1))
FEATURE = {
    "type": "Feature",
    "id": 1,
    "properties": {"uuid": "k", "n": 3, "d": "2024-01-01"},
    "geometry": {"type": "Polygon", "coordinates": [[[113, 23], [113, 24], [114, 24], [113, 23]]]},
}
FIELDS = {
    "uuid": {"type": "string"},
    "n": {"type": "integer"},
    "d": {"type": "string", "format": "date"},
    "geom": {"format": "geometry-polygon"},
}
HOUSE = {
    "ok": [0],
    "collections": {
        "c": {
            "id": "id",
            "crs": "OGC:CRS84",
            "geometry": {"path": "geom", "form": "geojson", "type": "Polygon"},
            "fields": [{"name": "uuid"}, {"name": "n", "type": "integer"}, {"name": "d", "type": "date"}],
            "list": {"url": "list", "rows": "data.rows", "total": "data.total"},
            "create": {"url": "save", "body": "{rows}", "batch": 5, "ids": "data.ids"},
        }
    },
}


class OgcStandin(Standin):
    """A stand-in for an OGC API with one feature."""

    def answer(self, request: Request) -> Reply:
        if request.method == "POST":
            return Reply(201, b"", {"Location": "/collections/c/items/2"})
        if "items" in request.path:
            return Reply.json(
                {"type": "FeatureCollection", "features": [FEATURE], "numberMatched": 1, "links": []}
            )
        if "schema" in request.path or "queryables" in request.path:
            return Reply.json({"properties": FIELDS})
        if "conformance" in request.path:
            rules = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete"
            return Reply.json({"conformsTo": [rules]})
        one = {"id": "c", "crs": ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"], "links": []}
        return Reply.json({"collections": [one]} if request.path.endswith("collections") else one)


class RowsStandin(Standin):
    """A stand-in for a house-made platform with one row."""

    def answer(self, request: Request) -> Reply:
        row = {"id": 1, **FEATURE["properties"], "geom": FEATURE["geometry"]}  # type: ignore[dict-item]
        return Reply.json({"code": 0, "data": {"rows": [row], "total": 1, "ids": [2]}})


def spoilt(value: Any, rng: random.Random) -> Any:
    """Return a copy of an answer in which one value is another one."""
    places: list[list[Any]] = []

    def walk(item: Any, path: list[Any]) -> None:
        if path:
            places.append(path)
        pairs = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
        for name, part in pairs:
            walk(part, [*path, name])

    walk(value, [])
    if not places:
        return rng.choice(ODD)
    value = copy.deepcopy(value)
    *path, last = rng.choice(places)
    holder = value
    for name in path:
        holder = holder[name]
    holder[last] = rng.choice(ODD)
    return value


SERVERS: dict[str, tuple[Callable[[], Any], str, dict[str, Any]]] = {
    "arcgis": (ArcgisStandin, "0", {}),
    "supermap": (SupermapStandin, "City:Problem_R", {}),
    "ogcapi": (OgcStandin, "c", {}),
    "house": (RowsStandin, "c", HOUSE),
}


@pytest.mark.parametrize("protocol", SERVERS)
def test_no_broken_answer_is_more_than_a_sentence(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    build, name, options = SERVERS[protocol]
    rng, whole = random.Random(20240531), Answer.json
    share = 0.0

    def json(answer: Answer) -> Any:
        value = whole(answer)
        return spoilt(value, rng) if rng.random() < share else value

    monkeypatch.setattr(Answer, "json", json)
    with build() as server:
        url = getattr(server, "service_url", getattr(server, "data_url", server.root))
        settings = {name: CollectionSettings(key_field="uuid")}
        made = Connection("test", protocol, url, collections=settings, options=options)
        sentences = set()

        def use() -> None:
            http = way_to(made)
            try:
                collections_of(made, http)
                collection = open_collection(made, http, name)
                for number, page in enumerate(collection.pages()):
                    for feature in page.features:
                        assert isinstance(feature.key, str | None)
                        feature.digest()
                    if number > 5:
                        break
                collection.find(["k", "no"])
                collection.create([Feature(f"new-{rng.random()}", {}, SQUARE)])
            except CityCheckError as error:
                sentences.add(str(error))
            finally:
                http.close()

        use()
        assert sentences == set(), "the whole answers are fine"
        share = 0.3
        for _ in range(40):
            use()
    assert len(sentences) > 3


class Broken(Collection):
    """A collection whose every method meets an answer that it did not expect."""

    name = title = "c"
    schema, crs, key_field, capabilities = Schema(()), None, "uuid", Capabilities()

    def pages(self) -> Iterator[Page]:
        yield Page([Feature("k")])
        raise KeyError("features")

    def find(self, keys: Sequence[str]) -> list[Feature]:
        return [Feature("\ud800")]

    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        raise shapely.errors.GEOSException("a ring that is not closed")

    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        raise OverflowError("too large")

    def delete(self, features: Sequence[Feature]) -> list[Outcome]:
        raise RefusedError("The platform refuses it.")


@pytest.mark.parametrize("method", ["create", "update", "find"])
def test_of_a_write_with_a_broken_answer_nothing_is_known(method: str) -> None:
    with pytest.raises(NoAnswerError, match="The answer of the platform on c is not built") as caught:
        getattr(Guarded(Broken()), method)([])
    assert caught.value.__cause__ is not None


def test_what_a_platform_says_and_what_came_before_stay() -> None:
    guarded = Guarded(Broken())
    pages = guarded.pages()
    assert [f.key for f in next(pages).features] == ["k"]
    with pytest.raises(NoAnswerError):
        next(pages)
    with pytest.raises(RefusedError, match="refuses"):
        guarded.delete([])


def test_an_error_of_who_reads_the_pages_is_not_the_platforms() -> None:
    with pytest.raises(KeyError):
        for _ in Guarded(Broken()).pages():
            raise KeyError("mine")
