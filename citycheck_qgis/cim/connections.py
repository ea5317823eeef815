"""A connection to a platform: what is kept of it in a file, without any secret."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit, urlunsplit

from ..errors import InputError
from ..messages import Message, message
from ..storage.files import replacing, writable
from .documents import read_json
from .redaction import is_secret_name, redacted, secret_in_url

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
_PORTS = {"http": 80, "https": 443}
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


def normalised_url(text: str) -> str:
    """Return a base address in its one form: no fragment, no slash at the end, host in small letters.

    Raises
    ------
    InputError : it is missing, no http address, or holds a secret.
    """
    text = text.strip()
    if not text:
        raise InputError("The connection has no address; enter the platform's base address (https://...).")
    try:
        parts = urlsplit(text)
        port = parts.port
        secret = secret_in_url(text)
    except ValueError:
        raise InputError("{url} is no address; correct it (https://host/path).", url=redacted(text)) from None
    if parts.scheme.lower() not in _PORTS or not parts.hostname or re.search(r"[\s\\]", text):
        raise InputError(
            "{url} is no address of a platform; it must begin with http:// or https:// and name a host.",
            url=redacted(text),
        )
    if secret == "user":
        raise InputError(
            "The address {url} holds a user name or password; take them out and use an authentication configuration.",
            url=redacted(text),
        )
    if secret is not None:
        raise InputError(
            "The address {url} holds a secret in its parameter {name}; take it out and use an authentication "
            "configuration.",
            url=redacted(text),
            name=secret,
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port is not None and port != _PORTS[parts.scheme.lower()]:
        host += f":{port}"
    path = quote(parts.path.rstrip("/"), "/:@!$&'()*+,;=~-._%")
    return urlunsplit((parts.scheme.lower(), host, path, parts.query, ""))


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
    _refuse_secrets(connection.options, connection.name, "options")
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


def _refuse_secrets(value: Any, name: str, place: str) -> None:
    """Refuse options that hold what only an authentication configuration may hold."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            below = f"{place}.{key}"
            if isinstance(item, str) and _is_secret(str(key), item):
                raise InputError(
                    "{place} of connection {connection} holds a secret; take it out and use an authentication "
                    "configuration.",
                    place=below,
                    connection=name,
                )
            _refuse_secrets(item, name, below)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            _refuse_secrets(item, name, f"{place}[{number}]")
    elif isinstance(value, str) and "://" in value:
        try:
            secret = secret_in_url(value)
        except ValueError:
            secret = None
        if secret is not None:
            raise InputError(
                "{place} of connection {connection} is an address with a secret in it; take it out and use an "
                "authentication configuration.",
                place=place,
                connection=name,
            )


#: Options that say where a token stands or what its field is called, not what it is.
_ABOUT = re.compile(r"(?i)(.*[_-])?(url|path|field|parameter|param|header|name|minutes|kind|in)$")


def _is_secret(key: str, value: str) -> bool:
    if not value or (value.startswith("{") and value.endswith("}")) or _ABOUT.match(key):
        return False
    if re.search(r"(?i)passw|pwd|secret|authorization|cookie|api[_-]?key|access[_-]?key", key):
        return True
    # The place of a token in an answer is short and made of words.
    return is_secret_name(key) and len(value) >= 20


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
    members = _Reader(what).object(value, "")
    members.setdefault("name", Path(str(what)).stem)
    return checked(_Reader(what).build(Connection, members, ""))


def json_of(connection: Connection) -> dict[str, Any]:
    """Return a connection as a JSON object; what is as it is by default is left out, address and protocol apart."""
    found: dict[str, Any] = {}
    for f in fields(Connection):
        value = getattr(connection, f.name)
        if f.name == "collections":
            value = {name: _changed(settings) for name, settings in value.items()}
        if (f.default is MISSING and f.default_factory is MISSING) or not _is_default(f, value):
            found[f.name] = list(value) if isinstance(value, tuple) else value
    return found


def _changed(settings: CollectionSettings) -> dict[str, Any]:
    found = {f.name: getattr(settings, f.name) for f in fields(settings)}
    found = {f.name: found[f.name] for f in fields(settings) if not _is_default(f, found[f.name])}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def _is_default(f: Any, value: Any) -> bool:
    return value == (f.default if f.default is not MISSING else f.default_factory())


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


