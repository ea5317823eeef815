"""A connection to a platform: what is kept of it in a file, without any secret."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ..errors import InputError
from ..messages import Message, message
from ..storage.files import replacing, writable
from .connection_checks import normalised_url
from .connection_options import check_options
from .documents import read_json
from .members import Expected, Members

#: Protocol -> its name for people.
PROTOCOLS = {
    "ogcapi": "OGC API - Features",
    "wfs": "WFS",
    "arcgis": "ArcGIS FeatureServer",
    "supermap": "SuperMap iServer data REST",
    "house": "JSON interface of the house",
}
#: Files of connections end in this.
SUFFIX = ".json"
#: A connection is read by hand and by eye; nothing of this size is one.
_LARGEST = 20_000_000
#: Names that Windows keeps for devices, whatever follows after a dot.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")


@dataclass(frozen=True)
class CollectionSettings:
    """What is known about one collection of a platform.

    Attributes
    ----------
    key_field : attribute that holds the client's key; its values are unique and stay
    fields : local field -> field of the platform; a local field that is not named keeps its name, one that is mapped
        to None is not exchanged
    values : local field -> (local value -> value of the platform), for code lists; one to one
    status_fields : local fields that are written back to the platform when only the status is
    crs : CRS to ask for; None: the platform's own (of the storage) where it offers it, else its default
    probe : what a probe has found out, see `probe`
    """

    key_field: str | None = None
    fields: Mapping[str, str | None] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    status_fields: tuple[str, ...] = ("status",)
    crs: str | None = None
    probe: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Connection:
    """A platform and how to reach it; holds no secret.

    Attributes
    ----------
    name : for people, and the file's name in a catalogue of connections
    protocol : one of `PROTOCOLS`
    url : the base address; everything that is asked for lies under its origin
    authcfg : id of an authentication configuration of QGIS; empty: no credentials
    collections : collection name -> its settings
    options : settings of the protocol's adapter, see there
    extra_origins : other origins (``https://host:port``) that may be asked as well, with the credentials
    allow_plain : credentials may travel over http to a host that is not this machine
    ca_bundle : file of certificates (PEM) to trust beside the system's
    connect_timeout, read_timeout : seconds
    max_body : largest answer in bytes after unpacking
    """

    name: str
    protocol: str
    url: str
    authcfg: str = ""
    collections: Mapping[str, CollectionSettings] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    extra_origins: tuple[str, ...] = ()
    allow_plain: bool = False
    ca_bundle: str = ""
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    max_body: int = 200_000_000

    def settings(self, collection: str) -> CollectionSettings:
        """Return the settings of a collection; the defaults where there are none."""
        return self.collections.get(collection, CollectionSettings())


def checked(connection: Connection) -> Connection:
    """Return a connection with its address in the normal form.

    Raises
    ------
    InputError : a part cannot be used, or holds a secret; the sentence says which.
    """
    if not connection.name.strip():
        raise InputError("The connection has no name; enter one.")
    if connection.protocol not in PROTOCOLS:
        raise InputError(
            "Connection {connection} names the protocol {protocol}; it must be one of {known}.",
            connection=connection.name,
            protocol=connection.protocol,
            known=list(PROTOCOLS),
        )
    for name in ("connect_timeout", "read_timeout", "max_body"):
        if not 0 < getattr(connection, name) < 1e12:
            raise InputError(
                "{place} of connection {connection} must be more than 0; correct it.",
                place=name,
                connection=connection.name,
            )
    check_options(connection.options, connection.protocol, connection.name)
    origins = []
    for text in connection.extra_origins:
        parts = urlsplit(normalised_url(text))
        if parts.path or parts.query:
            raise InputError(
                "{url} among the other origins of connection {connection} is more than an origin; enter {origin}.",
                url=text,
                connection=connection.name,
                origin=f"{parts.scheme}://{parts.netloc}",
            )
        origins.append(urlunsplit(parts))
    return replace(
        connection,
        name=connection.name.strip(),
        url=normalised_url(connection.url),
        extra_origins=tuple(origins),
    )


# A connection as a file


def read_connection(path: Path) -> Connection:
    """Return the connection that a file holds; a file without a name is called after the file.

    Raises
    ------
    InputError : the file is missing or no connection; the sentence names the place in it.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError("{file} is too large for a connection; choose another file.", file=path)
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("The connection {file} does not exist; choose another file.", file=path) from None
    except OSError as error:
        raise InputError(
            "The connection {file} cannot be read ({reason}); choose another file.",
            file=path,
            reason=error.strerror or str(error),
        ) from error
    return connection_from(read_json(data, path, error=InputError), path)


def connection_from(value: Any, what: object) -> Connection:
    """Return the connection that a JSON value describes; `what` is its file, for messages.

    Raises
    ------
    InputError : an unknown name, a value of another type, or what `checked` refuses.
    """
    reader = Members(what, _TYPES)
    members = reader.object(value)
    members.setdefault("name", Path(str(what)).stem)
    return checked(reader.build(Connection, members, required=("protocol", "url")))


def json_of(connection: Connection) -> dict[str, Any]:
    """Return a connection as a JSON object; what is as it is by default is left out."""
    found = _changed(connection)
    if connection.collections:
        found["collections"] = {name: _changed(item) for name, item in connection.collections.items()}
    return found


def _changed(settings: Connection | CollectionSettings) -> dict[str, Any]:
    found = {}
    for f in fields(settings):
        value = getattr(settings, f.name)
        default = f.default_factory() if f.default_factory is not MISSING else f.default
        if value != default:
            found[f.name] = list(value) if isinstance(value, tuple) else value
    return found


def write_connection(connection: Connection, path: Path) -> Path:
    """Write a connection to a file, whole or not at all; return the path.

    Raises
    ------
    InputError : see `checked`.
    OutputError : the file cannot be written.
    """
    text = json.dumps(json_of(checked(connection)), ensure_ascii=False, indent=2, allow_nan=False)
    path = Path(path)
    with replacing(path) as draft, writable(path):
        draft.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


def without_secrets(connection: Connection) -> Connection:
    """Return a connection as another machine may have it: without what only has a meaning on this one.

    The id of an authentication configuration is no secret, but it could name another one elsewhere; the path of the
    certificates names a file of this machine.
    """
    return replace(connection, authcfg="", ca_bundle="")


def export_connection(connection: Connection, path: Path) -> Path:
    """Write a connection for another machine, see `without_secrets`; return the path."""
    return write_connection(without_secrets(connection), path)


#: Type of each member of the file.
_TYPES: dict[type, dict[str, Expected]] = {
    Connection: {
        "name": "text", "protocol": "text", "url": "text", "authcfg": "text", "collections": CollectionSettings,
        "options": "object", "extra_origins": "texts", "allow_plain": "flag", "ca_bundle": "text",
        "connect_timeout": "number", "read_timeout": "number", "max_body": "count",
    },
    CollectionSettings: {
        "key_field": "text or null", "fields": "mapping", "values": "codes", "status_fields": "texts",
        "crs": "text or null", "probe": "object",
    },
}  # fmt: skip


# A folder of connections


def catalogue(folder: Path) -> tuple[list[Connection], list[Message]]:
    """Return the connections of a folder by name, and why other files in it are none."""
    found, problems = [], []
    for path in sorted(Path(folder).glob(f"*{SUFFIX}")):
        try:
            found.append(read_connection(path))
        except InputError as error:
            problems.append(error.message)
    return sorted(found, key=lambda connection: connection.name), problems


def file_of(name: str, folder: Path) -> Path:
    """Return the file of a connection in a folder; Chinese characters stay, what no file system takes goes.

    Raises
    ------
    InputError : nothing of the name is left.
    """
    safe = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*]+', "_", name.strip()).strip(" ._")
    while len(safe.encode()) > 120:
        safe = safe[:-1]
    if not safe:
        raise InputError(
            "The connection's name {name} cannot be the name of a file; choose another.", name=name
        )
    if _DEVICES.match(safe):
        safe = f"_{safe}"
    return Path(folder) / f"{safe}{SUFFIX}"


