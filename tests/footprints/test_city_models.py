"""City models as files: told apart by content, packed, broken, hostile; and what reading promises for all of them."""

from __future__ import annotations

import errno
import gzip
import io
import json
import random
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
import shapely
from citycheck.citycheck_qgis.errors import CancelledError, InputError
from citycheck.citycheck_qgis.footprints.citymodels import read as reading
from citycheck.citycheck_qgis.footprints.citymodels.files import Source
from citycheck.citycheck_qgis.footprints.citymodels.read import iterate, read_city_model
from citycheck.citycheck_qgis.footprints.georeference.areas import longitude_latitude
from citycheck.citycheck_qgis.footprints.georeference.evidence import Conversion, CrsEvidence, Evidence
from citycheck.citycheck_qgis.footprints.georeference.projections import apply, metres_between
from citycheck.citycheck_qgis.footprints.georeference.resolve import resolve
from citycheck.citycheck_qgis.footprints.unread import why_unread
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def makers() -> ModuleType:
    """The generators that the figures are measured with."""
    sys.path.insert(0, str(ROOT / "benchmarks" / "footprints"))
    try:
        import city_models
    finally:
        sys.path.pop(0)
    return city_models


@pytest.fixture(scope="module")
def small(makers: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Twenty buildings in each format."""
    folder = tmp_path_factory.mktemp("small")
    made = {}
    for name in ("cityjson", "cityjsonseq", "citygml"):
        getattr(makers, f"write_{name}")(folder / name, 20)
        made[name] = (folder / name).read_bytes()
    return made


@pytest.mark.parametrize("name", ["cityjson", "cityjsonseq", "citygml"])
@pytest.mark.parametrize("count", [0, 1, 7, 5000])
def test_generated_city_is_read_as_it_was_made(
    makers: ModuleType, tmp_path: Path, name: str, count: int
) -> None:
    path = tmp_path / "city"
    truth = getattr(makers, f"write_{name}")(path, count)
    model = iterate(path)
    batches = list(model)
    buildings = [building for batch in batches for building in batch]
    assert (len(buildings), model.parts) == (truth.buildings, truth.parts)
    assert len({building.guid for building in buildings}) == count
    assert sum(building.ground.area for building in buildings) == pytest.approx(truth.ground_area, rel=1e-5)
    assert sum(building.roofprint.area for building in buildings) == pytest.approx(
        truth.ground_area, rel=1e-5
    )
    assert all(building.quality == "good" and building.ground.is_valid for building in buildings)
    assert (len(batches) > 1) == (count > 4096)
    if count:
        assert model.file.crs is not None and model.file.crs.to_epsg() == makers.CRS
        assert buildings[0].code == "440300000000" and buildings[0].height == 9


def test_formats_agree(small: dict[str, bytes], tmp_path: Path) -> None:
    read = {}
    for name, data in small.items():
        (tmp_path / name).write_bytes(data)
        read[name] = read_city_model(tmp_path / name).buildings
    for other in ("cityjsonseq", "citygml"):
        for one, two in zip(read["cityjson"], read[other], strict=True):
            assert shapely.equals(one.ground, two.ground) and shapely.equals(one.roofprint, two.roofprint)
            same = (
                "guid",
                "code",
                "name",
                "height",
                "ground_level",
                "storeys_above",
                "year_built",
                "use",
                "quality",
            )
            assert [getattr(one, field) for field in same] == [getattr(two, field) for field in same]


@pytest.mark.parametrize("suffix", [".json", ".gml", ".txt", ""])
@pytest.mark.parametrize("name", ["cityjson", "cityjsonseq", "citygml"])
def test_content_counts_and_not_the_name(
    small: dict[str, bytes], tmp_path: Path, name: str, suffix: str
) -> None:
    plain, packed = tmp_path / f"模型{suffix}", tmp_path / f"packed{suffix}"
    plain.write_bytes(small[name])
    packed.write_bytes(gzip.compress(small[name]))
    assert len(read_city_model(plain).buildings) == 20
    assert len(read_city_model(packed).buildings) == 20


class Vanishing(io.RawIOBase):
    """A file on a share whose connection is lost after some bytes."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = self._stream.readinto(buffer)
        if not count:
            raise OSError(errno.EIO, "Input/output error")
        return count


@pytest.mark.parametrize("bytes_read", [0, 500])
@pytest.mark.parametrize(
    ("name", "kind"), [("cityjson", "json"), ("cityjsonseq", "json"), ("citygml", "xml")]
)
def test_file_that_vanishes_is_an_input_that_cannot_be_read(
    small: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, name: str, kind: str, bytes_read: int
) -> None:
    def opened() -> io.BufferedReader:
        return io.BufferedReader(Vanishing(small[name][:bytes_read]))

    monkeypatch.setattr(reading, "sources", lambda path: [Source("模型", kind, opened, 1000)])
    with pytest.raises(InputError, match=r"模型 could not be read to its end \(Input/output error\)"):
        read_city_model("模型")


def test_file_that_may_not_be_opened_is_an_input_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: str) -> list[Source]:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(reading, "sources", refused)
    with pytest.raises(InputError, match=r"a\.gml\.gz could not be read.*Permission denied"):
        iterate("share/a.gml.gz")


