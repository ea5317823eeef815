"""What a connection may say: an address that can be asked, and no secret anywhere."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

from ..errors import InputError
from .addresses import PATH_SAFE, PORTS, netloc_of
from .redaction import redacted, secret_in_url


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
    if parts.scheme.lower() not in PORTS or not parts.hostname or re.search(r"[\s\\]", text):
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
    scheme = parts.scheme.lower()
    path = quote(parts.path.rstrip("/"), PATH_SAFE)
    return urlunsplit((scheme, netloc_of(scheme, parts.hostname, port), path, parts.query, ""))
