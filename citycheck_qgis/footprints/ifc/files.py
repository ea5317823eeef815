"""Opening an IFC file, whatever it really is: plain or zipped, of any schema and encoding, whole or damaged."""

from __future__ import annotations

import hashlib
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

import ifcopenshell

from ...errors import InputError
from ...messages import word
from ..findings import Finding, finding
from .encodings import ascii_step, guess_encoding

#: Relatives without a reader of their own -> the schema whose classes and attributes are nearest.
#: Other spellings of a schema itself (``IFC4_ADD2``, ``IFC2X3_TC1``) are not in the list: nothing differs.
RELATIVES = {
    "IFC2X": "IFC2X3",
    "IFC2X_FINAL": "IFC2X3",
    "IFC2X2": "IFC2X3",
    "IFC2X2_FINAL": "IFC2X3",
    "IFC2X2_ADD1": "IFC2X3",
    "IFC2X3_RC1": "IFC2X3",
    "IFC4X1": "IFC4",
    "IFC4X1_FINAL": "IFC4",
    "IFC4X2": "IFC4X3_ADD2",
    "IFC4X3_RC1": "IFC4X3_ADD2",
    "IFC4X3_RC2": "IFC4X3_ADD2",
    "IFC4X3_RC3": "IFC4X3_ADD2",
    "IFC4X3_RC4": "IFC4X3_ADD2",
    "IFC4X3_FINAL": "IFC4X3_ADD2",
    "IFC4X3_ADD1": "IFC4X3_ADD2",
}
_SPELLINGS = re.compile(r"(IFC2X3|IFC4|IFC4X3)(_(TC\d|ADD\d|FINAL)(_TC\d)?)?")

#: A model that unpacks to more than this many bytes, or to more than so many times its size, is not unpacked.
#: Real models shrink 4 to 12 times.
MAX_UNPACKED = 4 * 2**30
MAX_RATIO = 150
#: Small archives may have any ratio: one megabyte of blanks does no harm.
HARMLESS = 16 * 2**20

_HEAD = 2**20
_CHUNK = 2**20
_SCHEMA = re.compile(rb"FILE_SCHEMA\s*\(\s*\(\s*'([^']*)'", re.IGNORECASE)
_STATEMENT = re.compile(rb"^\s*#\d+\s*=", re.MULTILINE)
_NOT_READ = (
    (b"\x1f\x8b", word("a gzip archive")),
    (b"7z\xbc\xaf", word("a 7z archive")),
    (b"Rar!", word("a RAR archive")),
    (b"\x89HDF", word("an HDF5 file")),
    (b"SQLite format 3", word("an SQLite database")),
    (b"%PDF", word("a PDF document")),
    (b"\xff\xfe", word("text in UTF-16")),
    (b"\xfe\xff", word("text in UTF-16")),
)


@dataclass(frozen=True)
class OpenedModel:
    """A model in memory and what its file is.

    Attributes
    ----------
    model : the model; ``model.schema_identifier`` is the schema that it was read as
    schema : as the file says, such as ``IFC4X3_RC2``
    tool : the authoring application
    sha256 : of the file on disk
    size : bytes of the STEP text, unpacked
    findings : what was corrected, and what the file lacks
    """

    model: ifcopenshell.file
    schema: str
    tool: str | None
    sha256: str
    size: int
    findings: tuple[Finding, ...]


@dataclass
class _Text:
    """What one pass over the STEP text has found."""

    size: int = 0
    head: bytes = b""
    tail: bytes = b""
    numbered: int = 0
    foreign: bytes = b""


