"""A package says the same on the other side, and nothing of it is used before it is what it says."""

from __future__ import annotations

import json
import os
import stat
import zipfile

import pyogrio
import pytest
import shapely
from citycheck.citycheck_qgis.cim.features import Feature, Field, Schema
from citycheck.citycheck_qgis.cim.package import PackageLayer, read_package, write_package
from citycheck.citycheck_qgis.cim.package_files import Limits
from citycheck.citycheck_qgis.cim.package_history import History
from citycheck.citycheck_qgis.cim.store import Store
from citycheck.citycheck_qgis.errors import CityCheckError, InputError, RefusedError, UnsafeError

SCHEMA = Schema(
    (
        Field("名称", "text", length=20),
        Field("数量", "integer"),
        Field("面积", "real"),
        Field("完成", "boolean"),
        Field("日期", "date"),
        Field("时间", "datetime"),
    ),
    "Polygon",
)
WORDS = {"created": "2024-05-31T12:00:00Z", "run_id": "r1", "producer": "CityCheck 测试"}


def features(count):
    for n in reversed(range(count)):
        values = {
            "名称": f"问题{n} \"'\\ 𠮷🏙",
            "数量": 2**53 + n,
            "面积": n / 7,
            "完成": None if n % 3 == 0 else n % 2 == 0,
            "日期": "2024-02-29",
            "时间": "2024-02-29T01:02:03.123456Z",
        }
        shape = shapely.to_wkb(
            shapely.box(113 + n / 1000, 23, 113.001 + n / 1000, 23.001), flavor="iso", byte_order=1
        )
        yield Feature(f"键{n:04}", values, None if n == 5 else shape, "9", f"{n:032x}" if n % 2 else None)


def write(target, count=20, **words):
    layers = {
        "问题 台账": PackageLayer(features(count), SCHEMA, "OGC:CRS84", "编号", {"键gone": "ab", "键away": None}),
        "建议": PackageLayer(
            [Feature("a", {"内容": ""}), Feature("b", {"内容": None})], Schema((Field("内容", "text"),), None), None,
            complete=False,
        ),
    }  # fmt: skip
    return write_package(target, layers, **{**WORDS, **words})


@pytest.fixture
def package(tmp_path):
    path = tmp_path / "交换 包.zip"
    write(path)
    return path


def test_it_says_the_same_on_the_other_side(package):
    with read_package(package) as read:
        assert (read.producer, read.created, read.signature) == (
            "CityCheck 测试",
            "2024-05-31T12:00:00Z",
            "none",
        )
        problems = read.collections["问题 台账"]
        assert (problems.schema, problems.crs, problems.key_field) == (SCHEMA, "OGC:CRS84", "编号")
        pages = list(problems.pages())
        assert [page.last for page in pages] == [False, True]
        found = {f.key: f for page in pages for f in page.features}
        for wanted in features(20):
            got = found.pop(wanted.key)
            assert (got.values, got.geometry, got.version) == (wanted.values, wanted.geometry, wanted.version)
        assert found == {}
        assert dict(problems.deleted()) == {"键gone": "ab", "键away": None}
        some = problems.find(["键0003", "键gone", "键0005", "x'; DROP"])
        assert sorted((f.key, f.version) for f in some) == [("键0003", f"{3:032x}"), ("键0005", f"{5:032x}")]
        assert [
            list(page.features[0:1]) and page.features[0].values for page in read.collections["建议"].pages()
        ] == [
            {"内容": ""},
            [],
        ]
        # What is not all there is never comes to a last page: nothing may be taken for deleted.
        assert not any(page.last for page in read.collections["建议"].pages())
        with pytest.raises(RefusedError):
            problems.create(some)
    assert not read.collections["建议"]._layer.path.exists()


