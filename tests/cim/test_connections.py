"""Connections as files: strict, without secrets, whole or not at all."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from citycheck.citycheck_qgis.cim import connections
from citycheck.citycheck_qgis.cim.connection_checks import normalised_url
from citycheck.citycheck_qgis.cim.connection_options import OPTIONS
from citycheck.citycheck_qgis.cim.connections import PROTOCOLS, CollectionSettings, Connection
from citycheck.citycheck_qgis.errors import InputError, OutputError
from hypothesis import given
from hypothesis import strategies as st

FULL = Connection(
    name="广州 CIM 平台",
    protocol="arcgis",
    url="https://cim.city.example/arcgis/rest/services/checkup/FeatureServer",
    authcfg="abc1234",
    collections={
        "0": CollectionSettings(
            key_field="uuid",
            fields={"status": "ZT", "note": None},
            values={"status": {"open": 1, "closed": 2}},
            status_fields=("status", "note"),
            crs="EPSG:4547",
            probe={"distance": 1e-6, "capabilities": {"atomic": False}},
        )
    },
    options={"token_url": "https://cim.city.example/portal/generateToken", "batch": 500},
    extra_origins=("https://portal.city.example:7443",),
    allow_plain=True,
    ca_bundle="/etc/ssl/city.pem",
    read_timeout=30.0,
    max_body=1000,
)
LEAST = {"protocol": "ogcapi", "url": "https://c.cn/ogc"}


def written(tmp_path, value, name="x.json"):
    path = tmp_path / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_a_connection_comes_back_as_it_was(tmp_path):
    path = connections.write_connection(FULL, tmp_path / "deep" / "x.json")
    assert connections.read_connection(path) == FULL
    assert path.read_bytes() == connections.write_connection(FULL, tmp_path / "y.json").read_bytes()
    assert "广州" in path.read_text(encoding="utf-8")
    least = Connection("a", "wfs", "https://c.cn/wfs")
    path = connections.write_connection(least, tmp_path / "z.json")
    assert json.loads(path.read_text()) == {"name": "a", "protocol": "wfs", "url": "https://c.cn/wfs"}
    assert connections.read_connection(path) == least


def test_a_file_without_a_name_is_called_after_the_file(tmp_path):
    assert connections.read_connection(written(tmp_path, LEAST, "平台.json")).name == "平台"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"urll": "x"}, "urll is no setting"),
        ({"collections": {"a": {"keyfield": "x"}}}, "collections.a.keyfield is no setting"),
        ({"url": 5}, "url must be a text"),
        ({"allow_plain": "yes"}, "allow_plain must be true or false"),
        ({"allow_plain": 1}, "allow_plain must be true or false"),
        ({"max_body": 1.5}, "max_body must be a whole number"),
        ({"max_body": True}, "max_body must be a whole number"),
        ({"max_body": 0}, "must be more than 0"),
        ({"read_timeout": -1}, "must be more than 0"),
        ({"read_timeout": None}, "read_timeout must be a number"),
        ({"extra_origins": "https://c.cn"}, "extra_origins must be a list of texts"),
        ({"extra_origins": ["https://c.cn/path"]}, "more than an origin"),
        ({"collections": []}, "collections must be an object"),
        ({"collections": {"a": []}}, "collections.a must be an object"),
        ({"collections": {"a": {"fields": {"b": 1}}}}, "collections.a.fields must be an object of texts"),
        ({"collections": {"a": {"values": {"b": 1}}}}, "collections.a.values must be an object of objects"),
        ({"collections": {"a": {"status_fields": "s"}}}, "must be a list of texts"),
        ({"protocol": "ftp"}, "protocol ftp"),
        ({"name": " "}, "no name"),
        ({"url": ""}, "no address"),
        ({"url": "c.cn/ogc"}, "must begin with http"),
        ({"url": "ftp://c.cn/ogc"}, "must begin with http"),
        ({"url": "https://c.cn:99999/ogc"}, "is no address"),
        ({"url": "https://c.cn/a b"}, "no address of a platform"),
        ({"url": "https://me:hush@c.cn/ogc"}, "user name or password"),
        ({"url": "https://c.cn/ogc?token=hush"}, "secret in its parameter token"),
        ({"url": "https://c.cn/ogc#key=hush"}, "secret in its parameter key"),
        ({"extra_origins": ["https://me:hush@c.cn"]}, "user name or password"),
        ({"options": {"pages": 5}}, "options.pages of connection x is not known; .* page"),
        ({"options": {"page": "5"}}, "options.page of connection x must be a whole number"),
        ({"options": {"page": True}}, "options.page of connection x must be a whole number"),
        ({"options": {"page": -1}}, "options.page of connection x must be a whole number"),
        ({"options": {"token": "hush"}}, "options.token of connection x is not known"),
        ({"options": {"hush1a2b3c4d5e6f": 1}}, r"options.\*\*\* of connection x is not known"),
        ({"url": "https://c.cn/x;jsessionid=hush"}, "secret in its parameter jsessionid"),
        ({"url": "https://c.cn/x;a=1;JSESSIONID=hush/rows"}, "secret in its parameter JSESSIONID"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, change, sentence):
    path = written(tmp_path, LEAST | change)
    with pytest.raises(InputError, match=sentence) as error:
        connections.read_connection(path)
    assert "hush" not in str(error.value)


@pytest.mark.parametrize("name", ["url", "protocol"])
def test_what_is_missing_is_named(tmp_path, name):
    path = written(tmp_path, {key: value for key, value in LEAST.items() if key != name})
    with pytest.raises(InputError, match=f"names no {name}"):
        connections.read_connection(path)


HOUSE = LEAST | {"protocol": "house"}


def described(**requests):
    return {"collections": {"p": {"list": {"url": "rows"}} | requests}}


@pytest.mark.parametrize(
    "options",
    [
        {
            "sign_in": {
                "url": "login?token={token}",
                "body": {"username": "{user}", "password": "{password}", "grant_type": "password"},
                "token": "data.accessToken",
                "header": "X-Access-Token",
                "prefix": "Bearer ",
            },
            "ok": [0, "0", 200],
        },
        {"sign_in": {"url": "login", "body": '{"user":"{user}","password":"{password}"}', "token": "令牌"}},
        described(find={"url": "rows", "params": {"key": "{key}", "bizIds": "{keys}", "sid": "uuid"}}),
        described(
            find={"url": "https://c.cn/ds/3f2504e0-4f89-11d3-9a0c-0305e82c3301/5f3a9c1b2d4e6f708192a3b4"}
        ),
        described(fields=[{"name": "问题编号", "path": "_widget_1432728651402"}, {"name": "token_count"}]),
        described(
            create={"url": "rows", "body": {"rows": "{rows}", "note": "written by CityCheck 2024-05-01"}}
        ),
    ],
)
def test_options_that_only_speak_of_secrets_are_taken(tmp_path, options):
    assert connections.read_connection(written(tmp_path, HOUSE | {"options": options})).options == options


@pytest.mark.parametrize(
    "options",
    [
        {"sign_in": {"url": "login", "body": {"username": "me", "password": "hush"}}},
        {"sign_in": {"url": "login", "body": {"username": "me", "pass": "hush"}}},
        {"sign_in": {"url": "login", "body": {"用户": "me", "密码": "hush"}}},
        {"sign_in": {"url": "login", "body": {"login": [{"secret": ["hush"]}]}}},
        {"sign_in": {"url": "login", "body": {"pwd": 12345678}}},
        {"sign_in": {"url": "login", "body": '{"password":"hush"}'}},
        {"sign_in": {"url": "login", "body": "user={user}&password=hush"}},
        {"sign_in": {"url": "login", "body": {"password": "{password}hush"}}},
        {"sign_in": {"url": "login", "body": {"note": "Bearer hush5678901234567890"}}},
        {"sign_in": {"url": "login", "token": "hush1a2b3c4d5e6f"}},
        {"sign_in": {"url": "login", "token": "data", "prefix": "Bearer hush5678901234567890"}},
        {"sign_in": {"url": "login", "token": "data", "prefix": "hush5678901234567890"}},
        {"sign_in": {"url": "login?tk=hush1", "token": "data"}},
        {"sign_in": {"url": "https://me:hush@c.cn/login", "token": "data"}},
        {"sign_in": {"url": "/login;jsessionid=hush", "token": "data"}},
        {"headers": {"X-Token": "hush"}},
        {"auth_header": "Bearer hush5678901234567890"},
        described(list={"url": "rows", "params": {"tk": "hush1a2b3c4d"}}),
        described(list={"url": "rows", "params": {"token": "hush"}}),
        described(list={"url": "rows", "params": {"a": "hush1a2b3c4d5e6f7"}}),
        described(list={"url": "rows?a=hush1a2b3c4d5e6f7"}),
        described(list={"url": "rows", "headers": {"Authorization": "hush"}}),
        described(create={"url": "rows", "body": {"rows": "{rows}", "apiKey": "hush"}}),
        described(create={"url": "rows", "body": {"hush1a2b3c4d5e6f7": "{rows}"}}),
    ],
)
def test_a_secret_anywhere_in_the_options_is_refused(tmp_path, options):
    path = written(tmp_path, HOUSE | {"options": options})
    with pytest.raises(InputError) as error:
        connections.read_connection(path)
    assert "hush" not in str(error.value)
    made = Connection("x", "house", "https://c.cn", options=options)
    with pytest.raises(InputError):
        connections.export_connection(made, tmp_path / "y.json")
    assert not (tmp_path / "y.json").exists()


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_every_option_that_an_adapter_reads_is_known(protocol):
    folder = Path(connections.__file__).parent / "adapters"
    read = set()
    for path in folder.glob(f"{protocol}*.py"):
        if path.stem.startswith("house"):
            continue
        read |= set(re.findall(r'options\.get\("(\w+)"', path.read_text(encoding="utf-8")))
    assert read <= set(OPTIONS[protocol])
    assert protocol == "house" or read == set(OPTIONS[protocol])


@pytest.mark.parametrize("text", ["", "[]", "no", "{", '{"a": NaN}', "[" * 5000])
def test_other_files_are_no_connections(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(Exception, match=r"x\.json") as error:
        connections.read_connection(path)
    assert error.type.__module__.endswith("errors")
    with pytest.raises(InputError, match="does not exist"):
        connections.read_connection(tmp_path / "none.json")
    with pytest.raises(InputError, match="cannot be read"):
        connections.read_connection(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" HTTPS://C.cn:443/ogc/ ", "https://c.cn/ogc"),
        ("http://c.cn:80", "http://c.cn"),
        ("http://c.cn:8080/", "http://c.cn:8080"),
        ("https://c.cn/a//b/?map=/x/y.map#part", "https://c.cn/a//b?map=/x/y.map"),
        ("https://[::1]:8443/x", "https://[::1]:8443/x"),
        ("https://c.cn/体检", "https://c.cn/%E4%BD%93%E6%A3%80"),
    ],
)
def test_addresses_have_one_form(text, expected):
    assert normalised_url(text) == expected
    assert normalised_url(expected) == expected


def test_export_leaves_out_what_belongs_to_this_machine(tmp_path):
    path = connections.export_connection(FULL, tmp_path / "x.json")
    assert "abc1234" not in path.read_text(encoding="utf-8")
    assert connections.read_connection(path) == replace(FULL, authcfg="", ca_bundle="")


# A folder of connections


def test_a_catalogue(tmp_path):
    folder = tmp_path / "连接"
    assert connections.catalogue(folder) == ([], [])
    path = connections.save(FULL, folder)
    assert path.name == "广州 CIM 平台.json"
    other = Connection("a/b:c", "wfs", "https://c.cn/wfs")
    assert connections.save(other, folder).parent == folder
    written(folder, {"url": 1}, "broken.json")
    found, problems = connections.catalogue(folder)
    assert [connection.name for connection in found] == ["a/b:c", FULL.name]
    assert ["broken.json" in str(problem) for problem in problems] == [True]
    assert connections.load("a/b:c", folder) == other
    assert connections.connection_of(f" {FULL.name} ", folder) == FULL
    assert connections.connection_of(str(path), None) == FULL
    changed = connections.with_settings(other, "x", CollectionSettings(key_field="k"))
    connections.save(changed, folder)
    assert connections.load("a/b:c", folder).settings("x").key_field == "k"
    connections.remove("a/b:c", folder)
    with pytest.raises(InputError, match="no connection a/b:c; the known ones are 广州 CIM 平台"):
        connections.load("a/b:c", folder)


def test_a_connection_under_another_files_name_is_found(tmp_path):
    written(tmp_path, LEAST | {"name": "甲"}, "export-2024.json")
    assert connections.load("甲", tmp_path).name == "甲"
    connections.remove("甲", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_two_names_do_not_share_a_file(tmp_path):
    connections.save(Connection("a:b", "wfs", "https://c.cn/1"), tmp_path)
    with pytest.raises(InputError, match="another name"):
        connections.save(Connection("a?b", "wfs", "https://c.cn/2"), tmp_path)
    assert connections.load("a:b", tmp_path).url == "https://c.cn/1"


@pytest.mark.parametrize("text", ["", "  ", "none", "../none.json", "/no/where.json", "a\x00b"])
def test_a_connection_that_is_not_there_is_told(tmp_path, text):
    with pytest.raises(InputError):
        connections.connection_of(text, tmp_path)
    with pytest.raises(InputError):
        connections.connection_of(text, None)


@given(st.text(max_size=300))
def test_every_name_becomes_a_safe_file(tmp_path_factory, name):
    folder = tmp_path_factory.getbasetemp()
    try:
        path = connections.file_of(name, folder)
    except InputError:
        return
    assert path.parent == folder
    assert path.suffix == ".json"
    assert not set(path.name) & set('<>:"/\\|?*\x00\n')
    assert len(path.name.encode("utf-8", "surrogatepass")) <= 130
    assert path.name not in ("con.json", "NUL.json")


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        connections.save(FULL, tmp_path / "file" / "folder")


def test_a_secret_is_never_written(tmp_path):
    for bad in (
        replace(FULL, url="https://me:hush@c.cn"),
        replace(FULL, options={"password": "hush"}),
        replace(FULL, extra_origins=("https://me:hush@c.cn",)),
    ):
        with pytest.raises(InputError):
            connections.save(bad, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_called_like_another_connection_stays(tmp_path):
    made = Connection("二号", "ogcapi", "https://c.cn/x")
    path = connections.write_connection(made, tmp_path / "一号.json")
    with pytest.raises(InputError, match="There is no connection 一号"):
        connections.remove("一号", tmp_path)
    assert path.is_file()
    connections.remove("二号", tmp_path)
    assert not path.exists()