@pytest.mark.parametrize(
    ("error", "state", "said"),
    [
        (InputError("{file} is empty.", file="a"), "refused", "a is empty."),
        (PermissionError(errno.EACCES, "Permission denied"), "refused", "a.gml could not be read"),
        (MemoryError(), "memory", "have the model split"),
        (RecursionError("maximum recursion depth"), "failed", "RecursionError: maximum"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "failed", "please report this"),
        (KeyError("x" * 9000), "failed", "KeyError"),
    ],
)
def test_every_error_has_a_state_and_a_sentence(error: Exception, state: str, said: str) -> None:
    found, sentence = why_unread("a.gml", error)
    assert str(found) == state and said in str(sentence) and len(str(sentence)) < 500


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_archive_of_several_models(small: dict[str, bytes], tmp_path: Path) -> None:
    """Names that lead out of the archive lead nowhere; whatever is no model is passed over and counted."""
    members = {
        "../../evil.gml": small["citygml"],
        "/tmp/a.json": small["cityjson"],
        "codelists/x.xml": b"<Dictionary/>",
        "settings.json": b'{"a": 1}',
        "__MACOSX/._a.json": b"{}",
        "texture.png": b"\x89PNG",
    }
    path = zipped(tmp_path / "m.zip", **members)
    before = sorted(tmp_path.rglob("*"))
    model = read_city_model(path)
    assert len(model.buildings) == 40 and len({b.guid for b in model.buildings}) == 40
    (passed,) = [f for f in model.findings if f.code == "members_passed_over"]
    assert passed.values["count"] == 2
    assert sorted(tmp_path.rglob("*")) == before and not (tmp_path.parent.parent / "evil.gml").exists()


def test_broken_member_does_not_stop_the_others(small: dict[str, bytes], tmp_path: Path) -> None:
    path = zipped(tmp_path / "m.zip", **{"a.gml": small["citygml"][:-3000], "b.json": small["cityjson"]})
    model = read_city_model(path)
    assert "broken_off" in {f.code for f in model.findings}
    assert 20 <= len(model.buildings) < 40