def test_the_same_input_gives_the_same_bytes(tmp_path):
    write(tmp_path / "a.zip")
    write(tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    written = write(tmp_path / "c.zip", created="2024-06-01T00:00:00+08:00")
    assert (tmp_path / "a.zip").read_bytes() != (tmp_path / "c.zip").read_bytes()
    assert written.features == {"问题 台账": 20, "建议": 2}


@pytest.mark.filterwarnings("ignore:Non-conformant content")
def test_other_programs_read_the_data(package, tmp_path):
    with zipfile.ZipFile(package) as packed:
        packed.extract("data.gpkg", tmp_path)
    frame = pyogrio.read_dataframe(tmp_path / "data.gpkg", layer="问题 台账")
    assert frame["编号"].tolist() == [f"键{n:04}" for n in range(20)]
    assert frame.geometry[7].bounds == pytest.approx((113.007, 23, 113.008, 23.001), abs=1e-12)
    assert (
        len(
            pyogrio.read_dataframe(
                tmp_path / "data.gpkg", layer="问题 台账", bbox=(113.0072, 23, 113.0075, 24)
            )
        )
        == 1
    )


def test_a_folder_is_a_package_too(tmp_path):
    write(tmp_path / "前置机")
    assert sorted(p.name for p in (tmp_path / "前置机").iterdir()) == [
        "SHA256SUMS",
        "data.gpkg",
        "manifest.json",
    ]
    with read_package(tmp_path / "前置机") as read:
        assert len(read.collections) == 2
    (tmp_path / "前置机" / "readme.txt").write_text("x")
    with pytest.raises(UnsafeError, match=r"readme\.txt"):
        read_package(tmp_path / "前置机")


def test_what_a_package_cannot_hold_is_told(tmp_path):
    layer = PackageLayer(
        [Feature("a", {"名": "长" * 9}), Feature("b", {"名": "短"})],
        Schema((Field("名", "text", length=8),), None),
        None,
    )
    written = write_package(tmp_path / "a.zip", {"表": layer}, **WORDS)
    assert written.features == {"表": 1}
    ((collection, key, reason),) = written.rejected
    assert (collection, key) == ("表", "a")
    assert "longer than the 8" in str(reason)


@pytest.mark.parametrize(
    "layer",
    [
        PackageLayer([Feature("a"), Feature("a")], Schema((), None), None),
        PackageLayer([Feature(None)], Schema((), None), None),
        PackageLayer([Feature("a")], Schema((), None), None, deleted={"a": None}),
    ],
)
def test_a_key_stands_for_one_feature(tmp_path, layer):
    with pytest.raises(InputError):
        write_package(tmp_path / "a.zip", {"表": layer}, **WORDS)
    assert list(tmp_path.iterdir()) == []


def test_names_that_are_no_tables(tmp_path):
    names = ["gpkg_contents", "A", "a", " ", "exchange_state", 'x"; DROP TABLE y', "rtree_x"]
    write_package(
        tmp_path / "a.zip",
        {
            name: PackageLayer([Feature("k", {"f": name})], Schema((Field("f", "text"),), None), None)
            for name in names
        },
        **WORDS,
    )
    with read_package(tmp_path / "a.zip") as read:
        for name in names:
            (feature,) = [f for page in read.collections[name].pages() for f in page.features]
            assert feature.values == {"f": name}


def key_file(path, text="0123456789abcdef-钥匙", mode=0o600):
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_signature_is_of_the_key_and_the_files(tmp_path):
    key, other = key_file(tmp_path / "key"), key_file(tmp_path / "other", "another key of some length")
    path = tmp_path / "a.zip"
    write(path, key_file=key, signer="规划局")
    with read_package(path, key) as read:
        assert (read.signature, read.signer) == ("valid", "规划局")
    with read_package(path) as read:
        assert read.signature == "unchecked"
    with pytest.raises(InputError, match="another key"):
        read_package(path, other)
    write(tmp_path / "bare.zip")
    with pytest.raises(InputError, match="not signed"):
        read_package(tmp_path / "bare.zip", key)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_a_key_is_not_for_everybody(tmp_path):
    with pytest.raises(InputError, match="chmod 600"):
        write(tmp_path / "a.zip", key_file=key_file(tmp_path / "key", mode=0o644))
    with pytest.raises(InputError, match="longer key"):
        write(tmp_path / "a.zip", key_file=key_file(tmp_path / "key", "short"))
    assert not (tmp_path / "a.zip").exists()


def repacked(package, tmp_path, change):
    """Return a copy of a package whose entries (name -> bytes) were changed."""
    with zipfile.ZipFile(package) as packed:
        entries = {name: packed.read(name) for name in packed.namelist()}
    change(entries)
    with zipfile.ZipFile(tmp_path / "evil.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries.items():
            packed.writestr(name, data)
    return tmp_path / "evil.zip"


def resum(entries):
    import hashlib

    entries["SHA256SUMS"] = "".join(
        f"{hashlib.sha256(entries[n]).hexdigest()}  {n}\n" for n in ("data.gpkg", "manifest.json")
    ).encode()


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/evil",
        "a/data.gpkg",
        "C:\\evil",
        "data.gpkg\u202e",
        "extra.txt",
        "sub/",
        "data.GPKG",
        "..",
    ],
)
def test_foreign_names_are_refused(package, tmp_path, name):
    with pytest.raises(UnsafeError, match="holds"):
        read_package(repacked(package, tmp_path, lambda entries: entries.update({name: b""})))


def test_links_are_refused(package, tmp_path):
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as packed:
        entry = zipfile.ZipInfo("data.gpkg")
        entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        packed.writestr(entry, "/etc/passwd")
    with pytest.raises(UnsafeError):
        read_package(tmp_path / "evil.zip")
    folder = tmp_path / "folder"
    write(folder)
    (folder / "data.gpkg").rename(tmp_path / "elsewhere.gpkg")
    (folder / "data.gpkg").symlink_to(tmp_path / "elsewhere.gpkg")
    with pytest.raises(UnsafeError):
        read_package(folder)


