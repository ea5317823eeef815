"""The files of an exchange package: packed alike every time, and unpacked with suspicion."""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..errors import InputError, UnsafeError
from ..storage.files import file_hash, replacing, staged

DATA, MANIFEST, SUMS, SIGNATURE = "data.gpkg", "manifest.json", "SHA256SUMS", "SHA256SUMS.hmac"
#: Everything that a package may hold; each file stands at its top.
NAMES = (DATA, MANIFEST, SUMS, SIGNATURE)
#: Fewer bytes are no key.
_SHORTEST_KEY = 16
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What a package may be like before it is refused.

    Attributes
    ----------
    total : bytes of all files after unpacking
    manifest : bytes of each file that is not the data
    ratio : how many times larger than packed; files below `small` bytes may be packed tighter
    """

    total: int = 8_000_000_000
    manifest: int = 20_000_000
    ratio: float = 200.0
    small: int = 20_000_000


def pack(folder: Path, target: Path) -> None:
    """Write the files of a package into a ``.zip``, or a folder where the target has another name.

    The same files give the same bytes: names in order, no times, no owners.

    Raises
    ------
    OutputError : the target cannot be written.
    """
    names = [name for name in NAMES if (folder / name).exists()]
    if target.suffix.lower() != ".zip":
        with staged(target) as draft:
            for name in names:
                shutil.copyfile(folder / name, draft / name)
        return
    with (
        replacing(target) as draft,
        zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed,
    ):
        for name in names:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = (
                zipfile.ZIP_DEFLATED,
                3,
                0o644 << 16,
            )
            with (folder / name).open("rb") as source, packed.open(entry, "w", force_zip64=True) as sink:
                shutil.copyfileobj(source, sink, _BLOCK)


def unpack(path: Path, folder: Path, limits: Limits) -> None:
    """Put the files of a package into a folder of ours.

    Raises
    ------
    InputError : there is no such package, or it is damaged.
    UnsafeError : it holds something that no package holds: other files, links, paths, or far more than it says.
    """
    if not path.exists():
        raise InputError("There is no exchange package {file}; choose another file.", file=path)
    try:
        if path.is_dir():
            for file in sorted(path.iterdir()):
                _check_name(path, file.name, file.is_symlink() or not file.is_file())
                with file.open("rb") as source:
                    _copy(source, folder / file.name, _room(file.name, limits), path)
            return
        with zipfile.ZipFile(path) as packed:
            _check_entries(path, packed.infolist(), limits)
            for entry in packed.infolist():
                with packed.open(entry) as source:
                    _copy(
                        source,
                        folder / entry.filename,
                        min(_room(entry.filename, limits), entry.file_size),
                        path,
                    )
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise InputError(
            "{file} is no exchange package or is damaged ({reason}); have it sent again.",
            file=path,
            reason=error,
        ) from error
    except OSError as error:
        raise InputError(
            "{file} cannot be read: {reason}.", file=path, reason=error.strerror or error
        ) from error


def _check_entries(path: Path, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > len(NAMES) or len({e.filename for e in entries}) < len(entries):
        raise UnsafeError(
            "The package {file} holds more files than a package has; it was not opened.", file=path
        )
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        _check_name(path, entry.filename, entry.is_dir() or kind not in (0, stat.S_IFREG))
        if entry.flag_bits & 1:
            raise UnsafeError("The package {file} is encrypted; have it sent without.", file=path)
        swollen = entry.file_size > limits.small and entry.file_size > limits.ratio * max(
            entry.compress_size, 1
        )
        if swollen or entry.file_size > _room(entry.filename, limits):
            raise _too_large(path)
    if sum(e.file_size for e in entries) > limits.total:
        raise _too_large(path)


def _check_name(path: Path, name: str, odd: bool) -> None:
    """Refuse everything but a plain file of a package's own names."""
    if odd or name not in NAMES:
        raise UnsafeError(
            "The package {file} holds {name}, which no package has; it was not opened.",
            file=path,
            name=ascii(name[:80]) if not name.isprintable() else name[:80],
        )


