"""Reading JSON and XML of platforms: within limits, in their encodings, with one sentence for what is no document."""

from __future__ import annotations

import json
import time
import xml.etree.ElementTree as ET

import pytest
from citycheck.citycheck_qgis.cim.connections import Connection
from citycheck.citycheck_qgis.cim.documents import MAX_DEPTH, read_json, read_xml
from citycheck.citycheck_qgis.cim.network import Dialect, Http
from citycheck.citycheck_qgis.errors import InputError, NoAnswerError, UnsafeError
from citycheck.tests.standins.malicious import Malicious
from hypothesis import given
from hypothesis import strategies as st

VALUE = {"名": '𠮷🏙 "quoted" back\\slash [{', "n": [1, 2.5, -3e10, 2**53 + 1, None, True], "nul": "a\x00b"}
TEXT = json.dumps(VALUE, ensure_ascii=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(json_values, st.booleans())
def test_every_json_value_is_read(value, escaped):
    try:
        data = json.dumps([value], ensure_ascii=escaped).encode()
    except UnicodeEncodeError:
        data = json.dumps([value]).encode()
    assert read_json(data, "x") == [value]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_json_in_unicode_encodings(encoding):
    assert read_json(TEXT.encode(encoding), "x") == VALUE


@pytest.mark.parametrize("charset", ["GB18030", "gbk", "GB2312", '"gb18030"'])
def test_json_in_a_declared_chinese_encoding(charset):
    # The second byte of some characters of GBK is a bracket or a backslash.
    value = {"名": "誠乗縗" * 300 + "[[["}
    text = json.dumps(value, ensure_ascii=False)
    assert read_json(text.encode("gb18030"), "x", charset) == value
    with pytest.raises(NoAnswerError, match="not written in UTF-8"):
        read_json(text.encode("gb18030"), "x", "utf-8")


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'[{"a":' * 101 + b"1" + b"}]" * 101,
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b'["]]]]", ' * (MAX_DEPTH + 1) + b"1" + b"]" * (MAX_DEPTH + 1),
    ],
)
def test_deep_json_is_refused(data):
    with pytest.raises(UnsafeError, match="nested deeper than 200"):
        read_json(data, "x")


@pytest.mark.parametrize(
    "data",
    [
        b"[" * MAX_DEPTH + b"]" * MAX_DEPTH,
        json.dumps(["[[[" * 500, '"[{' * 500, "\\" * 7 + '"[', "\\"] * 3).encode(),
        json.dumps([[i] for i in range(1000)]).encode(),
        b'{"a":[{"b":"' + b"[" * 1000 + b'"}]}',
    ],
)
def test_flat_json_is_not_deep(data):
    assert read_json(data, "x") == json.loads(data)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"x":-Infinity}', "[1e999]", '{"x": -1.5E+400}'])
def test_numbers_that_json_does_not_know_are_refused(text):
    with pytest.raises(NoAnswerError, match="NaN or infinite"):
        read_json(text.encode(), "x")


def test_long_integers_are_refused_and_long_texts_are_not():
    assert read_json(b"[" + b"9" * 400 + b"]", "x") == [10**400 - 1]
    for digits in (401, 100_000):
        with pytest.raises(UnsafeError, match="more than 400 digits"):
            read_json(b'{"n":-' + b"9" * digits + b"}", "x")
    assert read_json(b'["' + b"1" * 100_000 + b'", 7]', "x") == ["1" * 100_000, 7]
    assert read_json(b'["1e999", 1e-999, 0.5e300]', "x") == ["1e999", 0.0, 0.5e300]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty where JSON was expected"),
        (b" \n", "empty where JSON was expected"),
        (b"<!DOCTYPE html><html><body>login</body></html>", "HTML where JSON was expected"),
        (b"\n <html><form></form></html>", "HTML where JSON was expected"),
        (b'<?xml version="1.0"?><a/>', "XML where JSON was expected"),
        (b'{"a": [1, 2', "breaks off after 11 bytes"),
        (b'{"a": "b', "breaks off"),
        (b"{'a': 1}", "no JSON that can be read"),
        (b'[1] token="abcdef123456"', "no JSON that can be read"),
        (b"\xff\xfe\xff", "not written in UTF-16"),
    ],
)
def test_what_is_no_json_is_told(data, sentence):
    with pytest.raises(NoAnswerError, match=sentence) as error:
        read_json(data, "the answer")
    assert "abcdef123456" not in str(error.value)
    with pytest.raises(InputError, match=sentence):
        read_json(data, "the answer", error=InputError)


