"""Ids that a platform gives never lead a write to another address than that of the feature."""

from __future__ import annotations

import pytest
from citycheck.citycheck_qgis.cim.adapters.base import Update
from citycheck.citycheck_qgis.cim.adapters.ogcapi import OgcApiCollection, OgcApiDialect
from citycheck.citycheck_qgis.cim.connections import CollectionSettings, Connection
from citycheck.citycheck_qgis.cim.network import Http
from citycheck.tests.cim.test_guarded import FEATURE, OgcStandin
from citycheck.tests.standins.standin_server import Reply, Request


class Naming(OgcStandin):
    """Gives its only feature an id, and says yes to everything."""

    def __init__(self, number: object) -> None:
        super().__init__()
        self.number = number

    def answer(self, request: Request) -> Reply:
        if request.method in ("PUT", "PATCH", "DELETE"):
            return Reply(204, b"")
        if "items" in request.path:
            one = FEATURE | {"id": self.number}
            return Reply.json(
                {"type": "FeatureCollection", "features": [one], "numberMatched": 1, "links": []}
            )
        return super().answer(request)


@pytest.mark.parametrize("number", ["..", ".", "", None, "../../admin?all=1#", "a/b", "体检", "%2e%2e"])
def test_an_id_of_an_ogc_api_stays_one_part_of_the_address(number: object) -> None:
    with Naming(number) as server:
        settings = {"c": CollectionSettings(key_field="uuid")}
        connection = Connection("x", "ogcapi", server.root, collections=settings)
        collection = OgcApiCollection(connection, Http(connection, OgcApiDialect()), "c")
        (one,) = next(collection.pages()).features
        changed = one.with_items({"n": 4})
        outcomes = [
            *collection.update([Update(one, changed, frozenset({"n"}))]),
            *collection.delete([one]),
        ]
        written = [request.path for request in server.record if request.method in ("PUT", "PATCH", "DELETE")]
    if number in ("..", ".", "", None):
        assert written == [] and [outcome.state for outcome in outcomes] == ["rejected"] * 2
    else:
        assert set(written) == {f"/collections/c/items/{number}"}