def _room(name: str, limits: Limits) -> int:
    return limits.total if name == DATA else limits.manifest


def _too_large(path: Path) -> UnsafeError:
    return UnsafeError("The package {file} unpacks to far more than it should; it was not opened.", file=path)


def _copy(source: IO[bytes], target: Path, most: int, path: Path) -> None:
    """Copy a stream that may not be longer than it says."""
    written = 0
    with target.open("xb") as sink:
        while block := source.read(_BLOCK):
            written += len(block)
            if written > most:
                raise _too_large(path)
            sink.write(block)


def write_sums(folder: Path) -> None:
    """Write the checksums of a package's files, in the form of ``sha256sum``."""
    lines = [f"{file_hash(folder / name)}  {name}\n" for name in (DATA, MANIFEST)]
    (folder / SUMS).write_text("".join(lines), encoding="ascii", newline="\n")


def check_sums(folder: Path, path: Path) -> None:
    """Check that all files of a package are there and are what its checksums say.

    Raises
    ------
    InputError : they are not.
    """
    for name in (DATA, MANIFEST, SUMS):
        if not (folder / name).is_file():
            raise InputError("The package {file} has no {name}; have it sent again.", file=path, name=name)
    try:
        text = (folder / SUMS).read_text(encoding="ascii")
        said = {name: sum_ for sum_, _, name in (line.partition("  ") for line in text.splitlines())}
    except UnicodeDecodeError:
        said = {}
    if set(said) != {DATA, MANIFEST}:
        raise InputError(
            "The checksums of the package {file} are not those of its files; have it sent again.", file=path
        )
    for name, wanted in said.items():
        if not hmac.compare_digest(file_hash(folder / name).encode(), wanted.lower().encode()):
            raise InputError(
                "{name} in the package {file} is not what its checksum says; have it sent again.",
                file=path,
                name=name,
            )


def sign(folder: Path, key_file: Path) -> None:
    """Write the signature of a package's checksums, made with a key that both sides have.

    It proves that somebody who has the key made exactly these files. It does not prove who of those it was, nor
    when: everybody who can check it could have made it.

    Raises
    ------
    InputError : the key cannot be used, see `read_key`.
    """
    (folder / SIGNATURE).write_text(f"{_signature(folder, key_file)}\n", encoding="ascii", newline="\n")


def check_signature(folder: Path, key_file: Path, path: Path) -> None:
    """Check the signature of a package, see `sign`.

    Raises
    ------
    InputError : there is none, it was made with another key or for other files, or the key cannot be used.
    """
    wanted = _signature(folder, key_file)
    if not (folder / SIGNATURE).is_file():
        raise InputError(
            "The package {file} is not signed; have it signed, or import it without a key file.", file=path
        )
    given = (folder / SIGNATURE).read_bytes().strip()
    if not hmac.compare_digest(wanted.encode(), given):
        raise InputError(
            "The signature of the package {file} was made with another key or for other files; ask its sender.",
            file=path,
        )


def _signature(folder: Path, key_file: Path) -> str:
    return hmac.new(read_key(key_file), (folder / SUMS).read_bytes(), hashlib.sha256).hexdigest()


def read_key(path: Path) -> bytes:
    """Return the key of a key file.

    Raises
    ------
    InputError : there is none, others may read it, or it is too short.
    """
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            key = file.read(1 << 16).strip() if stat.S_ISREG(status.st_mode) else b""
    except OSError as error:
        raise InputError("{file} cannot be read: {reason}.", file=path, reason=error.strerror) from error
    # Windows has no such bits; who may read there is not told by the mode.
    if os.name == "posix" and status.st_mode & 0o077:
        raise InputError(
            "The key file {file} can be read by others; take their rights away (chmod 600).", file=path
        )
    if len(key) < _SHORTEST_KEY:
        raise InputError(
            "The key file {file} holds less than {n} characters; make a longer key.",
            file=path,
            n=_SHORTEST_KEY,
        )
    return key
