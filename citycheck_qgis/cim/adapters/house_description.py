"""How a house-made platform is described in the options of its connection.

The description is data: addresses, names, and templates. Nothing in it is evaluated.

A *path* names a value inside a document by the names of its members with dots between them (``data.rows``,
``location.geom``); an empty path is the document itself. A *template* is a JSON value in which the texts ``{row}``,
``{rows}``, ``{id}``, ``{ids}``, ``{key}``, ``{keys}``, ``{page}``, ``{size}``, ``{offset}``, ``{cursor}``, ``{user}``
and ``{password}`` stand for what they say: alone they stand for the value as it is, inside a longer text (and in
``params``) for its text, lists joined with commas.

Options of the connection
-------------------------
=============== ========= ================================================================================
option          default   meaning
=============== ========= ================================================================================
sign_in         none      object, see below; without it the authentication configuration's headers serve
code            ``code``  path of the platform's own code; empty: only the HTTP status counts
ok              [0, 200]  codes that mean success
signed_out      [401]     codes that mean that the sign-in is over
gone            [404]     codes that mean that a row is not there
failed          [500]     codes after which nobody knows what was done: errors of the platform itself
reason          ``msg``   path of the platform's words about an error
collections     none      name -> description, see below
=============== ========= ================================================================================

``sign_in``: ``url``; ``body`` (template with ``{user}`` and ``{password}``); ``token`` (path in the answer); ``header``
(default ``Authorization``) with ``prefix`` (default ``Bearer ``), or ``parameter`` to send the token in the address.

Description of a collection
---------------------------
=========== =============================================================================================
member      meaning
=========== =============================================================================================
title       for people; default: the name
id          path of the platform's id in a row, default ``id``
version     path of the time of the last edit in a row; none: not told
geometry    object: ``path``; ``form`` (``geojson_text``, ``geojson``, ``wkt``, or ``lonlat`` with ``x`` and
            ``y`` as paths instead of ``path``); ``type`` (default ``Geometry``); ``swapped``: positions begin with
            latitude. Without it the collection is a table
crs         CRS of the coordinates, default ``OGC:CRS84``
fields      list of objects: ``name``, ``type`` (see `features.TYPES`, default text), ``path`` (default: the
            name), ``length``, ``editable`` (default true), ``true`` and ``false`` (how a boolean is written)
list        request: ``rows`` (path), ``total`` (path, may be missing), ``paging`` (``page``, ``offset``,
            ``cursor``, ``none``), ``size`` (default 100), ``first`` (first page, default 1), ``next`` (path of the
            next cursor)
find        request with ``{keys}`` or ``{key}``, ``rows``, ``batch`` (default 50); none: everything is read
create      request with ``{rows}`` or ``{row}``; ``id`` or ``ids`` (path in the answer); ``failures`` (path of a list of
            those that were not done), with ``index`` and ``words`` (paths in such an entry)
update      request with ``{rows}`` or ``{row}``, and ``{id}`` where the address needs it; ``whole``: rows must
            hold all fields; ``failures`` as above
delete      request with ``{ids}`` or ``{id}``; ``failures`` as above
=========== =============================================================================================

A request is an object with ``url`` (relative to the connection's address), ``method`` (default GET for list and find,
POST otherwise), ``params`` and ``body`` (templates), ``batch`` (features in one request, default 1), ``atomic``
(default false). A row that is written holds ``id``, the key field and the fields at their paths. The key's path is that of the
field of its name in ``fields``, else its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import InputError
from ..connections import Connection
from ..features import TYPES

FORMS = ("geojson_text", "geojson", "wkt", "lonlat")
PAGING = ("page", "offset", "cursor", "none")


def described(connection: Connection, name: str) -> Mapping[str, Any]:
    """Return the description of a collection.

    Raises
    ------
    InputError : there is none, or it names what is not known.
    """
    about = (connection.options.get("collections") or {}).get(name)
    if about is None:
        raise InputError(
            "The options of connection {connection} do not describe collection {name}; describe its rows and "
            "requests there.",
            connection=connection.name,
            name=name,
        )
    stated: list[tuple[str, Any, Sequence[str]]] = [
        ("list.paging", request_of(about, "list", name).get("paging", "page"), PAGING)
    ]
    if about.get("geometry"):
        stated.append(("geometry.form", about["geometry"].get("form"), FORMS))
    for field in about.get("fields") or []:
        stated.append((f"fields.{field.get('name')}.type", field.get("type", "text"), TYPES))
    for place, value, known in stated:
        if value not in known:
            raise InputError(
                "The description of collection {name} says {value} for {place}; it must be one of {known}.",
                name=name,
                value=value,
                place=place,
                known=list(known),
            )
    return about


def request_of(about: Mapping[str, Any], kind: str, name: str) -> Mapping[str, Any]:
    """Return the description of a request of a collection.

    Raises
    ------
    InputError : there is none with an address.
    """
    found = about.get(kind)
    if not isinstance(found, Mapping) or not found.get("url"):
        raise InputError(
            "The options of the connection do not say how collection {name} is asked to {kind}: there is no url.",
            name=name,
            kind=kind,
        )
    return found


def member_of(about: Mapping[str, Any], name: str, place: str) -> str:
    """Return a member of an object in the options; InputError where it is missing."""
    if not about.get(name):
        raise InputError("The options of the connection have no {name} in {place}.", name=name, place=place)
    return str(about[name])
