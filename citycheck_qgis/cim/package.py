"""The exchange package: features for a platform without a write service, or for a computer without a network.

A package is a ``.zip`` or a folder with ``data.gpkg`` (a layer per collection, and the table `STATE`),
``manifest.json``, ``SHA256SUMS`` and, where it is signed, ``SHA256SUMS.hmac``. It holds the whole of the features that
are exchanged, and the keys of those that were deleted. What both sides last agreed on travels as a hash per feature.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from ..errors import InputError, RefusedError
from ..messages import Message
from ..storage.files import writable
from ..storage.geopackage import connect, reading
from ..storage.geopackage_edits import Column, add_column, create_table, editing, open_to_edit, table_shape
from . import package_files as files
from .adapters.base import Capabilities, Collection, Outcome, Page, Update
from .documents import read_json
from .features import TYPES, Feature, Field, Schema, decoded
from .local import LocalChange
from .local_geopackage import GeoPackageLayer, create_layer
from .package_files import Limits

FORMAT, VERSION = "citycheck-exchange-package", 1
#: Table of what both sides last agreed on, and of the deleted ones: columns `_STATE_COLUMNS`.
STATE = "exchange_state"
_STATE_COLUMNS = (
    Column("collection", "text"), Column("key", "text"), Column("base", "text"), Column("deleted", "boolean"),
)  # fmt: skip
_GEOMETRIES = (
    "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection", "Geometry",
)  # fmt: skip
_BATCH = 5000


@dataclass(frozen=True)
class PackageLayer:
    """What goes into a package as one collection.

    Attributes
    ----------
    features : each with a key of its own, in any order; `version` is the hash (hexadecimal) of the state that both
        sides last agreed on, None for a feature that the other side does not know
    crs : of the geometry, as text for pyproj; None for a table without geometry
    key_field : the column that holds the key
    deleted : key -> hash of the last agreed state of a feature that was deleted here
    complete : the features are all there are: what is not among them does not exist
    """

    features: Iterable[Feature]
    schema: Schema
    crs: str | None
    key_field: str = "citycheck_key"
    deleted: Mapping[str, str | None] = field(default_factory=dict)
    complete: bool = True
    title: str = ""


@dataclass(frozen=True)
class Written:
    """What has become of the features of a package.

    Attributes
    ----------
    features, deleted : collection -> number in the package
    rejected : collection, key and reason of each feature that the package cannot hold
    """

    features: dict[str, int]
    deleted: dict[str, int]
    rejected: list[tuple[str, str | None, Message]]


def write_package(
    target: Path | str,
    layers: Mapping[str, PackageLayer],
    *,
    created: str,
    run_id: str,
    producer: str,
    signer: str = "",
    key_file: Path | str | None = None,
) -> Written:
    """Write an exchange package; the same input gives the same bytes.

    Parameters
    ----------
    target : a file that ends in ``.zip``, or a folder
    layers : collection -> its features
    created : time of the export, ISO 8601
    signer : name of who signs, stated in the manifest; the signature proves only what `package_files.sign` says
    key_file : the key to sign with; None: not signed

    Raises
    ------
    InputError : two features have one key, one is deleted and there at once, or the key file cannot be used.
    OutputError : the target cannot be written.
    """
    target = Path(target)
    if key_file is not None:
        files.read_key(Path(key_file))
    with writable(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(prefix=".citycheck-", dir=target.parent)
    with scratch as name, writable(target):
        folder = Path(name)
        draft = folder / "draft.gpkg"
        written = Written({}, {}, [])
        collections = []
        _make_state(draft)
        for number, (collection, layer) in enumerate(sorted(layers.items()), 1):
            table = f"collection_{number}" if not _plain_name(collection, layers) else collection
            _write_layer(draft, folder / f"{number}.sqlite", collection, table, layer, written)
            collections.append(_described(collection, table, layer, written))
        _finish(draft, folder / files.DATA, _moment(created))
        manifest = {
            "format": FORMAT, "version": VERSION, "created": created, "producer": producer, "run_id": run_id,
            "signer": signer if key_file is not None else "", "collections": collections,
        }  # fmt: skip
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        (folder / files.MANIFEST).write_text(f"{text}\n", encoding="utf-8", newline="\n")
        files.write_sums(folder)
        if key_file is not None:
            files.sign(folder, Path(key_file))
        files.pack(folder, target)
    return written


def _plain_name(name: str, layers: Mapping[str, PackageLayer]) -> bool:
    """Return whether a collection's name can be that of a table."""
    lower = name.lower()
    reserved = lower.startswith(("gpkg_", "rtree_", "sqlite_", "collection_")) or lower == STATE
    return (
        name.isprintable()
        and name.strip() == name != ""
        and not reserved
        and sum(n.lower() == lower for n in layers) == 1
    )


