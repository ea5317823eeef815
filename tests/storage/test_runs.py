"""The record of a run."""

from __future__ import annotations

import hashlib
import json
import re

import pytest
from citycheck.citycheck_qgis.storage.files import file_hash
from citycheck.citycheck_qgis.storage.runs import now, run_record
from citycheck.citycheck_qgis.storage.tables import RUN


@pytest.fixture
def inputs(tmp_path):
    paths = []
    for year in ("2023", "2024"):
        (tmp_path / year).mkdir()
        paths.append(tmp_path / year / "values.csv")
        paths[-1].write_text(f"体检值 {year}", encoding="utf-8")
    return paths


def record(inputs, algorithm="annualcheckup", parameters=None, version="0.1", started="2024-01-01T00:00:00Z"):
    counts = {"buildings": {"total": 2, "matched": 2}}
    frame = run_record(
        algorithm, parameters or {"YEAR": 2024, "城市": "云湖市"}, inputs, counts, version, started
    )
    assert len(frame) == 1
    return frame.iloc[0]


def test_hash_is_sha256(inputs, tmp_path):
    assert file_hash(inputs[0]) == hashlib.sha256("体检值 2023".encode()).hexdigest()
    large = tmp_path / "large"
    large.write_bytes(b"x" * 3_000_000)
    assert file_hash(large) == hashlib.sha256(b"x" * 3_000_000).hexdigest()


def test_row_is_complete(inputs):
    row = record(inputs)
    assert sorted(row.index) == sorted(RUN.columns)
    assert json.loads(row["parameters"]) == {"YEAR": 2024, "城市": "云湖市"}
    assert "云湖市" in row["parameters"]
    assert json.loads(row["counts"])["buildings"]["matched"] == 2
    assert row["started"] == "2024-01-01T00:00:00Z"
    assert row["ended"] > row["started"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", now())


def test_inputs_of_one_name_are_both_hashed(inputs):
    hashes = json.loads(record(inputs)["inputs"])
    assert hashes == {
        "2023/values.csv": file_hash(inputs[0]),
        "2024/values.csv": file_hash(inputs[1]),
    }
    assert list(json.loads(record(inputs[:1])["inputs"])) == ["values.csv"]


def test_what_is_no_file_is_not_hashed(inputs, tmp_path):
    assert json.loads(record([tmp_path, tmp_path / "missing"])["inputs"]) == {}


def test_repeating_a_run_repeats_its_id(inputs):
    first = record(inputs)
    again = record([*inputs[::-1], inputs[0]], parameters={"城市": "云湖市", "YEAR": 2024}, started=now())
    assert first["run_id"] == again["run_id"]
    assert first["started"] != again["started"]


def test_anything_else_is_another_run(inputs):
    ids = {
        record(inputs)["run_id"],
        record(inputs, algorithm="diagnose")["run_id"],
        record(inputs, parameters={"YEAR": 2023})["run_id"],
        record(inputs, version="0.2")["run_id"],
        record(inputs[:1])["run_id"],
    }
    inputs[0].write_text("changed")
    ids.add(record(inputs)["run_id"])
    assert len(ids) == 6