def test_the_check_costs_little():
    feature = {
        "type": "Feature",
        "properties": {"uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "name": 'say "城市" \\ [', "n": 1.5},
        "geometry": {"type": "Polygon", "coordinates": [[[113.123456789, 23.987654321]] * 15]},
    }
    data = json.dumps({"features": [feature] * 10_000}).encode()
    plain, read = [], []
    for _ in range(3):
        started = time.perf_counter()
        json.loads(data)
        plain.append(time.perf_counter() - started)
        started = time.perf_counter()
        read_json(data, "x")
        read.append(time.perf_counter() - started)
    assert min(read) < 2 * min(plain)


# XML

XML = '<?xml version="1.0" encoding="{}"?>\n<!-- 城 -->\n<w:a xmlns:w="http://w" 名="𠮷"><w:b>龘</w:b></w:a>'


def test_xml_keeps_its_namespaces():
    root = read_xml(XML.format("UTF-8").encode(), "x")
    assert root.tag == "{http://w}a"
    assert root.findtext("{http://w}b") == "龘"
    assert root.get("名") == "𠮷"


@pytest.mark.parametrize(
    ("declared", "encoding", "charset"),
    [
        ("GBK", "gb18030", None),
        ("GB18030", "gb18030", "utf-8"),
        ("gb2312", "gb18030", None),
        ("UTF-16", "utf-16", None),
        ("UTF-8", "utf-8-sig", None),
        ("utf-16", "utf-16-le", None),
    ],
)
def test_xml_in_other_encodings(declared, encoding, charset):
    assert read_xml(XML.format(declared).encode(encoding), "x", charset).findtext("{http://w}b") == "龘"


def test_xml_without_a_declaration_goes_by_the_answer():
    text = XML.partition("\n")[2]
    assert read_xml(text.encode("gb18030"), "x", "GBK").findtext("{http://w}b") == "龘"
    assert read_xml("<a>é</a>".encode(), "x").text == "é"
    assert read_xml('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1"), "x").text == "é"
    with pytest.raises(NoAnswerError, match="not known"):
        read_xml(b'<?xml version="1.0" encoding="utf-7"?><a>+AGE-</a>', "x")


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<?xml version="1.0"?>\n<!-- x -->\n<?pi y?>\n<!DOCTYPE a><a/>',
        "<!-- <a> --><!doctype a><a/>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_document_types_are_refused(text, encoding):
    with pytest.raises(UnsafeError, match="document type"):
        read_xml(text.encode(encoding), "x")


@pytest.mark.parametrize(
    ("data", "error", "sentence"),
    [
        (b"", NoAnswerError, "empty where XML"),
        (b"<a><b></a>", NoAnswerError, "no XML that can be read"),
        (b"<a><b>", NoAnswerError, "no XML that can be read"),
        (b"<a>&other;</a>", NoAnswerError, "no XML that can be read"),
        (b"{}", NoAnswerError, "no XML that can be read"),
        (b"<a/><!DOCTYPE a>", NoAnswerError, "no XML that can be read"),
        (b"<a><![CDATA[<!DOCTYPE", NoAnswerError, "no XML that can be read"),
        (b"<!DOCTYPE html><html/>", NoAnswerError, "HTML where XML was expected"),
        (b"<a>" * 201 + b"</a>" * 201, UnsafeError, "nested deeper"),
        (b"<a>" * 100_000 + b"</a>" * 100_000, UnsafeError, "nested deeper"),
        (b"<a>" + b"<b/>" * 10_000_001 + b"</a>", UnsafeError, "more than .* parts"),
    ],
)
def test_what_is_no_xml_is_told(data, error, sentence):
    with pytest.raises(error, match=sentence):
        read_xml(data, "x")


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn"))))
def test_texts_survive_xml(text):
    element = ET.Element("a")
    element.text = text
    found = read_xml(ET.tostring(element, "utf-8"), "x").text or ""
    assert found == text


# What a harmful server sends


@pytest.fixture(scope="module")
def answers():
    with Malicious() as server:
        http = Http(Connection("test", "ogcapi", server.root), Dialect())
        yield lambda path: http.request("GET", path)
        http.close()
        assert server.stranger.record == []


@pytest.mark.parametrize("name", ["bomb", "external", "external-dtd"])
def test_harmful_xml(answers, name):
    with pytest.raises(UnsafeError, match="document type"):
        answers(f"/xml/{name}").xml()


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/json/deep", UnsafeError),
        ("/json/digits", UnsafeError),
        ("/json/nan", NoAnswerError),
        ("/html", NoAnswerError),
        ("/latin", NoAnswerError),
        ("/empty", NoAnswerError),
    ],
)
def test_harmful_json(answers, path, error):
    with pytest.raises(error, match=r"127\.0\.0\.1"):
        answers(path).json()


def test_strange_json_is_read_as_it_is(answers):
    assert answers("/json/nul").json() == {"name": "a\x00b"}
    assert answers("/json/surrogate").json() == {"name": "\ud83c"}
    assert answers("/json/doubled").json() == {"features": [1]}
    assert answers("/type").json()["type"] == "FeatureCollection"