def _described(collection: str, table: str, layer: PackageLayer, written: Written) -> dict[str, Any]:
    return {
        "name": collection, "title": layer.title or collection, "table": table, "key_field": layer.key_field,
        "crs": layer.crs, "geometry": layer.schema.geometry if layer.crs is not None else None,
        "complete": layer.complete, "fields": [asdict(f) for f in layer.schema.fields],
        "counts": {"features": written.features[collection], "deleted": written.deleted[collection]},
    }  # fmt: skip


def _moment(created: str) -> str:
    """Return a time as a GeoPackage writes it."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError as error:
        raise InputError(
            "{created} is no time; give it like 2024-05-31T12:00:00Z.", created=created
        ) from error
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _write_layer(
    draft: Path, stage: Path, collection: str, table: str, layer: PackageLayer, written: Written
) -> None:
    """Write the features of a collection by key, and their states."""
    create_layer(draft, table, layer.schema, layer.crs, layer.key_field)
    count = 0
    with (
        GeoPackageLayer(draft, table, layer.crs, key_field=layer.key_field) as made,
        closing(sqlite3.connect(stage, isolation_level=None)) as staged,
    ):
        _stage(staged, collection, layer)
        rows = staged.execute("SELECT key, body, geometry FROM feature ORDER BY key")
        while batch := list(islice(rows, _BATCH)):
            changes = [LocalChange("insert", Feature(key, decoded(body), blob)) for key, body, blob in batch]
            for change, outcome in zip(changes, made.apply(changes), strict=True):
                if outcome.reason is not None:
                    written.rejected.append((collection, change.feature.key, outcome.reason))
                else:
                    count += 1
        made.add_index()
    with (
        closing(sqlite3.connect(stage)) as staged,
        closing(open_to_edit(draft)) as connection,
        editing(connection, draft),
    ):
        connection.executemany(
            f"INSERT INTO {STATE} (collection, key, base, deleted) VALUES (?, ?, ?, ?)",
            staged.execute(
                "SELECT ?1, key, base, 0 FROM feature WHERE base IS NOT NULL UNION ALL "
                "SELECT ?1, key, base, 1 FROM deleted ORDER BY 4, 2",
                (collection,),
            ),
        )
    stage.unlink()
    written.features[collection], written.deleted[collection] = count, len(layer.deleted)


def _stage(staged: sqlite3.Connection, collection: str, layer: PackageLayer) -> None:
    """Put features on disk to have them in the order of their keys, however many there are."""
    staged.execute("PRAGMA synchronous=OFF")
    staged.execute("BEGIN")
    staged.execute(
        "CREATE TABLE feature (key TEXT PRIMARY KEY, body TEXT, geometry BLOB, base TEXT) WITHOUT ROWID"
    )
    staged.execute("CREATE TABLE deleted (key TEXT PRIMARY KEY, base TEXT) WITHOUT ROWID")
    try:
        staged.executemany(
            "INSERT INTO feature VALUES (?, ?, ?, ?)",
            ((f.key, f.encoded(), f.geometry, f.version) for f in layer.features),
        )
    except sqlite3.IntegrityError as error:
        raise InputError(
            "Two features of {collection} have the same key, or one has none; give each its own.",
            collection=collection,
        ) from error
    staged.executemany("INSERT INTO deleted VALUES (?, ?)", layer.deleted.items())
    both = staged.execute("SELECT key FROM deleted JOIN feature USING (key)").fetchone()
    if both:
        raise InputError(
            "{key} in {collection} is deleted and there at once.", key=both[0], collection=collection
        )
    staged.execute("COMMIT")


def _make_state(draft: Path) -> None:
    """Make the table of states in a new file."""
    create_table(draft, STATE, None, None, {"FID": "fid"})
    with closing(open_to_edit(draft)) as connection, editing(connection, draft):
        shape = table_shape(connection, draft, STATE)
        for column in _STATE_COLUMNS:
            add_column(connection, shape, column)
        connection.execute(f"CREATE INDEX {STATE}_key ON {STATE} (collection, key)")


def _finish(draft: Path, target: Path, moment: str) -> None:
    """Write the data anew, without what tells when and in which order it was made."""
    with closing(open_to_edit(draft)) as connection:
        with editing(connection, draft):
            connection.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
        connection.execute("VACUUM INTO ?", (str(target),))


class PackageCollection(Collection):
    """A collection of a package; it can be read as one of a platform, and not be written.

    `Feature.version` is the hash of the state that both sides last agreed on, as the sender knew it.

    Attributes
    ----------
    complete : what is not among the features does not exist; else reading never comes to a last page
    counts : ``features`` and ``deleted`` as the manifest says
    """

    capabilities = Capabilities(find_batch=1000)

    def __init__(
        self, layer: GeoPackageLayer, state: sqlite3.Connection, entry: Mapping[str, Any], schema: Schema
    ) -> None:
        self.name, self.title, self.crs = entry["name"], entry["title"], entry["crs"]
        self.key_field, self.schema = entry["key_field"], schema
        self.complete, self.counts = entry["complete"], entry["counts"]
        self._layer, self._state = layer, state

    def pages(self) -> Iterator[Page]:
        """Read everything, see `Collection.pages`."""
        features = self._layer.features()
        read = 0
        while batch := list(islice(features, _BATCH)):
            read += len(batch)
            yield Page(self._with_base(batch), self.counts["features"])
        if read != self.counts["features"]:
            raise InputError(
                "The package has {n} features in {collection} and speaks of {wanted}; have it sent again.",
                n=read,
                collection=self.name,
                wanted=self.counts["features"],
            )
        yield Page([], read, self.complete)

    def find(self, keys: Sequence[str]) -> list[Feature]:
        """Return the features that have one of the keys."""
        fids = self._layer.fids_of(list(keys))
        rows = self._layer.read(sorted(fids.values()))
        return self._with_base([feature for feature, _ in rows.values()])

    def deleted(self) -> Iterator[tuple[str, str | None]]:
        """Return the keys of what the sender has deleted, with the hash of the last agreed state."""
        yield from self._states("deleted = 1", ())

    def _with_base(self, features: list[Feature]) -> list[Feature]:
        keys = json.dumps([f.key for f in features])
        bases = dict(self._states("deleted = 0 AND key IN (SELECT value FROM json_each(?2))", (keys,)))
        for feature in features:
            feature.version = bases.get(feature.key or "")
        return features

    def _states(self, condition: str, values: tuple[str, ...]) -> list[tuple[str, str | None]]:
        with reading(self._layer.path):
            return self._state.execute(
                f"SELECT key, base FROM {STATE} WHERE collection = ?1 AND {condition} ORDER BY key",
                (self.name, *values),
            ).fetchall()

    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        """Refuse: a package is not written to."""
        raise self._refused()

    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        """Refuse: a package is not written to."""
        raise self._refused()

    def delete(self, features: Sequence[Feature]) -> list[Outcome]:
        """Refuse: a package is not written to."""
        raise self._refused()

    def _refused(self) -> RefusedError:
        return RefusedError(
            "{collection} comes from a package, which can only be read.", collection=self.name
        )


class Package:
    """An exchange package that was checked and unpacked. Close it, or use it in a ``with`` block.

    Attributes
    ----------
    collections : name -> collection
    created, producer, run_id : as its sender says
    signer : who has signed it, as its sender says; empty without a signature
    signature : ``none``; ``unchecked`` (it is signed, and no key was given); ``valid``, see `package_files.sign`
    """

    def __init__(
        self, folder: Path, manifest: Mapping[str, Any], signature: str, stack: ExitStack, path: Path
    ) -> None:
        self.created, self.producer = manifest["created"], manifest["producer"]
        self.run_id, self.signer = manifest["run_id"], manifest["signer"] if signature != "none" else ""
        self.signature, self._stack = signature, stack
        data = folder / files.DATA
        state = stack.enter_context(closing(connect(data)))
        with reading(data):
            # Somebody else has made this file: none of its own functions is to run.
            state.execute("PRAGMA trusted_schema=OFF")
            shape = table_shape(state, data, STATE)
        if {c.name for c in _STATE_COLUMNS} - {c.name for c in shape.columns}:
            raise _misfit(path, STATE)
        self.collections: dict[str, PackageCollection] = {}
        for entry in manifest["collections"]:
            schema = Schema(tuple(Field(**f) for f in entry["fields"]), entry["geometry"])
            layer = GeoPackageLayer(
                data, entry["table"], entry["crs"], key_field=entry["key_field"], writable=False
            )
            stack.callback(layer.close)
            layer.connection.execute("PRAGMA trusted_schema=OFF")
            found = {(f.name, f.type) for f in layer.schema.fields}
            if (
                found != {(f.name, f.type) for f in schema.fields}
                or layer.schema.geometry != entry["geometry"]
            ):
                raise _misfit(path, entry["name"])
            self.collections[entry["name"]] = PackageCollection(layer, state, entry, schema)

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files and remove what was unpacked."""
        self._stack.close()