def open_model(path: Path | str) -> OpenedModel:
    """Open an ``.ifc`` or ``.ifczip`` file; its content decides, not its name.

    Nothing is changed on disk and nothing of an archive is written at a place that the archive names: text that has to
    be repaired (schema, encoding) or unpacked goes through a temporary file.

    Raises
    ------
    InputError : the file is missing, empty, cut off, damaged beyond reading, or is no STEP file
    """
    path = Path(path)
    try:
        digest = _sha256(path)
        with path.open("rb") as stream:
            start = stream.read(4096)
    except OSError as error:
        raise InputError(
            "{file} cannot be opened: {reason}.", file=path.name, reason=error.strerror or str(error)
        ) from error
    if start.startswith(b"PK"):
        with _unpacked(path) as (unpacked, found):
            return _open_step(unpacked, path.name, digest, found)
    _check_step(start, path.name)
    return _open_step(path, path.name, digest, [])


def _open_step(path: Path, name: str, digest: str, findings: list[Finding]) -> OpenedModel:
    text = _scan(path)
    _check_whole(text, name, findings)
    said, read_as = _schema(text, name)
    encoding = guess_encoding(text.foreign) if text.foreign else None
    if encoding is not None:
        findings.append(
            finding(
                "text_encoding",
                "Names are written as raw {encoding}, which IFC does not allow; they were read as {encoding}.",
                encoding=encoding,
            )
        )
    if said.upper() in RELATIVES:
        findings.append(
            finding(
                "schema_read_as",
                "The schema {schema} is read as its relative {read_as}; what differs may be missing.",
                schema=said,
                read_as=read_as,
            )
        )
    ifcopenshell.get_log()
    if encoding is None and said == read_as:
        model = _parsed(path, name)
    else:
        with _temporary() as repaired:
            _repair(path, repaired, read_as, encoding)
            model = _parsed(repaired, name)
    _check_read(model, path, text, findings)
    return OpenedModel(model, said, _tool(model), digest, text.size, tuple(findings))


def _parsed(path: Path, name: str) -> ifcopenshell.file:
    try:
        return ifcopenshell.open(str(path), format=".ifc")
    except (ifcopenshell.Error, RuntimeError, OSError, ValueError) as error:
        raise InputError(
            "{file} is damaged: its text cannot be read as IFC ({reason}). Export or copy it again.",
            file=name,
            reason=_reason(error),
        ) from error


def _reason(error: Exception) -> str:
    """Return the first line of the parser's own complaint, which says where; else the exception."""
    lines = [line for line in ifcopenshell.get_log().splitlines() if line.startswith("[error]")]
    return re.sub(r"^(\[[^\]]*\]\s*)+", "", lines[0]) if lines else str(error)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _check_step(start: bytes, name: str) -> None:
    """Refuse what is no STEP file, by what it is."""
    if not start.strip(b"\0 \t\r\n"):
        raise InputError("{file} is empty. Export or copy it again.", file=name)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if re.match(rb"(/\*.*?\*/\s*)*ISO-10303-21\s*;", text, re.DOTALL | re.IGNORECASE):
        return
    lower = text[:2048].lower()
    if lower.startswith(b"<"):
        if b"<html" in lower or b"<!doctype html" in lower:
            raise InputError("{file} is a web page, not a model. Download the model again.", file=name)
        raise InputError(
            "{file} is XML; ifcXML is not read. Export the model as IFC in the STEP format.", file=name
        )
    if lower.startswith((b"{", b"[")):
        raise InputError(
            "{file} is JSON; IFC 5 and ifcJSON are not read. Export the model as IFC4 in the STEP format.",
            file=name,
        )
    for magic, kind in _NOT_READ:
        if start.startswith(magic):
            raise InputError(
                "{file} is {kind}, not an IFC file. Unpack it, or export the model as IFC in the STEP format.",
                file=name,
                kind=kind,
            )
    raise InputError(
        "{file} is not an IFC file: it does not begin with ISO-10303-21. Export the model as IFC in the STEP "
        "format.",
        file=name,
    )