def test_bombs_are_refused(package, tmp_path):
    bomb = repacked(package, tmp_path, lambda entries: entries.update({"data.gpkg": bytes(30_000_000)}))
    with pytest.raises(UnsafeError, match="far more"):
        read_package(bomb)
    with pytest.raises(UnsafeError, match="far more"):
        read_package(package, limits=Limits(total=1000))
    with pytest.raises(UnsafeError, match="far more"):
        read_package(package, limits=Limits(manifest=10))
    # An entry that is larger than it says.
    data = bytearray(package.read_bytes())
    with zipfile.ZipFile(package) as packed:
        size = packed.getinfo("data.gpkg").file_size
    lying = data.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    (tmp_path / "liar.zip").write_bytes(lying)
    with pytest.raises(CityCheckError):
        read_package(tmp_path / "liar.zip")


def test_damage_is_found_before_anything_is_used(package, tmp_path):
    def flip(entries):
        data = bytearray(entries["data.gpkg"])
        data[-1] ^= 1
        entries["data.gpkg"] = bytes(data)

    with pytest.raises(InputError, match=r"data\.gpkg .*checksum"):
        read_package(repacked(package, tmp_path, flip))
    for name in ("data.gpkg", "manifest.json", "SHA256SUMS"):
        with pytest.raises(InputError, match=f"has no {name}"):
            read_package(repacked(package, tmp_path, lambda entries, name=name: entries.pop(name)))
    (tmp_path / "half.zip").write_bytes(package.read_bytes()[:-2000])
    with pytest.raises(InputError, match="sent again"):
        read_package(tmp_path / "half.zip")
    with pytest.raises(InputError, match="no exchange package"):
        read_package(tmp_path / "nowhere.zip")


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.update(format="x"),
        lambda m: m.update(version=99),
        lambda m: m.update(producer=7),
        lambda m: m.update(collections={}),
        lambda m: m["collections"].append(m["collections"][0]),
        lambda m: m["collections"][0].update(crs="EPSG:0"),
        lambda m: m["collections"][0].update(crs=None),
        lambda m: m["collections"][0].update(table="gpkg_contents"),
        lambda m: m["collections"][0].update(key_field="没有"),
        lambda m: m["collections"][0]["fields"].pop(),
        lambda m: m["collections"][0]["fields"][0].update(type="blob"),
        lambda m: m["collections"][0].update(counts={"features": "many", "deleted": 0}),
    ],
)
def test_a_manifest_that_does_not_fit_is_one_sentence(package, tmp_path, change):
    def altered(entries):
        manifest = json.loads(entries["manifest.json"])
        # The one with geometry.
        manifest["collections"].sort(key=lambda c: c["geometry"] is None)
        change(manifest)
        entries["manifest.json"] = json.dumps(manifest).encode()
        resum(entries)

    with pytest.raises(InputError) as caught:
        read_package(repacked(package, tmp_path, altered))
    assert str(caught.value).endswith(".")


def test_a_missing_feature_is_no_deletion(package, tmp_path):
    def altered(entries):
        manifest = json.loads(entries["manifest.json"])
        for entry in manifest["collections"]:
            entry["counts"]["features"] += 1
        entries["manifest.json"] = json.dumps(manifest).encode()
        resum(entries)

    with (
        read_package(repacked(package, tmp_path, altered)) as read,
        pytest.raises(InputError, match="speaks of 21"),
    ):
        list(read.collections["问题 台账"].pages())


def test_the_newest_package_of_a_partner_is_kept():
    with Store(None) as store:
        history = History(store, "partner", "file|layer")
        history.check_newer("2024-05-31T12:00:00Z", "run 1")
        history.note_package("2024-05-31T12:00:00Z", "run 1", whole=False)
        # What was left of it may come with it again.
        history.check_newer("2024-05-31T12:00:00Z", "run 1")
        history.note_package("2024-05-31T12:00:00Z", "run 1", whole=True)
        with pytest.raises(InputError, match="imported already"):
            history.check_newer("2024-05-31T12:00:00Z", "run 1")
        # The same moment in another zone, and another package of the same second.
        history.check_newer("2024-05-31T20:00:00+08:00", "run 2")
        for older in ("2024-05-31T19:59:59+08:00", "no time", ""):
            with pytest.raises(InputError, match="before the one of partner"):
                history.check_newer(older, "run 0")
        History(store, "another", "file|layer").check_newer("2024-05-30T12:00:00Z", "run 0")
        History(store, "partner", "file|other").check_newer("2024-05-30T12:00:00Z", "run 0")