def save(connection: Connection, folder: Path) -> Path:
    """Write a connection into a folder under its name; return the file.

    Raises
    ------
    InputError : see `checked`; or another connection of the folder has this file.
    OutputError : the folder cannot be written to.
    """
    connection = checked(connection)
    path = file_of(connection.name, folder)
    if path.exists() and _name_in(path) not in (connection.name, None):
        raise InputError(
            "Connection {connection} would have the file {file} of another connection; choose another name.",
            connection=connection.name,
            file=path,
        )
    return write_connection(connection, path)


def _name_in(path: Path) -> str | None:
    try:
        return read_connection(path).name
    except InputError:
        return None


def load(name: str, folder: Path) -> Connection:
    """Return the connection of a name in a folder; else the one whose file is called like it.

    Raises
    ------
    InputError : there is none.
    """
    path = _path_of(name, folder) or file_of(name, folder)
    if not path.is_file():
        raise _unknown(name, folder)
    return read_connection(path)


def remove(name: str, folder: Path) -> None:
    """Remove the connection of a name from a folder.

    Raises
    ------
    InputError : there is none.
    OutputError : the file cannot be removed.
    """
    path = _path_of(name, folder)
    if path is None:
        raise _unknown(name, folder)
    with writable(path):
        path.unlink()


def _path_of(name: str, folder: Path) -> Path | None:
    paths = (file_of(name, folder), *sorted(Path(folder).glob(f"*{SUFFIX}")))
    return next((path for path in paths if path.is_file() and _name_in(path) == name.strip()), None)


def _unknown(name: str, folder: Path) -> InputError:
    return InputError(
        "There is no connection {name}; the known ones are {known}: choose one, or the path of a connection's file.",
        name=name,
        known=[connection.name for connection in catalogue(folder)[0]] or message("none"),
    )


def connection_of(text: str, folder: Path | None) -> Connection:
    """Return the connection of a name in the folder, or in a file that `text` is the path of.

    Raises
    ------
    InputError : there is none, or its file cannot be read.
    """
    text = text.strip()
    if not text:
        raise InputError("No connection was named; choose one, or the path of a connection's file.")
    path = Path(text).expanduser()
    if "\x00" not in text and (text.lower().endswith(SUFFIX) or path.is_absolute() or path.is_file()):
        return read_connection(path)
    if folder is None:
        raise InputError("The connection {file} does not exist; choose another file.", file=path)
    return load(text, folder)


def with_settings(connection: Connection, collection: str, settings: CollectionSettings) -> Connection:
    """Return the connection with other settings for a collection."""
    return replace(connection, collections={**connection.collections, collection: settings})
