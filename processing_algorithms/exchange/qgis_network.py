"""What QGIS knows about signing in and about the network, in the form that the exchange takes it.

Nothing of it is written anywhere but to a private folder that goes at the end of the run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from qgis.core import (
    QgsApplication,
    QgsAuthCertUtils,
    QgsAuthMethodConfig,
    QgsNetworkAccessManager,
    QgsPkiBundle,
    QgsProcessingFeedback,
)
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtNetwork import QNetworkProxy, QNetworkProxyQuery, QNetworkRequest

from ...citycheck_qgis.errors import InputError, SignInError
from ...citycheck_qgis.messages import message

if TYPE_CHECKING:
    from qgis.PyQt.QtNetwork import QSslCertificate, QSslKey

    from ...citycheck_qgis.cim.connections import Connection
    from ...citycheck_qgis.cim.network import Surroundings


class QgisCredentials:
    """Signing in by an authentication configuration of QGIS.

    Parameters
    ----------
    authcfg : its id

    Raises
    ------
    SignInError : QGIS has no such configuration, or cannot open it.
    """

    def __init__(self, authcfg: str) -> None:
        self._id = authcfg
        self._manager = QgsApplication.authManager()
        self._config = self._load()

    def __repr__(self) -> str:
        return f"<QgisCredentials {self._id}>"

    @property
    def config(self) -> QgsAuthMethodConfig:
        """The configuration with all that it holds."""
        return self._config

    def _load(self) -> QgsAuthMethodConfig:
        manager = self._manager
        if manager.isDisabled():
            raise SignInError(
                "QGIS's authentication system is switched off ({reason}), so nobody can sign in; set it up in QGIS's "
                "options under Authentication, or choose a connection without credentials.",
                reason=manager.disabledMessage().splitlines()[0] if manager.disabledMessage() else "-",
            )
        if self._id not in manager.configIds():
            raise SignInError(
                "QGIS has no authentication configuration {authcfg} in this profile; choose another one, or in a run "
                "without the desktop set QGIS_AUTH_DB_DIR_PATH to the folder of the profile that has it.",
                authcfg=self._id,
            )
        config = QgsAuthMethodConfig()
        loaded = manager.loadAuthenticationConfig(self._id, config, True)
        if not (loaded[0] if isinstance(loaded, tuple) else loaded):
            raise SignInError(
                "QGIS cannot open the authentication configuration {authcfg}: {reason}.",
                authcfg=self._id,
                reason=message("it is damaged, enter it again")
                if manager.masterPasswordIsSet()
                else message(
                    "the master password is not set, or not the right one: enter it in QGIS's options under "
                    "Authentication, or in a run without the desktop let QGIS_AUTH_PASSWORD_FILE name a file that "
                    "holds it (mode 600)"
                ),
            )
        return config

    def headers(self, url: str, fresh: bool) -> Mapping[str, str]:
        """Return the headers for a request, see `network.Credentials`."""
        if fresh:
            self._manager.clearCachedConfig(self._id)
            self._config = self._load()
        asked = QUrl(url)
        request = QNetworkRequest(asked)
        # Without the desktop a method that needs a window (OAuth2's first sign-in) says no.
        able, request = self._manager.updateNetworkRequest(request, self._id)
        if not able:
            raise SignInError(
                "The authentication configuration {authcfg} ({method}) gave no credentials; test it in QGIS's options "
                "under Authentication.",
                authcfg=self._id,
                method=self._config.method(),
            )
        if request.url() != asked:
            raise SignInError(
                "The authentication configuration {authcfg} writes its token into the address, where every log on the "
                "way can read it; set it to send a header.",
                authcfg=self._id,
            )
        # QGIS ends the header of an Esri token with a blank.
        return {
            bytes(name).decode("latin-1"): bytes(request.rawHeader(name)).decode("latin-1").strip()
            for name in request.rawHeaderList()
        }

    def login(self) -> tuple[str, str] | None:
        """Return user name and password where the configuration has them, see `network.Credentials`."""
        if self._config.method() != "Basic":
            return None
        return self._config.config("username"), self._config.config("password")


@contextmanager
def surroundings(
    connection: Connection, credentials: QgisCredentials | None, feedback: QgsProcessingFeedback
) -> Iterator[Surroundings]:
    """Give what QGIS's settings say about the network on the way to a platform; its files go with the block.

    Raises
    ------
    InputError : QGIS's proxy is of a kind that cannot be used.
    SignInError : the client's certificate cannot be read.
    """
    import tempfile

    from ...citycheck_qgis.cim.network import Surroundings

    with tempfile.TemporaryDirectory(prefix="citycheck-network-") as folder:
        private = Path(folder)
        protected = any(
            urlsplit(url).scheme == "https" for url in (connection.url, *connection.extra_origins)
        )
        yield Surroundings(
            proxies=proxies(connection.url),
            trusted=_trusted(private) if protected else None,
            certificate=_certificate(credentials, private) if protected else None,
            cancelled=feedback.isCanceled,
        )


def proxies(url: str) -> dict[str, str]:
    """Return by scheme the proxy by which QGIS would ask an address; empty: none.

    Raises
    ------
    InputError : it is of a kind that cannot be used.
    """
    factory = QgsNetworkAccessManager.instance().proxyFactory()
    found = factory.queryProxy(QNetworkProxyQuery(QUrl(url))) if factory is not None else []
    proxy = found[0] if found else QNetworkProxy(QNetworkProxy.ProxyType.NoProxy)
    if proxy.type() == QNetworkProxy.ProxyType.DefaultProxy:
        proxy = QNetworkProxy.applicationProxy()
    kinds = QNetworkProxy.ProxyType
    if proxy.type() in (kinds.NoProxy, kinds.DefaultProxy) or not proxy.hostName():
        return {}
    if proxy.type() == kinds.FtpCachingProxy:
        raise InputError(
            "QGIS's network settings name a proxy for FTP ({host}), which cannot carry requests to a platform; choose "
            "HttpProxy there.",
            host=proxy.hostName(),
        )
    scheme = "http"
    if proxy.type() == kinds.Socks5Proxy:
        if find_spec("socks") is None:
            raise InputError(
                "QGIS's network settings name a SOCKS proxy ({host}), for which Python needs the package PySocks; "
                "install it (Debian: python3-socks), or name a proxy for HTTP.",
                host=proxy.hostName(),
            )
        # The h: names are looked up by the proxy, as Qt has it done.
        scheme = "socks5h"
    host = f"[{proxy.hostName()}]" if ":" in proxy.hostName() else proxy.hostName()
    user = f"{quote(proxy.user(), safe='')}:{quote(proxy.password(), safe='')}@" if proxy.user() else ""
    port = f":{proxy.port()}" if proxy.port() else ""
    return dict.fromkeys(("http", "https"), f"{scheme}://{user}{host}{port}")


def _trusted(folder: Path) -> str | None:
    """Write the authorities that QGIS trusts, and the servers that its user made an exception for."""
    manager = QgsApplication.authManager()
    if manager.isDisabled():
        return None
    exceptions = QgsAuthCertUtils.certsToPemText(
        [config.sslCertificate() for config in manager.sslCertCustomConfigs()]
    )
    pem = bytes(manager.trustedCaCertsPemText()) + b"\n" + bytes(exceptions)
    return _private_file(folder / "trusted.pem", pem) if b"BEGIN CERTIFICATE" in pem else None


def _certificate(credentials: QgisCredentials | None, folder: Path) -> tuple[str, str] | None:
    """Write the client's certificate and its key, where the configuration is one of these."""
    if credentials is None:
        return None
    config = credentials.config
    value = config.config
    if config.method() == "PKI-Paths":
        bundle = QgsPkiBundle.fromPemPaths(value("certpath"), value("keypath"), value("keypass"))
        pair = bundle.clientCert(), bundle.clientKey()
    elif config.method() == "PKI-PKCS#12":
        bundle = QgsPkiBundle.fromPkcs12Paths(value("bundlepath"), value("bundlepass"))
        pair = bundle.clientCert(), bundle.clientKey()
    elif config.method() == "Identity-Cert":
        pair = _identity(value("certid"))
    else:
        return None
    certificate, key = pair
    if certificate.isNull() or key.isNull():
        raise SignInError(
            "The certificate or the key of the authentication configuration {authcfg} cannot be read; check its files "
            "and its password in QGIS's options under Authentication.",
            authcfg=config.id(),
        )
    return (
        _private_file(folder / "certificate.pem", bytes(certificate.toPem())),
        _private_file(folder / "key.pem", bytes(key.toPem())),
    )


def _identity(number: str) -> tuple[QSslCertificate, QSslKey]:
    from qgis.PyQt.QtCore import QByteArray
    from qgis.PyQt.QtNetwork import QSsl, QSslCertificate, QSslKey

    parts = QgsApplication.authManager().certIdentityBundleToPem(number)
    if len(parts) < 2:
        return QSslCertificate(), QSslKey()
    certificate, text = (QByteArray(part.encode()) for part in parts[:2])
    for algorithm in (QSsl.KeyAlgorithm.Rsa, QSsl.KeyAlgorithm.Ec, QSsl.KeyAlgorithm.Dsa):
        key = QSslKey(text, algorithm)
        if not key.isNull():
            return QSslCertificate(certificate), key
    return QSslCertificate(certificate), QSslKey()


def _private_file(path: Path, content: bytes) -> str:
    """Write a file that its owner alone can read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    return str(path)
