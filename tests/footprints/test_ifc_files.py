"""Opening IFC files of every kind, and refusing what is none with one sentence."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("ifcopenshell", reason="ifcopenshell is not installed")

from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.footprints.ifc import encodings, files
from citycheck.citycheck_qgis.footprints.ifc.files import open_model
from citycheck.tests.fixtures import ifc_models as models

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "ifc"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="../shared/data/ifc is not beside the checkout")


def codes(opened: files.OpenedModel) -> list[str]:
    return [found.code for found in opened.findings]


def written(folder: Path, text: bytes, name: str = "model.ifc") -> Path:
    path = folder / name
    path.write_bytes(text)
    return path


def zipped(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    return path


def test_plain_file(tmp_path: Path) -> None:
    text = models.box().text
    opened = open_model(written(tmp_path, text))
    assert (opened.schema, opened.model.schema_identifier) == ("IFC4", "IFC4")
    assert opened.tool == "CityCheck sample models 1.0"
    assert opened.sha256 == hashlib.sha256(text).hexdigest()
    assert opened.size == len(text)
    assert opened.findings == ()


@pytest.mark.parametrize(
    ("said", "read_as", "relative"),
    [
        ("IFC2X3", "IFC2X3", False),
        ("ifc2x3", "IFC2X3", False),
        ("IFC2X3_TC1", "IFC2X3", False),
        ("IFC2X_FINAL", "IFC2X3", True),
        ("IFC2X2_FINAL", "IFC2X3", True),
        ("IFC4", "IFC4", False),
        ("IFC4_ADD2", "IFC4", False),
        ("IFC4_ADD2_TC1", "IFC4", False),
        ("IFC4X1", "IFC4", True),
        ("IFC4X2", "IFC4X3_ADD2", True),
        ("IFC4X3", "IFC4X3_ADD2", False),
        ("IFC4X3_ADD2", "IFC4X3_ADD2", False),
        ("IFC4X3_RC4", "IFC4X3_ADD2", True),
    ],
)
def test_spellings_of_schemas(tmp_path: Path, said: str, read_as: str, relative: bool) -> None:
    base = models.box("IFC2X3" if read_as == "IFC2X3" else "IFC4").text
    text = base.replace(b"'IFC2X3'", b"'%s'" % said.encode()).replace(b"'IFC4'", b"'%s'" % said.encode())
    path = written(tmp_path, text)
    opened = open_model(path)
    assert (opened.schema, opened.model.schema_identifier) == (said, read_as)
    assert ("schema_read_as" in codes(opened)) == relative
    assert len(opened.model.by_type("IfcWall")) == len(
        open_model(written(tmp_path, base)).model.by_type("IfcWall")
    )
    assert path.read_bytes() != text or list(tmp_path.iterdir()) == [path]


def gzip_like(text: bytes) -> bytes:
    return b"\x1f\x8b\x08" + text


REFUSED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda text: b"", "is empty"),
    "blank": (lambda text: b" \r\n\0\0", "is empty"),
    "html": (lambda text: b"<!DOCTYPE html><html><body>404</body></html>", "web page"),
    "ifcxml": (lambda text: b"<?xml version='1.0'?><ifcXML xmlns='x'/>", "ifcXML"),
    "json": (lambda text: b'{"header": {"ifcxVersion": "ifcx_alpha"}}', "JSON"),
    "gzip": (gzip_like, "gzip"),
    "binary": (lambda text: bytes(range(256)) * 9, "does not begin with ISO-10303-21"),
    "utf-16": (lambda text: text.decode("ascii").encode("utf-16"), "UTF-16"),
    "cut in the data": (lambda text: text[: len(text) // 2], "cut off"),
    "cut in the head": (lambda text: text[:120], "cut off"),
    "cut in the last statement": (lambda text: text[: text.rindex(b");")], "cut off"),
    "future schema": (lambda text: text.replace(b"'IFC4'", b"'IFC9X1'"), "IFC9X1"),
    "no schema": (lambda text: text.replace(b"'IFC4'", b"''"), "does not say its schema"),
    "other standard": (lambda text: text.replace(b"'IFC4'", b"'AUTOMOTIVE_DESIGN'"), "AUTOMOTIVE_DESIGN"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_model_is_refused(tmp_path: Path, case: str) -> None:
    spoil, sentence = REFUSED[case]
    text = models.box().text
    with pytest.raises(InputError) as caught:
        open_model(written(tmp_path, spoil(text), "模型 1.ifc"))
    message = str(caught.value)
    assert sentence in message
    assert message.startswith("模型 1.ifc")


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        open_model(tmp_path / "none.ifc")


def test_missing_end_is_told(tmp_path: Path) -> None:
    text = models.box().text
    opened = open_model(written(tmp_path, text[: text.rindex(b"END-ISO")]))
    assert codes(opened) == ["end_missing"]
    assert len(opened.model.by_type("IfcWall")) == 8


def test_lost_reference_and_unknown_class_are_told(tmp_path: Path) -> None:
    text = models.box().text
    wall = next(line for line in text.splitlines() if b"IFCWALL(" in line)
    lost = text.replace(wall.split(b"=")[0] + b"=", b"#999999=", 1)
    assert "file_damaged" in codes(open_model(written(tmp_path, lost)))
    unknown = text.replace(b"IFCWALL(", b"IFCFANTASY(", 1)
    opened = open_model(written(tmp_path, unknown))
    assert "statements_unread" in codes(opened)
    told = next(found for found in opened.findings if found.code == "statements_unread")
    assert told.values["count"] == 1


def test_open_quote_never_loses_statements_in_silence(tmp_path: Path) -> None:
    text = models.box().text
    at = text.index(b"'Floor'")
    try:
        opened = open_model(written(tmp_path, text[:at] + text[at + 1 :]))
    except InputError as error:
        assert "damaged" in str(error)
    else:
        assert {"statements_unread", "file_damaged"} & set(codes(opened))


@pytest.mark.parametrize(
    ("name", "encoding", "codec"),
    [
        ("3号楼 文庙街 外墙", "GB18030", "gb18030"),
        ("𠮷野家の外壁と屋根 ソ表", "UTF-8", "utf-8"),
        ("外壁とカーテン、ソフト表示の屋根スラブ", "Shift-JIS", "cp932"),
        ("Außenwände Gebäude Süd – Erdgeschoß", "Windows-1252", "cp1252"),
        ("Façade côté rue, étage n° 2", "Windows-1252", "cp1252"),
        ("住宅大樓外牆與屋頂結構", "Big5", "big5"),
    ],
)
def test_raw_bytes_become_the_right_names(tmp_path: Path, name: str, encoding: str, codec: str) -> None:
    text = models.box(name="NAME").text.replace(b"'NAME'", b"'" + name.encode(codec) + b"'")
    opened = open_model(written(tmp_path, text))
    assert opened.model.by_type("IfcBuilding")[0].Name == name
    told = [found for found in opened.findings if found.code == "text_encoding"]
    assert [found.values["encoding"] for found in told] == [encoding]


def test_escapes_stay_as_they_are_beside_raw_bytes(tmp_path: Path) -> None:
    raw = "外墙".encode("gb18030")
    text = models.box(name="NAME").text.replace(b"'NAME'", b"'\\X2\\697C\\X0\\ \\S\\d " + raw + b"'")
    assert open_model(written(tmp_path, text)).model.by_type("IfcBuilding")[0].Name == "楼 ä 外墙"


def test_encoding_is_guessed_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_CHUNK", 61)
    text = models.chinese("gb18030").text
    opened = open_model(written(tmp_path, text))
    assert opened.model.by_type("IfcBuilding")[0].Name == "3号楼"
    assert codes(opened) == ["text_encoding"]


def test_ascii_step_writes_pairs_beyond_the_basic_plane() -> None:
    assert encodings.ascii_step("'𠮷'".encode(), "UTF-8") == b"'\\X4\\00020BB7\\X0\\'"
    assert encodings.ascii_step("'é'\n'a'".encode(), "UTF-8") == b"'\\X2\\00E9\\X0\\'\n'a'"


def test_zipped_model(tmp_path: Path) -> None:
    text = models.box().text
    path = zipped(
        tmp_path / "a.ifczip", {"dir/3号楼.IFC": text, "dir/readme.txt": b"x", "__MACOSX/._3.ifc": b"x"}
    )
    opened = open_model(path)
    assert len(opened.model.by_type("IfcWall")) == 8
    assert opened.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert opened.size == len(text)
    assert [p.name for p in tmp_path.iterdir()] == ["a.ifczip"]


def test_zip_under_the_name_of_a_plain_file(tmp_path: Path) -> None:
    assert open_model(zipped(tmp_path / "a.ifc", {"a.ifc": models.box().text})).schema == "IFC4"


def test_chinese_entry_names_of_old_archivers() -> None:
    info = zipfile.ZipInfo("3号楼.ifc".encode("gb18030").decode("cp437"))
    assert files._entry(info) == "3号楼.ifc"


def encrypted(folder: Path) -> Path:
    path = zipped(folder / "a.ifczip", {"a.ifc": models.box().text}, zipfile.ZIP_STORED)
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    return path


def linked(folder: Path) -> Path:
    path = folder / "a.ifczip"
    info = zipfile.ZipInfo("a.ifc")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return path


def bomb(folder: Path) -> Path:
    return zipped(folder / "a.ifczip", {"a.ifc": b"ISO-10303-21;" + b" " * (files.HARMLESS * 2)})


def liar(folder: Path) -> Path:
    """A bomb that declares a small size."""
    path = bomb(folder)
    raw = bytearray(path.read_bytes())
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    raw[22:26] = (1000).to_bytes(4, "little")
    path.write_bytes(raw)
    return path


def torn(folder: Path) -> Path:
    path = zipped(folder / "a.ifczip", {"a.ifc": models.box().text})
    raw = bytearray(path.read_bytes())
    raw[200:230] = b"\xff" * 30
    path.write_bytes(raw)
    return path


def of(*names: str) -> Callable[[Path], Path]:
    return lambda folder: zipped(folder / "a.ifczip", {name: models.box().text for name in names})


ARCHIVES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "two models": (of("a.ifc", "b.ifc"), "holds 2 models"),
    "no model": (of("a.txt"), "no .ifc file"),
    "ifcXML": (of("a.ifcXML"), "ifcXML"),
    "path upwards": (of("../../a.ifc"), "outside of the archive"),
    "absolute path": (of("/tmp/a.ifc"), "outside of the archive"),
    "path of Windows": (of("..\\..\\a.ifc"), "outside of the archive"),
    "drive": (of("C:/a.ifc"), "outside of the archive"),
    "link": (linked, "outside of the archive"),
    "encrypted": (encrypted, "encrypted"),
    "bomb": (bomb, "would grow"),
    "lie about the size": (liar, "damaged archive"),
    "torn": (torn, "damaged archive"),
    "archive in an archive": (lambda folder: zipped(folder / "a.ifczip", {"a.ifc": b"PK\x03\x04"}), "not an IFC file"),
    "cut archive": (lambda folder: written(folder, of("a.ifc")(folder).read_bytes()[:500], "a.ifczip"), "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("case", ARCHIVES)
def test_archives_that_are_refused(tmp_path: Path, case: str) -> None:
    make, sentence = ARCHIVES[case]
    path = make(tmp_path)
    with pytest.raises(InputError, match=sentence) as caught:
        open_model(path)
    assert str(caught.value).startswith("a.ifczip")
    assert [p.name for p in tmp_path.iterdir()] == ["a.ifczip"]


def test_bytes_are_counted_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a directory declares, unpacking stops at the limit."""
    monkeypatch.setattr(files, "HARMLESS", 1000)
    info = zipfile.ZipInfo("a.ifc")
    info.compress_size, info.file_size = 10, 100
    new = io.BytesIO()
    with pytest.raises(InputError, match="would grow"):
        files._copy(io.BytesIO(b" " * 10_000_000), new, info, "a.ifczip")
    assert len(new.getvalue()) <= 1000 * 1000 * 2


@needs_data
@pytest.mark.parametrize(
    ("name", "schema"),
    [("ifcbridge-model02_georeferenced", "IFC4X2"), ("KIT-Simple-Road-IFC4x3_RC2", "IFC4X3_RC2")],
)
def test_real_relatives_are_read_with_a_warning(name: str, schema: str) -> None:
    opened = open_model(DATA / f"{name}.ifc")
    assert opened.schema == schema
    assert codes(opened) == ["schema_read_as", "statements_unread", "file_damaged"]
    assert len(opened.model.by_type("IfcElement")) > 50
