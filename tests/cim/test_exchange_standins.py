"""The engine with the adapters of ArcGIS, iServer and house-made platforms, while the network does its worst.

Sixty features are pushed, twenty of them edited and pushed again, with faults drawn from a seed at about every fourth
request; each push is repeated until it is finished, as a user would.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pytest
import shapely
from citycheck.citycheck_qgis.cim.adapters import arcgis, house, supermap
from citycheck.citycheck_qgis.cim.adapters.base import Collection
from citycheck.citycheck_qgis.cim.connections import CollectionSettings, Connection
from citycheck.citycheck_qgis.cim.exchange import exchange
from citycheck.citycheck_qgis.cim.local import FrameLayer
from citycheck.citycheck_qgis.cim.network import Http
from citycheck.citycheck_qgis.cim.results import Report, Rules
from citycheck.citycheck_qgis.cim.store import Store
from citycheck.citycheck_qgis.errors import ExchangeError
from citycheck.tests.cim.test_adapter_house import OPTIONS
from citycheck.tests.standins.adversary import TRANSIENT, Adversary, random_plan
from citycheck.tests.standins.arcgis_standin import ArcgisSettings, ArcgisStandin
from citycheck.tests.standins.house_standin import HouseSettings, HouseStandin
from citycheck.tests.standins.standin_server import Login
from citycheck.tests.standins.supermap_standin import SupermapSettings, SupermapStandin

FAULTS = (*TRANSIENT, "error_in_200", "error_in_200_after", "token_dead")
NUMBER = 60
LOGIN = Login("planner", "correct horse")
#: What the next run has to go on with, or a person.
OPEN = {"conflict", "rejected", "held_back", "waiting", "withheld", "altered", "planned"}


@dataclass(frozen=True)
class Kind:
    """A protocol: its stand-in by seed, how it is opened, and what its fields are called."""

    standin: Callable[[int], Any]
    opened: Callable[[Adversary, Any], Collection]
    fields: dict[str, str]
    key: str
    stored_name: str


def arcgis_opened(proxy: Adversary, server: ArcgisStandin) -> Collection:
    made = Connection(
        "test",
        "arcgis",
        proxy.through(server.service_url),
        collections={"0": CollectionSettings(key_field="uuid")},
        options={"batch": 20},
    )
    return arcgis.ArcGisCollection(made, Http(made, arcgis.ArcGisDialect(made), LOGIN), "0")


def supermap_opened(proxy: Adversary, server: SupermapStandin) -> Collection:
    name = "City:Problem_R"
    made = Connection(
        "test",
        "supermap",
        proxy.through(server.data_url),
        collections={name: CollectionSettings(key_field="uuid")},
        options={"batch": 20, "page": 25},
    )
    return supermap.SuperMapCollection(made, Http(made, supermap.SuperMapDialect(made), LOGIN), name)


def house_opened(proxy: Adversary, server: HouseStandin) -> Collection:
    options = copy.deepcopy(OPTIONS)
    for write in ("create", "update", "delete"):
        options["collections"]["problem"][write]["batch"] = 20
    made = Connection(
        "test",
        "house",
        proxy.root,
        collections={"problem": CollectionSettings(key_field="key")},
        options=options,
    )
    return house.HouseCollection(made, Http(made, house.HouseDialect(made), LOGIN), "problem")


KINDS = {
    "arcgis": Kind(
        lambda seed: ArcgisStandin(
            settings=ArcgisSettings(max_record_count=25, needs_token=True, global_ids=seed % 2 == 0)
        ),
        arcgis_opened,
        {"name": "name", "note": "note", "count": "severity", "size": "area"},
        "uuid",
        "name",
    ),
    "supermap": Kind(
        lambda seed: SupermapStandin(
            settings=SupermapSettings(
                needs_token=True, transactions=seed % 2 == 0, error_status=seed % 3 != 0
            )
        ),
        supermap_opened,
        {"name": "NAME", "note": "NOTE", "count": "SEVERITY", "size": "AREA"},
        "UUID",
        "NAME",
    ),
    "house": Kind(
        lambda seed: HouseStandin(settings=HouseSettings(largest_page=30)),
        house_opened,
        {"name": "name", "note": "note", "count": "level", "size": "area"},
        "bizId",
        "problemName",
    ),
}


def layer(kind: Kind, edited: bool) -> FrameLayer:
    """Return the local layer; a third of its features is another when it was edited."""
    rows = [
        {
            "key": str(uuid.UUID(int=n)),
            "name": named(n, edited),
            "note": "改" if n % 2 else None,
            "count": n % 3,
            "size": n * 1.1,
        }
        for n in range(NUMBER)
    ]
    boxes = [shapely.box(113 + n / 100, 23, 113.01 + n / 100, 23.01) for n in range(NUMBER)]
    frame = gpd.GeoDataFrame(rows, geometry=boxes, crs=4490).rename(columns=kind.fields)
    return FrameLayer(frame, "EPSG:4490", key_field="key", name="problems")


def named(number: int, edited: bool) -> str:
    return f"问题{number}" + ("（已改）" if edited and number % 3 == 0 else "")


def finished(push: Callable[[], Report]) -> Report:
    """Push again and again, until nothing is left to do; what the network does in between is told or thrown."""
    told = ""
    for _ in range(40):
        try:
            report = push()
        except ExchangeError as error:
            told = str(error)
            continue
        if not OPEN & set(report.counts):
            return report
        told = str(report.counts)
    pytest.fail(f"It does not come to an end: {told}")


def push_through(name: str, seed: int, rate: float) -> int:
    """Push, edit and push again; return how many faults there were."""
    kind = KINDS[name]
    store = Store(None)
    link = store.link("test", "problems", "layer")
    with (
        kind.standin(seed) as server,
        Adversary(server.root, random_plan(seed, rate, FAULTS)) as proxy,
    ):
        for edited in (False, True):

            def push(edited: bool = edited) -> Report:
                remote = kind.opened(proxy, server)
                rules = Rules(dry_run=False, pauses=(0,))
                return exchange(store, link, layer(kind, edited), remote, rules, sleep=lambda seconds: None)

            finished(push)
            stored = sorted((row[kind.key], row[kind.stored_name]) for row in server.rows())
            assert stored == [(str(uuid.UUID(int=n)), named(n, edited)) for n in range(NUMBER)]
        # The journal's last word about each feature.
        states = dict(store.connection.execute("SELECT key, state FROM operation ORDER BY operation_id"))
        assert len(states) == NUMBER and set(states.values()) == {"verified"}
        proxy.plan = lambda number, method, path: None
        last = push()
        assert last.counts == {} and last.unchanged == NUMBER
    store.close()
    return sum(seen.fault is not None for seen in proxy.record)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Http, "_pause", lambda http, seconds: None)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", KINDS)
def test_nothing_is_lost_and_nothing_doubled(name: str, seed: int) -> None:
    assert push_through(name, seed, 0.25) > 0


@pytest.mark.campaign
@pytest.mark.parametrize("rate", [0.05, 0.15, 0.3])
@pytest.mark.parametrize("name", KINDS)
def test_nothing_is_lost_in_many_histories(name: str, rate: float, request: pytest.FixtureRequest) -> None:
    if "campaign" not in request.config.option.markexpr:
        pytest.skip("a campaign of some minutes; run it with -m campaign")
    assert sum(push_through(name, seed, rate) for seed in range(100, 130)) > 10