def test_damaged_archives(small: dict[str, bytes], tmp_path: Path) -> None:
    path = zipped(tmp_path / "m.zip", **{"a.gml": small["citygml"] * 1})
    whole = path.read_bytes()
    spoiled = bytearray(whole)
    spoiled[len(whole) // 2] ^= 0xFF
    for data in (
        whole[: len(whole) // 2],
        whole[:30],
        bytes(spoiled),
        gzip.compress(small["citygml"])[:-500],
    ):
        path.write_bytes(data)
        try:
            model = read_city_model(path)
        except InputError as error:
            assert "m.zip" in str(error)
        else:
            assert "broken_off" in {f.code for f in model.findings}


@pytest.mark.parametrize("pack", ["zip", "gzip"])
def test_bombs_are_not_unpacked(tmp_path: Path, pack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from citycheck.citycheck_qgis.footprints.citymodels import files

    monkeypatch.setattr(files, "_ALWAYS", 1 << 20)
    bomb = b'{"type": "CityJSON", "CityObjects": {' + b" " * (40 << 20) + b"}}"
    path = tmp_path / "bomb"
    if pack == "zip":
        zipped(path, **{"a.json": bomb})
    else:
        path.write_bytes(gzip.compress(bomb))
    with pytest.raises(InputError, match="unpacks to far more"):
        read_city_model(path)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "empty"), (b" \n ", "empty"), (b"<!DOCTYPE html><html><body>Login</body></html>", "web page"),
     (b"\x00\x01\x02", "neither"), (b"ISO-10303-21;", "neither"), (b"PK\x03\x04junk", "damaged"),
     (b"\x1f\x8bjunk", "unpacked")],
)  # fmt: skip
def test_other_files_are_refused_in_one_sentence(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "model.gml"
    path.write_bytes(data)
    with pytest.raises(InputError, match=words) as error:
        read_city_model(path)
    assert str(error.value).startswith("model.gml") and "\n" not in str(error.value)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.gml", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            read_city_model(path)


@pytest.mark.parametrize("name", ["cityjson", "cityjsonseq", "citygml"])
def test_progress_rises_to_the_end_and_cancels(small: dict[str, bytes], tmp_path: Path, name: str) -> None:
    path = tmp_path / "model"
    path.write_bytes(small[name])
    shares: list[float] = []
    read_city_model(path, progress=shares.append)
    assert shares == sorted(shares) and shares[-1] == 1.0 and all(0 <= share <= 1 for share in shares)

    def cancel(share: float) -> None:
        raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        read_city_model(path, progress=cancel)


def test_same_result_twice(small: dict[str, bytes], tmp_path: Path) -> None:
    path = zipped(tmp_path / "m.zip", **{f"{name}": data for name, data in small.items()})
    first, second = read_city_model(path), read_city_model(path)
    assert first == second
    assert [b.guid for b in first.buildings[20:22]] == ["b0#2", "b1#3"]


def spoil(data: bytes, seed: int, changes: int) -> bytes:
    """Return data with some bytes changed, taken out, doubled or swapped for markup of the format."""
    chance = random.Random(seed)
    spoiled = bytearray(data)
    pieces = [
        b"null",
        b"1e999",
        b"NaN",
        b"-1",
        b"[",
        b"]",
        b"{",
        b"}",
        b'"',
        b"<",
        b"/>",
        b"&x;",
        b"<!--",
        b"\x00",
        b"99999999999999999999",
    ]
    for _ in range(changes):
        at = chance.randrange(len(spoiled))
        kind = chance.randrange(4)
        if kind == 0:
            spoiled[at] = chance.randrange(256)
        elif kind == 1:
            del spoiled[at : at + chance.randrange(1, 200)]
        elif kind == 2:
            spoiled[at:at] = spoiled[at : at + chance.randrange(1, 200)]
        else:
            spoiled[at : at + chance.randrange(3)] = chance.choice(pieces)
    return bytes(spoiled)


@pytest.mark.parametrize("name", ["cityjson", "cityjsonseq", "citygml"])
@given(seed=st.integers(0, 2**32), changes=st.integers(1, 12))
@settings(max_examples=150)
def test_spoiled_bytes_give_buildings_or_one_sentence(
    small: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, name: str, seed: int, changes: int
) -> None:
    path = tmp_path_factory.getbasetemp() / f"spoiled-{name}"
    path.write_bytes(spoil(small[name], seed, changes))
    try:
        model = read_city_model(path)
    except InputError as error:
        assert str(error)
        return
    for building in model.buildings:
        assert (building.quality == "poor") == (building.ground is None and building.roofprint is None)
        for shape in (building.ground, building.roofprint):
            assert shape is None or (shape.is_valid and shape.geom_type in ("Polygon", "MultiPolygon"))
        assert all(str(found) for found in building.findings)
    if name == "cityjsonseq":
        json_lines = sum(1 for line in io.BytesIO(path.read_bytes()) if reads_as_feature(line))
        assert len(model.buildings) >= min(json_lines, 1)


def reads_as_feature(line: bytes) -> bool:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    objects = (
        value.get("CityObjects")
        if isinstance(value, dict) and value.get("type") == "CityJSONFeature"
        else None
    )
    return isinstance(objects, dict) and any(
        isinstance(o, dict) and o.get("type") == "Building" for o in objects.values()
    )


Values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 20) | st.floats() | st.sampled_from(["Building", "BuildingPart", "Solid", "a", "b", "0", "2"]),
    lambda inner: st.lists(inner, max_size=5)
    | st.dictionaries(
        st.sampled_from(["type", "geometry", "boundaries", "lod", "semantics", "values", "surfaces", "children", "parents", "attributes", "a", "b", "measuredHeight", "template", "transformationMatrix", "address"]),
        inner, max_size=6,
    ),
    max_leaves=30,
)  # fmt: skip


