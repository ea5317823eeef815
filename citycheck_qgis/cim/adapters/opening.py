"""Opening a collection of a platform: the one place that knows which adapter speaks which protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from importlib import import_module
from types import ModuleType

from ...errors import InputError
from ..connections import PROTOCOLS, Connection
from ..network import Credentials, Dialect, Http, Surroundings
from .base import Capabilities, Collection
from .guarded import Guarded, understood

#: Protocol -> module, its dialect and its collection.
_ADAPTERS = {
    "ogcapi": ("ogcapi", "OgcApiDialect", "OgcApiCollection"),
    "wfs": ("wfs", "WfsDialect", "WfsCollection"),
    "arcgis": ("arcgis", "ArcGisDialect", "ArcGisCollection"),
    "supermap": ("supermap", "SuperMapDialect", "SuperMapCollection"),
    "house": ("house", "HouseDialect", "HouseCollection"),
}
#: Protocols whose dialect is set by options of the connection.
_WITH_OPTIONS = {"arcgis", "supermap", "house"}


def _adapter(connection: Connection) -> tuple[ModuleType, str, str]:
    if connection.protocol not in _ADAPTERS:
        raise InputError(
            "Connection {connection} names the protocol {protocol}; it must be one of {known}.",
            connection=connection.name,
            protocol=connection.protocol,
            known=list(PROTOCOLS),
        )
    module, dialect, collection = _ADAPTERS[connection.protocol]
    return import_module(f"{__package__}.{module}"), dialect, collection


def way_to(
    connection: Connection, credentials: Credentials | None = None, surroundings: Surroundings | None = None
) -> Http:
    """Return the way to a platform in the dialect of its protocol.

    Raises
    ------
    InputError : the protocol is not known.
    """
    module, dialect, _ = _adapter(connection)
    options = (connection,) if connection.protocol in _WITH_OPTIONS else ()
    made: Dialect = getattr(module, dialect)(*options)
    return Http(connection, made, credentials, surroundings)


def open_collection(connection: Connection, http: Http, name: str) -> Collection:
    """Open a collection: read what the platform declares of it.

    Parameters
    ----------
    http : see `way_to`

    Raises
    ------
    ExchangeError : the platform has no such collection, or cannot be understood; so does every method of the
        collection where an answer is broken, see `guarded.Guarded`.
    """
    module, _, collection = _adapter(connection)
    with understood(name):
        opened: Collection = getattr(module, collection)(connection, http, name)
    opened.capabilities = corrected(
        opened.capabilities, connection.settings(name).probe.get("capabilities") or {}
    )
    return Guarded(opened)


def collections_of(connection: Connection, http: Http) -> list[tuple[str, str]]:
    """Return name and title of the platform's collections."""
    module, _, _ = _adapter(connection)
    with understood(connection.name):
        return (
            module.collections_of(http, connection)
            if connection.protocol == "house"
            else module.collections_of(http)
        )


def corrected(declared: Capabilities, found: Mapping[str, object]) -> Capabilities:
    """Return what a platform declares, corrected by what a probe has found; names that are none are passed over."""
    known = {field.name for field in fields(Capabilities)}
    return replace(declared, **{name: value for name, value in found.items() if name in known})  # type: ignore[arg-type]