def read_package(
    path: Path | str, key_file: Path | str | None = None, limits: Limits | None = None
) -> Package:
    """Check a package and open it.

    Nothing of it is used before its names, sizes, checksums and, where a key is given, its signature are right.

    Parameters
    ----------
    key_file : the key to check the signature with; None: the signature is not checked, and the checksums then only
        prove that nothing was damaged on the way

    Raises
    ------
    InputError : it is no package, is damaged, of another version, or is not signed with the key.
    UnsafeError : it holds what no package holds, see `package_files.unpack`.
    """
    path = Path(path)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="citycheck-")))
        files.unpack(path, folder, limits or Limits())
        files.check_sums(folder, path)
        signature = "unchecked" if (folder / files.SIGNATURE).exists() else "none"
        if key_file is not None:
            files.check_signature(folder, Path(key_file), path)
            signature = "valid"
        manifest = read_json((folder / files.MANIFEST).read_bytes(), files.MANIFEST, error=InputError)
        _check_manifest(manifest, path)
        package = Package(folder, manifest, signature, stack, path)
        package._stack = stack.pop_all()
        return package


def _check_manifest(manifest: Any, path: Path) -> None:
    """Check that a manifest says all that is needed, in the types that are expected.

    Raises
    ------
    InputError : it does not.
    """
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise InputError("{file} is no exchange package of CityCheck; choose another file.", file=path)
    if manifest.get("version") != VERSION:
        raise InputError(
            "The package {file} is of version {version}, which this CityCheck does not know; update CityCheck.",
            file=path,
            version=str(manifest.get("version"))[:20],
        )
    texts = all(isinstance(manifest.get(n), str) for n in ("created", "producer", "run_id", "signer"))
    collections = manifest.get("collections")
    if not texts or not isinstance(collections, list):
        raise _misfit(path, files.MANIFEST)
    names = set()
    for entry in collections:
        if not _is_collection(entry) or entry["name"] in names:
            raise _misfit(path, files.MANIFEST)
        names.add(entry["name"])


def _is_collection(entry: Any) -> bool:
    if not isinstance(entry, dict) or not all(
        isinstance(entry.get(n), str) for n in ("name", "title", "table", "key_field")
    ):
        return False
    counts, fields, crs = entry.get("counts"), entry.get("fields"), entry.get("crs")
    if not isinstance(counts, dict) or not all(type(counts.get(n)) is int for n in ("features", "deleted")):
        return False
    if (
        not isinstance(fields, list)
        or not all(map(_is_field, fields))
        or not isinstance(entry.get("complete"), bool)
    ):
        return False
    if crs is None:
        return entry.get("geometry") is None
    try:
        CRS(crs)
    except (CRSError, TypeError):
        return False
    return isinstance(crs, str) and entry.get("geometry") in _GEOMETRIES


def _is_field(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and set(entry) == {"name", "type", "nullable", "length", "editable"}
        and isinstance(entry["name"], str)
        and entry["type"] in TYPES
        and all(isinstance(entry[n], bool) for n in ("nullable", "editable"))
        and (entry["length"] is None or type(entry["length"]) is int)
    )


def _misfit(path: Path, what: str) -> InputError:
    return InputError(
        "The package {file} is not what it says of itself ({what}); have it made anew.", file=path, what=what
    )
