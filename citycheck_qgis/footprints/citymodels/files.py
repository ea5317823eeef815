"""City model files as streams: plain, gzip or in a zip archive, told apart by what they hold and not by their names."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from ...errors import InputError

#: An archive member may unpack to this many times its packed size; city models reach 30, bombs 1,000.
_RATIO = 300
#: Whatever the ratio, this much may always be unpacked, and no more than that ever, bytes.
_ALWAYS, _EVER = 64 << 20, 64 << 30
#: Members of an archive that are looked into.
_MOST_MEMBERS = 200_000
#: Bytes by which a document is told from others.
_HEAD = 4096
_BROKEN = (
    EOFError,
    zlib.error,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    OSError,
    NotImplementedError,
    RuntimeError,
)

Progress = Callable[[float], None]


class NotACityModelError(InputError):
    """A document of a known kind (XML, JSON) that holds no city model: in an archive it is passed over."""


@dataclass(frozen=True)
class Source:
    """One document: a file, or a member of an archive.

    Attributes
    ----------
    name : for messages and lineage
    kind : ``xml`` or ``json``
    open : gives the unpacked bytes from the beginning
    size : unpacked size as far as known, bytes
    """

    name: str
    kind: str
    open: Callable[[], AbstractContextManager[BinaryIO]]
    size: int


def kind_of(head: bytes) -> str:
    """Return what a document is by its first bytes.

    One of ``xml``, ``json``, ``zip``, ``gzip``, ``html``, ``empty``, ``other``.
    """
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    else:
        text = head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    text = text.lstrip(" \t\r\n\x1e\x00\ufeff")
    if not text:
        return "empty"
    if text[0] in "{[":
        return "json"
    if text[0] == "<":
        start = text[:2000].casefold()
        return "html" if "<html" in start or "<!doctype html" in start else "xml"
    return "other"


def sources(path: str | Path) -> list[Source]:
    """Return the documents of a file that may be city models; of an archive in the order of their names.

    Nothing is unpacked to a folder, so that names in an archive lead nowhere.

    Raises
    ------
    InputError : the file does not exist, is empty, or holds nothing that could be a city model.
    """
    file = Path(path)
    try:
        with file.open("rb") as stream:
            kind = kind_of(stream.read(_HEAD))
        size = file.stat().st_size
    except OSError as error:
        raise InputError(
            "{file} cannot be read ({reason}); check that it exists and that you may read it.",
            file=file.name,
            reason=error.strerror or str(error),
        ) from error
    if kind in ("xml", "json"):
        return [Source(file.name, kind, lambda: file.open("rb"), size)]
    if kind == "gzip":
        return [_of_gzip(file, size)]
    if kind == "zip":
        return _of_zip(file)
    raise _unusable(file.name, kind)


def _unusable(name: str, kind: str) -> InputError:
    if kind == "empty":
        return InputError("{file} is empty; copy or download it again.", file=name)
    if kind == "html":
        return InputError(
            "{file} is a web page, not a city model; download the file itself (a login page may have come in its "
            "place).",
            file=name,
        )
    return InputError(
        "{file} is neither CityJSON nor CityGML nor an archive of them; export the model as one of these.",
        file=name,
    )


def _of_gzip(file: Path, size: int) -> Source:
    @contextmanager
    def unpacked() -> Iterator[BinaryIO]:
        with gzip.open(file, "rb") as stream:
            yield bounded(stream, file.name, size)

    with unpacked() as stream:
        kind = kind_of(stream.read(_HEAD))
    if kind not in ("xml", "json"):
        raise _unusable(file.name, kind)
    return Source(file.name, kind, unpacked, size * 10)


def _of_zip(file: Path) -> list[Source]:
    try:
        # Stays open as long as its documents are known: a directory of thousands of textures is read once.
        archive = zipfile.ZipFile(file)
    except _BROKEN as error:
        raise InputError(
            "{file} is a damaged archive ({reason}); copy or download it again.",
            file=file.name,
            reason=str(error),
        ) from error
    members = [m for m in archive.infolist() if not m.is_dir() and m.file_size]
    if len(members) > _MOST_MEMBERS:
        raise InputError(
            "{file} holds {count} files, more than {most}; unpack it and read the city models in it.",
            file=file.name,
            count=len(members),
            most=_MOST_MEMBERS,
        )
    locked = [m for m in members if m.flag_bits & 1]
    found = []
    for member in sorted((m for m in members if not m.flag_bits & 1), key=lambda m: m.filename):
        source = _of_member(file, archive, member)
        if source is not None:
            found.append(source)
    if not found and locked:
        raise InputError("{file} is locked with a password; unpack it first.", file=file.name)
    if not found:
        raise InputError(
            "{file} holds neither CityJSON nor CityGML; choose the archive with the city model.",
            file=file.name,
        )
    return found


def _of_member(file: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Source | None:
    """Return a member of a zip archive as a document, None where it cannot be a city model."""
    inner = "".join(c for c in member.filename if c.isprintable())
    if inner.startswith("__MACOSX/"):
        return None
    name = f"{file.name}/{inner}"

    @contextmanager
    def unpacked() -> Iterator[BinaryIO]:
        try:
            stream = archive.open(member)
        except _BROKEN as error:
            raise _not_unpacked(name, error) from error
        with stream:
            yield bounded(stream, name, member.compress_size)

    try:
        with unpacked() as stream:
            kind = kind_of(stream.read(_HEAD))
    except InputError:
        # What can still be read of a damaged model is read, and its end reported.
        ending = Path(inner).suffix.casefold()
        kind = {".gml": "xml", ".xml": "xml", ".json": "json", ".jsonl": "json"}.get(ending, "other")
    return Source(name, kind, unpacked, member.file_size) if kind in ("xml", "json") else None


def _not_unpacked(name: str, error: Exception) -> InputError:
    return InputError(
        "{file} cannot be unpacked to its end ({reason}); copy or download it again.",
        file=name,
        reason=str(error) or type(error).__name__,
    )


class _Bounded(io.RawIOBase):
    """Bytes of an unpacked stream, up to what a city model can be for its packed size."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, name: str, packed: int) -> None:
        self._stream = stream
        self._name = name
        self._left = min(max(_ALWAYS, packed * _RATIO), _EVER)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            data = self._stream.read(len(view))
        except _BROKEN as error:
            raise _not_unpacked(self._name, error) from error
        self._left -= len(data)
        if self._left < 0:
            raise InputError(
                "{file} unpacks to far more than a city model of its size would; it was not read.",
                file=self._name,
            )
        view[: len(data)] = data
        return len(data)


def bounded(stream: IO[bytes] | gzip.GzipFile, name: str, packed: int) -> BinaryIO:
    """Return a stream that stops with an error where it unpacks to more than a city model could be."""
    return cast(BinaryIO, io.BufferedReader(_Bounded(stream, name, packed), 1 << 16))


class _Counted(io.RawIOBase):
    """A stream that tells how much of it was read."""

    def __init__(self, stream: BinaryIO, tell: Callable[[int], None]) -> None:
        self._stream = stream
        self._tell = tell
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._stream.read(len(view))
        self._count += len(data)
        self._tell(self._count)
        view[: len(data)] = data
        return len(data)


def counted(stream: BinaryIO, tell: Callable[[int], None]) -> BinaryIO:
    """Return a stream that tells how many bytes of it were read."""
    return cast(BinaryIO, io.BufferedReader(_Counted(stream, tell), 1 << 18))
