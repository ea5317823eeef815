"""A connection to a platform: what is kept of it in a file, without any secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Protocol -> its name for people.
PROTOCOLS = {
    "ogcapi": "OGC API - Features",
    "wfs": "WFS",
    "arcgis": "ArcGIS FeatureServer",
    "supermap": "SuperMap iServer data REST",
    "house": "JSON interface of the house",
}


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