def _scan(path: Path) -> _Text:
    """Read the text once, in lines of chunks: its ends, its number of numbered lines, its lines beyond ASCII."""
    text = _Text()
    rest = b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            text.size += len(chunk)
            if len(text.head) < _HEAD:
                text.head += chunk[: _HEAD - len(text.head)]
            text.tail = (text.tail + chunk)[-4096:]
            whole, _, rest = (rest + chunk).rpartition(b"\n")
            text.numbered += whole.count(b"\n#") + whole.startswith(b"#")
            if not whole.isascii() and len(text.foreign) < _HEAD:
                text.foreign += b"\n".join(line for line in whole.split(b"\n") if not line.isascii())
        text.numbered += rest.count(b"\n#") + rest.startswith(b"#")
        if not rest.isascii():
            text.foreign += rest
    return text


def _check_whole(text: _Text, name: str, findings: list[Finding]) -> None:
    """Refuse a file without its end: nobody can know which walls were on the rest of it."""
    tail = re.sub(rb"\s+", b"", text.tail).upper()
    if b"END-ISO-10303-21;" in tail:
        return
    if tail.rstrip(b"\0").endswith(b"ENDSEC;") and b"DATA;" in re.sub(rb"\s+", b"", text.head).upper():
        findings.append(finding("end_missing", "The last line of the file, END-ISO-10303-21, is missing."))
        return
    raise InputError(
        "{file} is cut off: it ends after {size} bytes without ENDSEC, so elements are missing. Export or copy "
        "it again.",
        file=name,
        size=text.size,
    )


def _schema(text: _Text, name: str) -> tuple[str, str]:
    """Return the schema as the file says and the one to read it as."""
    found = _SCHEMA.search(text.head)
    if not found or not found[1].strip():
        raise InputError(
            "{file} does not say its schema (FILE_SCHEMA). Export it again as IFC2X3 or IFC4.", file=name
        )
    said = found[1].decode("latin-1").strip()
    upper = said.upper().replace(" ", "_")
    if upper in RELATIVES:
        return said, RELATIVES[upper]
    spelling = _SPELLINGS.fullmatch(upper)
    if spelling:
        return said, "IFC4X3_ADD2" if spelling[1] == "IFC4X3" else spelling[1]
    raise InputError(
        "{file} has the schema {schema}, which is not read. Export it as IFC2X3, IFC4 or IFC4X3.",
        file=name,
        schema=said[:60],
    )


def _repair(source: Path, target: Path, schema: str, encoding: str | None) -> None:
    """Write the text in ASCII under a schema that can be read."""
    with source.open("rb") as old, target.open("wb") as new:
        head, rest = old.read(_HEAD), b""
        chunk = _SCHEMA.sub(b"FILE_SCHEMA(('" + schema.encode("ascii") + b"'", head, count=1)
        while chunk:
            whole, newline, rest = (rest + chunk).rpartition(b"\n")
            whole += newline
            new.write(ascii_step(whole, encoding) if encoding is not None else whole)
            chunk = old.read(_CHUNK)
        new.write(ascii_step(rest, encoding) if encoding is not None else rest)


def _check_read(model: ifcopenshell.file, path: Path, text: _Text, findings: list[Finding]) -> None:
    """Say how much of the text the parser has left out."""
    read = len(model.entity_names())
    # Nearly always a numbered line is a statement; only where the numbers differ it is worth looking closer.
    total = text.numbered if text.numbered == read else _statements(path)
    if total > read:
        findings.append(
            finding(
                "statements_unread",
                "{count} of {total} statements of the file could not be read.",
                count=total - read,
                total=total,
            )
        )
    log = ifcopenshell.get_log()
    errors = log.count("[error]") + log.count("[warning]")
    if errors:
        findings.append(
            finding(
                "file_damaged",
                "The file contradicts itself in {count} places, such as references to what is not there; elements "
                "may be missing.",
                count=errors,
            )
        )


def _statements(path: Path) -> int:
    """Return how many statements a file has: lines that begin with a number and an equals sign."""
    count, rest = 0, b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            whole, _, rest = (rest + chunk).rpartition(b"\n")
            count += len(_STATEMENT.findall(whole))
    return count + len(_STATEMENT.findall(rest))


