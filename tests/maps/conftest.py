"""A small checkup database and the map made from it, once for all tests of the room."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from citycheck.citycheck_qgis.maps.project import ContextLayer, build_project
from citycheck.citycheck_qgis.maps.sheet import Sheet
from citycheck.tests.fixtures.mock_checkup import write_mock


@pytest.fixture(scope="session")
def mock_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mock")
    write_mock(folder, communities=40, per_community=80)
    return folder


@pytest.fixture
def database(mock_folder, tmp_path) -> Path:
    """A copy that a test may change."""
    for name in ("checkup.gpkg", "context.gpkg"):
        shutil.copy(mock_folder / name, tmp_path / name)
    return tmp_path / "checkup.gpkg"


@pytest.fixture
def context(database) -> list[ContextLayer]:
    return [
        ContextLayer(role, database.with_name("context.gpkg"), role) for role in ("water", "green", "road")
    ]


@pytest.fixture
def sheet() -> Sheet:
    return Sheet(
        "云州市",
        2024,
        data_date="2024-12-31",
        producer="云州市住房和城乡建设局",
        drawing_number="03",
        source_note="虚构示例数据",
        issued="2025-03-15",
    )


@pytest.fixture
def built(qgis_app, database, context, sheet):
    made = build_project(database, 2024, sheet, database.with_name("map.qgz"), context)
    yield made
    made.project.clear()