@given(
    objects=st.dictionaries(st.sampled_from("abcd"), Values, max_size=4),
    vertices=Values,
    transform=Values,
    templates=Values,
)
@settings(max_examples=300)
def test_any_json_where_city_objects_should_be(
    tmp_path_factory: pytest.TempPathFactory,
    objects: object,
    vertices: object,
    transform: object,
    templates: object,
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    made = {"type": "CityJSON", "version": "2.0", "CityObjects": objects, "vertices": vertices,
            "transform": transform, "geometry-templates": templates, "metadata": transform}  # fmt: skip
    path.write_text(json.dumps(made), encoding="utf-8")
    model = read_city_model(path)
    tops = [o for o in objects.values() if isinstance(o, dict) and o.get("type") == "Building"]  # type: ignore[attr-defined]
    assert len(model.buildings) >= len(tops)


def at_corner(tmp_path: Path, crs: str | None, east: float, north: float) -> Path:
    """Write a building of 10 x 8 m with a corner at a place."""
    ring = [(0, 0), (10, 0), (10, 8), (0, 8)]
    made = {
        "type": "CityJSON",
        "version": "2.0",
        "transform": {"scale": [0.001, 0.001, 0.001], "translate": [0, 0, 0]},
        "metadata": {} if crs is None else {"referenceSystem": crs},
        "CityObjects": {
            "b": {
                "type": "Building",
                "geometry": [{"type": "MultiSurface", "lod": "1", "boundaries": [[[0, 1, 2, 3]]]}],
            }
        },
        "vertices": [[round((east + x) * 1000), round((north + y) * 1000), 0] for x, y in ring],
    }
    path = tmp_path / "corner.city.json"
    path.write_text(json.dumps(made))
    return path


@pytest.mark.parametrize(
    ("crs", "prefix", "right"),
    [
        ("EPSG:4547", 0, 4547),
        ("EPSG:4547", 38, 4526),
        ("EPSG:4526", 0, 4547),
        ("EPSG:4547", 39, None),
        ("EPSG:4526", 39, None),
        ("EPSG:4547", 37, None),
        ("EPSG:4547", 19, None),
    ],
)
def test_zone_numbers_are_read_as_in_building_models(
    tmp_path: Path, crs: str, prefix: int, right: int | None
) -> None:
    east, north = 487_250.0 + prefix * 1e6, 2_565_400.0
    stated = CrsEvidence("IfcProjectedCRS #2", crs, unit=None)
    conversion = Conversion("IfcMapConversion #1", "map_conversion", east, north, crs=stated)
    placements = [
        resolve(Evidence(conversions=(conversion,))),
        resolve(Evidence(), None, (east, north, east + 10, north + 8), crs),
    ]
    for named, default in ((crs, None), (None, crs)):
        made = read_city_model(at_corner(tmp_path, named, east, north), default_crs=default)
        found = {finding.code for finding in made.findings}
        assert (None if made.crs is None else made.crs.to_epsg()) == right
        for placement in placements:
            assert (placement.crs is None) == (right is None)
            assert right is not None or "zone_contradicts_crs" in found & {f.code for f in placement.findings}
        if made.crs is not None:
            ground = made.buildings[0].ground
            there = longitude_latitude(made.crs, ground.bounds[0], ground.bounds[1])
            for placement, local in zip(placements, ((0.0, 0.0), (east, north)), strict=True):
                place = longitude_latitude(placement.crs, *apply(placement.matrix, local))
                assert metres_between(*there, *place) < 0.01


def test_users_crs_replaces_one_that_cannot_be(tmp_path: Path) -> None:
    path = at_corner(tmp_path, "EPSG:4547", 39_487_250.0, 2_565_400.0)
    made = read_city_model(path, default_crs="EPSG:4527")
    assert made.crs is not None and made.crs.to_epsg() == 4527
    assert [found.code for found in made.findings if "crs" in found.code] == ["crs_replaced_by_user"]
    nowhere = read_city_model(path, default_crs="EPSG:28992")
    assert nowhere.crs is None and "crs_replaced_by_user" not in {found.code for found in nowhere.findings}


@pytest.mark.parametrize(
    ("crs", "unknown"), [("EPSG:4610", True), ("EPSG:4490", False), ("EPSG:4326", False)]
)
def test_a_datum_whose_shift_nobody_knows(tmp_path: Path, crs: str, unknown: bool) -> None:
    made = read_city_model(at_corner(tmp_path, crs, 113.87, 23.19))
    assert made.crs is not None and made.crs.name.startswith("CGCS2000")
    assert ("datum_shift_unknown" in {found.code for found in made.findings}) == unknown