def _tool(model: ifcopenshell.file) -> str | None:
    """Return the application that wrote the model, with its version; else what the header says."""
    for application in model.by_type("IfcApplication"):
        parts = [application.ApplicationFullName, application.Version]
        said = " ".join(part.strip() for part in parts if isinstance(part, str) and part.strip())
        if said:
            return said
    said = model.header.file_name.originating_system
    return said.strip() or None if isinstance(said, str) else None


@contextmanager
def _temporary() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="citycheck-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "model.ifc"


@contextmanager
def _unpacked(path: Path) -> Iterator[tuple[Path, list[Finding]]]:
    """Unpack the one model of an archive under a name of our own."""
    try:
        with zipfile.ZipFile(path) as archive, _temporary() as target:
            member = _member(archive, path.name)
            with archive.open(member) as packed, target.open("wb") as new:
                _copy(packed, new, member, path.name)
            with target.open("rb") as stream:
                _check_step(stream.read(4096), path.name)
            yield target, []
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as error:
        raise InputError(
            "{file} is a damaged archive ({reason}). Copy it again.", file=path.name, reason=str(error)
        ) from error


def _member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """Return the only model of an archive, once nothing speaks against unpacking it."""
    files = [info for info in archive.infolist() if not info.is_dir()]
    models = [info for info in files if _entry(info).lower().endswith(".ifc") and not _hidden(info)]
    if not models:
        if any(_entry(info).lower().endswith((".ifcxml", ".xml")) for info in files):
            raise InputError(
                "{file} holds ifcXML, which is not read. Export the model as IFC in the STEP format.",
                file=name,
            )
        raise InputError("{file} holds no .ifc file.", file=name)
    if len(models) > 1:
        raise InputError(
            "{file} holds {count} models, such as {first} and {second}; an .ifczip holds one. Unpack it and read "
            "the models one by one.",
            file=name,
            count=len(models),
            first=_entry(models[0]),
            second=_entry(models[1]),
        )
    member = models[0]
    parts = PurePosixPath(_entry(member).replace("\\", "/"))
    if (
        parts.is_absolute()
        or ".." in parts.parts
        or re.match(r"[A-Za-z]:", str(parts))
        or stat.S_ISLNK(member.external_attr >> 16)
    ):
        raise InputError(
            "{file} is not unpacked: its entry {entry} points outside of the archive.",
            file=name,
            entry=_entry(member),
        )
    if member.flag_bits & 0x1:
        raise InputError("{file} is encrypted. Unpack it with its password first.", file=name)
    if member.file_size > HARMLESS and (
        member.file_size > MAX_UNPACKED or member.file_size > MAX_RATIO * max(member.compress_size, 1)
    ):
        raise _bomb(name)
    return member


def _bomb(name: str) -> InputError:
    return InputError(
        "{file} is not unpacked: it would grow to more than {ratio} times its size or {size} GB, as no real model "
        "does.",
        file=name,
        ratio=MAX_RATIO,
        size=MAX_UNPACKED // 2**30,
    )


def _copy(packed: IO[bytes], new: BinaryIO, member: zipfile.ZipInfo, name: str) -> None:
    """Unpack by the bytes that really come; what the archive declares may be a lie."""
    limit = max(HARMLESS, min(MAX_UNPACKED, MAX_RATIO * max(member.compress_size, 1)))
    written = 0
    while chunk := packed.read(_CHUNK):
        written += len(chunk)
        if written > limit:
            raise _bomb(name)
        new.write(chunk)


def _hidden(info: zipfile.ZipInfo) -> bool:
    """Tell whether an entry is what macOS adds to archives."""
    entry = _entry(info).replace("\\", "/")
    return entry.startswith("__MACOSX/") or PurePosixPath(entry).name.startswith("._")


def _entry(info: zipfile.ZipInfo) -> str:
    """Return the name of an entry; older Chinese Windows writes GBK without saying so."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.filename
    raw = info.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename
