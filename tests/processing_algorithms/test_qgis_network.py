"""What QGIS knows of the network and of signing in, handed to the exchange."""

import datetime
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from citycheck.citycheck_qgis.cim.adapters.opening import way_to
from citycheck.citycheck_qgis.cim.connections import Connection
from citycheck.citycheck_qgis.errors import InputError, SignInError
from citycheck.tests.standins.arcgis_standin import ArcgisSettings, ArcgisStandin

PLAIN = Connection("p", "arcgis", "http://platform.example/arcgis/rest/services/x/FeatureServer")
SECURE = Connection("s", "arcgis", "https://platform.example/arcgis/rest/services/x/FeatureServer")


@pytest.fixture(scope="module")
def network(qgis_app):
    from citycheck.processing_algorithms.exchange import qgis_network

    return qgis_network


@pytest.fixture
def feedback(qgis_app):
    from qgis.core import QgsProcessingFeedback

    return QgsProcessingFeedback(False)


@pytest.fixture
def config(qgis_app):
    """Store an authentication configuration and return its id."""
    from qgis.core import QgsApplication, QgsAuthMethodConfig

    manager = QgsApplication.authManager()
    assert not manager.isDisabled(), manager.disabledMessage()
    if not manager.masterPasswordIsSet():
        assert manager.setMasterPassword("master of the tests", True)
    made = []

    def make(method, **values):
        stored = QgsAuthMethodConfig(method)
        stored.setName(f"test {len(made)}")
        for name, value in values.items():
            stored.setConfig(name, value)
        done = manager.storeAuthenticationConfig(stored)
        stored = done[1] if isinstance(done, tuple) else stored
        made.append(stored.id())
        return stored.id()

    yield make
    for number in made:
        manager.removeAuthenticationConfig(number)


@pytest.fixture
def settings(qgis_app):
    """Set the proxy of QGIS's settings, and take it back afterwards."""
    from qgis.core import QgsNetworkAccessManager, QgsSettings

    kept = QgsSettings()

    def put(**values):
        for name, value in values.items():
            kept.setValue(f"proxy/{name}", value)
        QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()

    yield put
    kept.remove("proxy")
    QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()


def test_basic_gives_header_and_login(network, config):
    credentials = network.QgisCredentials(config("Basic", username="规划", password="geheim"))
    assert credentials.login() == ("规划", "geheim")
    headers = credentials.headers("https://platform.example/x", False)
    assert headers["Authorization"].startswith("Basic ")
    assert "geheim" not in repr(credentials)


def test_keys_and_tokens_give_their_headers(network, config):
    key = network.QgisCredentials(config("APIHeader", **{"X-Api-Key": "k1"}))
    assert dict(key.headers("https://platform.example/x", False)) == {"X-Api-Key": "k1"}
    assert key.login() is None
    token = network.QgisCredentials(config("EsriToken", token="t1"))
    assert dict(token.headers("https://platform.example/x", False)) == {"X-Esri-Authorization": "Bearer t1"}


def test_a_changed_configuration_is_asked_again(network, config):
    from qgis.core import QgsApplication, QgsAuthMethodConfig

    number = config("EsriToken", token="old")
    credentials = network.QgisCredentials(number)
    credentials.headers("https://platform.example/x", False)
    changed = QgsAuthMethodConfig("EsriToken")
    manager = QgsApplication.authManager()
    loaded = manager.loadAuthenticationConfig(number, changed, True)
    changed = loaded[1] if isinstance(loaded, tuple) else changed
    changed.setConfig("token", "new")
    assert manager.updateAuthenticationConfig(changed)
    assert credentials.headers("https://platform.example/x", True)["X-Esri-Authorization"] == "Bearer new"


def test_an_unknown_configuration_is_one_sentence(network, config):
    config("Basic", username="a", password="b")
    with pytest.raises(SignInError, match="no authentication configuration nothere"):
        network.QgisCredentials("nothere")