_EXPECTED = {
    "text": message("a text"),
    "texts": message("a list of texts"),
    "flag": message("true or false"),
    "number": message("a number"),
    "count": message("a whole number"),
    "object": message("an object"),
    "mapping": message("an object of texts"),
    "codes": message("an object of objects"),
    "text or null": message("a text or null"),
}
#: Type of each member of the file.
_TYPES = {
    Connection: {
        "name": "text", "protocol": "text", "url": "text", "authcfg": "text", "collections": "collections",
        "options": "object", "extra_origins": "texts", "allow_plain": "flag", "ca_bundle": "text",
        "connect_timeout": "number", "read_timeout": "number", "max_body": "count",
    },
    CollectionSettings: {
        "key_field": "text or null", "fields": "mapping", "values": "codes", "status_fields": "texts",
        "crs": "text or null", "probe": "object",
    },
}  # fmt: skip


class _Reader:
    """Reads the members of a connection's file, and names the place of what is wrong."""

    def __init__(self, what: object) -> None:
        self._what = what

    def build(self, kind: type, value: Any, place: str) -> Any:
        members, types = self.object(value, place), _TYPES[kind]
        for name in members:
            if name not in types:
                raise InputError(
                    "{file}: {place} is no setting of a connection; remove it, or write one of {known}.",
                    file=self._what,
                    place=_joined(place, name),
                    known=list(types),
                )
        for name in ("protocol", "url") if kind is Connection else ():
            if name not in members:
                raise InputError("{file} names no {place}; add it.", file=self._what, place=name)
        return kind(**{name: self._read(types[name], v, _joined(place, name)) for name, v in members.items()})

    def _read(self, expected: str, value: Any, place: str) -> Any:
        if expected == "collections":
            return {
                name: self.build(CollectionSettings, item, _joined(place, name))
                for name, item in self.object(value, place).items()
            }
        if not _fits(expected, value):
            self._wrong(place, expected)
        return tuple(value) if expected == "texts" else float(value) if expected == "number" else value

    def object(self, value: Any, place: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            if not place:
                raise InputError(
                    "{file} is no connection; choose a file that CityCheck wrote.", file=self._what
                )
            self._wrong(place, "object")
        return dict(value)

    def _wrong(self, place: str, expected: str) -> NoReturn:
        raise InputError(
            "{file}: {place} must be {expected}; correct it.",
            file=self._what,
            place=place,
            expected=_EXPECTED[expected],
        )


def _joined(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _fits(expected: str, value: Any) -> bool:
    if expected == "text":
        return isinstance(value, str)
    if expected == "text or null":
        return value is None or isinstance(value, str)
    if expected == "texts":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if expected == "flag":
        return isinstance(value, bool)
    if expected == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if expected == "count":
        return isinstance(value, int) and not isinstance(value, bool)
    if not isinstance(value, dict):
        return False
    if expected == "mapping":
        return all(item is None or isinstance(item, str) for item in value.values())
    return expected != "codes" or all(isinstance(item, dict) for item in value.values())


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
    """Return the connection of a name in a folder.

    Raises
    ------
    InputError : there is none.
    """
    path = file_of(name, folder)
    if path.is_file():
        found = read_connection(path)
        if found.name == name.strip():
            return found
    connections, _ = catalogue(folder)
    named = [connection for connection in connections if connection.name == name.strip()]
    if named:
        return named[0]
    if path.is_file():
        return read_connection(path)
    raise InputError(
        "There is no connection {name}; the known ones are {known}: choose one, or the path of a connection's file.",
        name=name,
        known=[connection.name for connection in connections] or message("none"),
    )


def remove(name: str, folder: Path) -> None:
    """Remove the connection of a name from a folder.

    Raises
    ------
    InputError : there is none.
    OutputError : the file cannot be removed.
    """
    load(name, folder)
    path = file_of(name, folder)
    if _name_in(path) != name.strip():
        path = next(p for p in Path(folder).glob(f"*{SUFFIX}") if _name_in(p) == name.strip())
    with writable(path):
        path.unlink()


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
