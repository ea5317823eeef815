"""The algorithm that assigns features in parts: what it writes, says and refuses, in QGIS's own programs too."""

import importlib.util
import threading
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from qgis.core import QgsProcessingException, QgsProcessingFeedback

pytest.importorskip("pyarrow", reason="pyarrow is not installed (requirements-cluster.txt)")

needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="dask is not installed (requirements-cluster.txt)"
)
ADDED = [
    "community_code", "street_code", "district_code", "city_code", "share", "method", "overlap_count",
]  # fmt: skip


@pytest.fixture
def parameters(tiny_city, tmp_path):
    given = tiny_city.write()
    return {
        "INPUT": given["BUILDINGS"],
        "COMMUNITIES": given["COMMUNITIES"],
        "STREETS": given["STREETS"],
        "STATISTICS": "storeys",
        "MAX_UNMATCHED": 20,
        "OUTPUT": str(tmp_path / "归属 分区"),
        "FIGURES": str(tmp_path / "figures.gpkg"),
    }


def from_folder(parameters, folder):
    return {**{key: value for key, value in parameters.items() if key != "INPUT"}, "PARTS": str(folder)}


def figures_of(path):
    return pyogrio.read_dataframe(path).sort_values("code", ignore_index=True)


def test_same_as_assignunits(parameters, run, tmp_path):
    one = {**parameters, "OUTPUT": str(tmp_path / "one.gpkg"), "FIGURES": str(tmp_path / "one-figures.gpkg")}
    whole = run("assignunits", one).results
    report = str(tmp_path / "report.html")
    found = run("assignparts", {**parameters, "REPORT": report})
    for key in ("TOTAL", "MATCHED", "AMBIGUOUS", "UNMATCHED", "OUTSIDE", "BORDER", "STREET_DIFFERS"):
        assert found.results[key] == whole[key], key
    assert (found.results["DONE"], found.results["KEPT"]) == (1, 0)
    parts = gpd.read_parquet(parameters["OUTPUT"]).sort_values("building_id", ignore_index=True)
    rows = pyogrio.read_dataframe(one["OUTPUT"]).sort_values("building_id", ignore_index=True)
    pd.testing.assert_frame_equal(
        parts[ADDED].astype(object).where(parts[ADDED].notna(), None),
        rows[ADDED].astype(object).where(rows[ADDED].notna(), None),
        check_dtype=False,
    )
    assert parts.geometry.geom_equals_exact(rows.geometry, 0).all()
    pd.testing.assert_frame_equal(figures_of(parameters["FIGURES"]), figures_of(one["FIGURES"]))
    assert "How the community was found" in Path(report).read_text(encoding="utf-8")

    again = run("assignparts", parameters)
    assert (again.results["DONE"], again.results["KEPT"]) == (0, 1)
    assert "1 parts were done by an earlier run and are the same." in again.log
    assert again.results["MATCHED"] == whole["MATCHED"]


def test_a_folder_of_parts_in_another_crs(tiny_city, parameters, run, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    tiny_city.buildings.to_crs(4490).iloc[:5].to_parquet(folder / "a.parquet")
    tiny_city.buildings.to_crs(4490).iloc[5:].to_parquet(folder / "b.parquet")
    found = run("assignparts", from_folder(parameters, folder))
    assert (found.results["TOTAL"], found.results["MATCHED"], found.results["DONE"]) == (9, 8, 2)
    assert "2 parts are in another CRS than the units; their overlaps were measured in" in found.log


def test_what_is_refused(tiny_city, parameters, run, tmp_path):
    def refused(**changed):
        with pytest.raises(QgsProcessingException) as caught:
            run("assignparts", {**parameters, **changed})
        return str(caught.value)

    assert "There is no file nowhere.gpkg; check the path." in refused(INPUT="nowhere.gpkg")
    assert "names no column people" in refused(STATISTICS="people")
    assert "more than the limit of 5 %" in refused(MAX_UNMATCHED=5)
    (tmp_path / "empty").mkdir()
    assert "has no GeoParquet files" in refused(INPUT=None, PARTS=str(tmp_path / "empty"))
    assert "Give either a layer's file" in refused(PARTS=str(tmp_path))
    assert "Give either a layer's file" in refused(INPUT=None)


@needs_dask
def test_a_scheduler_that_does_not_answer(parameters, run, monkeypatch):
    from citycheck.citycheck_qgis.units import schedulers

    monkeypatch.setattr(schedulers, "ANSWER", 1)
    with pytest.raises(QgsProcessingException, match=r"No dask scheduler answers at tcp://127\.0\.0\.1:9"):
        run("assignparts", {**parameters, "SCHEDULER": "tcp://127.0.0.1:9"})


def test_dask_is_missing(parameters, run, monkeypatch):
    from citycheck.citycheck_qgis.units import parts

    real = parts.importlib.import_module

    def without_dask(name):
        if name in ("dask", "distributed"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name)

    monkeypatch.setattr(parts.importlib, "import_module", without_dask)
    with pytest.raises(QgsProcessingException) as caught:
        run("assignparts", {**parameters, "SCHEDULER": "local"})
    said = str(caught.value)
    assert "needs dask, which is not installed: run 'python3 -m pip install --target" in said
    assert "requirements-cluster.txt" in said
    assert run("assignparts", parameters).results["TOTAL"] == 9


@needs_dask
def test_cancel_stops_the_processes(tiny_city, parameters, run):
    psutil = pytest.importorskip("psutil")
    # Many parts of the same nine buildings.
    folder = tiny_city.folder / "parts"
    folder.mkdir()
    for number in range(150):
        tiny_city.buildings.to_parquet(folder / f"{number:03}.parquet")
    feedback = QgsProcessingFeedback(False)
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    asked = []

    def cancel():
        while feedback.progress() < 40 and not asked:
            time.sleep(0.01)
        asked.append(time.monotonic())
        feedback.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    try:
        with pytest.raises(QgsProcessingException, match="cancelled"):
            run("assignparts", {**from_folder(parameters, folder), "SCHEDULER": "local"}, feedback)
        took = time.monotonic() - asked[0]
    finally:
        asked.append(0)
        thread.join()
    left = [p for p in psutil.Process().children(recursive=True) if p.pid not in before]
    assert [p for p in left if "resource_tracker" not in " ".join(p.cmdline())] == []
    assert took < 3
    kept = run("assignparts", from_folder(parameters, folder)).results["KEPT"]
    assert 0 < kept < 150


@needs_dask
def test_the_real_qgis_process_with_local_processes(parameters, qgis_process):
    done = qgis_process(
        "run", "citycheck:assignparts", "-", stdin={"inputs": {**parameters, "SCHEDULER": "local"}}
    )
    assert done.status == 0, done.err
    found = done.json["results"]
    assert (found["TOTAL"], found["MATCHED"], found["OUTSIDE"], found["DONE"]) == (9, 8, 1, 1)
    assert "Traceback" not in done.err
    rows = gpd.read_parquet(parameters["OUTPUT"]).set_index("building_id")
    assert rows.loc["B3", "community_code"] == "990101001002"
    assert rows.loc["B3", "share"] == 2 / 3