def test_the_platform_takes_what_qgis_gives(network, config, feedback):
    with ArcgisStandin(settings=ArcgisSettings(needs_token=True)) as server:
        number = config("Basic", username="planner", password="correct horse")
        connection = Connection("c", "arcgis", server.service_url)
        credentials = network.QgisCredentials(number)
        with (
            network.surroundings(connection, credentials, feedback) as around,
            closing(way_to(connection, credentials, around)) as http,
        ):
            assert http.request("GET", "0", params={"f": "json"}).json()["name"] == "checkup"
        assert server.tokens


def test_no_proxy_unless_qgis_has_one(network, settings):
    assert network.proxies(PLAIN.url) == {}
    settings(proxyEnabled=True, proxyType="HttpProxy", proxyHost="proxy.example", proxyPort="3128",
             proxyUser="a@b", proxyPassword="p:w")  # fmt: skip
    address = "http://a%40b:p%3Aw@proxy.example:3128"
    assert network.proxies(PLAIN.url) == network.proxies(SECURE.url) == {"http": address, "https": address}


def test_addresses_that_are_excluded_have_no_proxy(network, settings):
    settings(proxyEnabled=True, proxyType="HttpProxy", proxyHost="proxy.example", proxyPort="3128",
             noProxyUrls=["http://platform.example"])  # fmt: skip
    assert network.proxies(PLAIN.url) == {}
    assert network.proxies("http://other.example/")


def test_socks_needs_its_package(network, settings, monkeypatch):
    settings(proxyEnabled=True, proxyType="Socks5Proxy", proxyHost="proxy.example", proxyPort="1080")
    monkeypatch.setattr(network, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="PySocks"):
        network.proxies(PLAIN.url)
    monkeypatch.setattr(network, "find_spec", lambda name: object())
    assert network.proxies(PLAIN.url)["https"] == "socks5h://proxy.example:1080"


def test_authorities_go_to_a_private_file_that_does_not_stay(network, feedback):
    with network.surroundings(SECURE, None, feedback) as around:
        trusted = Path(around.trusted)
        assert b"BEGIN CERTIFICATE" in trusted.read_bytes()
        assert stat.S_IMODE(trusted.stat().st_mode) == 0o600
        assert stat.S_IMODE(trusted.parent.stat().st_mode) == 0o700
        with closing(way_to(SECURE, None, around)):
            pass
    assert not trusted.parent.exists()
    with network.surroundings(PLAIN, None, feedback) as around:
        assert around.trusted is None and around.certificate is None


def test_a_client_certificate_is_there_for_the_run_alone(network, config, feedback, tmp_path):
    certificate, key = identity(tmp_path)
    credentials = network.QgisCredentials(config("PKI-Paths", certpath=certificate, keypath=key, keypass=""))
    with network.surroundings(SECURE, credentials, feedback) as around:
        paths = [Path(path) for path in around.certificate]
        assert paths[0].read_bytes().startswith(b"-----BEGIN CERTIFICATE")
        assert b"PRIVATE KEY" in paths[1].read_bytes()
        assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
        assert "PRIVATE" not in repr(around)
        with closing(way_to(SECURE, credentials, around)):
            pass
    assert not any(path.exists() for path in paths)


def test_a_client_certificate_that_cannot_be_read(network, config, feedback, tmp_path):
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    number = config("PKI-Paths", certpath=str(broken), keypath=str(broken), keypass="")
    with (
        pytest.raises(SignInError, match="cannot be read"),
        network.surroundings(SECURE, network.QgisCredentials(number), feedback),
    ):
        pass


def test_cancel_reaches_the_network(network, feedback):
    with network.surroundings(PLAIN, None, feedback) as around:
        assert not around.cancelled()
        feedback.cancel()
        assert around.cancelled()


def identity(folder):
    """Make a certificate and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    done = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
         "-days", "2", "-subj", f"/CN=planner {datetime.date.today()}"],
        capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip("openssl is not installed")
    return str(certificate), str(key)
