"""Secrets are taken out of texts, and what is none stays."""

import pytest
from citycheck.citycheck_qgis.cim.redaction import is_secret_name, redacted, redacted_message, secret_in_url
from citycheck.citycheck_qgis.messages import message
from hypothesis import given
from hypothesis import strategies as st

SECRET = "Zx9-secretvalue.7"


@pytest.mark.parametrize(
    "text",
    [
        f"http://me:{SECRET}@c.cn/x",
        f"http://me:{SECRET}@@c.cn:8080/x?y=1",
        f"https://c.cn/x?a=1&token={SECRET}&b=2",
        f"https://c.cn/x?TOKEN={SECRET}",
        f"/x?access_token={SECRET}",
        f"/x?key={SECRET}",
        f"/x?api-key={SECRET}",
        f"/x?X-Amz-Signature={SECRET}&X-Amz-Credential={SECRET}",
        f"/x?sig={SECRET}",
        f"/x?tk={SECRET}",
        f"user=me;password={SECRET}",
        f"pwd = '{SECRET}'",
        f'{{"token": "{SECRET}", "n": 1}}',
        f'{{"accessToken":"{SECRET}"}}',
        f"{{'password': '{SECRET} with blanks'}}",
        f"Authorization: Bearer {SECRET}",
        f"Authorization: Basic {SECRET}",
        f"authorization=Digest username={SECRET}",
        f"X-Esri-Authorization: Bearer {SECRET}",
        f"Cookie: a=b; JSESSIONID={SECRET}",
        f"Set-Cookie: {SECRET}",
        f"bad header Bearer {SECRET}",
        f"login failed for basic {SECRET.replace('-', 'A').replace('.', 'B')}=",
        f"secret={SECRET}",
    ],
)
def test_secrets_vanish(text):
    clean = redacted(text)
    for part in (SECRET, "secretvalue"):
        assert part not in clean
    assert "***" in clean


@pytest.mark.parametrize(
    "text",
    [
        "https://c.cn:8080/ogc/collections/体检/items?limit=10&f=json",
        "the keys 12, 13 and the keyword author=Li",
        "duplicate key value violates unique constraint problem_uuid_key",
        "Key (uuid)=(7) already exists",
        "CIM basic platform of the city",
        "authcfg=abc1234",
        "monkey=3&donkey=4",
        "mail to someone@c.cn",
        "error code: 498",
    ],
)
def test_the_rest_stays(text):
    assert redacted(text) == text


def test_known_secrets_vanish_wherever_they_stand():
    assert redacted("you sent hunter2!", ["hunter2"]) == "you sent ***!"
    sentence = message("{a} {b} {n}", a=message("said {x}", x="hunter2"), b=["hunter2"], n=7)
    clean = redacted_message(sentence, ["hunter2"])
    assert str(clean) == "said *** *** 7"
    assert clean.values["n"] == 7


@given(st.text(), st.text(alphabet=st.characters(min_codepoint=48, max_codepoint=122), min_size=6))
def test_a_known_secret_is_never_left(text, secret):
    assert secret == "***" or secret not in redacted(text + secret + text, [secret])


@given(st.text())
def test_redacting_twice_changes_nothing_more_in_length(text):
    once = redacted(text)
    assert len(redacted(once)) <= max(len(once), 20_000)


def test_secrets_in_addresses():
    assert secret_in_url("https://me:pw@c.cn/x") == "user"
    assert secret_in_url("https://c.cn/x?a=1&Token=abc") == "Token"
    assert secret_in_url("https://c.cn/x#access_token=abc") == "access_token"
    assert secret_in_url("https://c.cn/x?%74oken=abc") == "token"
    assert secret_in_url("https://c.cn/x?token=") is None
    assert secret_in_url("https://c.cn/x?token={token}") is None
    assert secret_in_url("https://c.cn/x?map=a&keyword=b") is None


@pytest.mark.parametrize(
    "name", ["token", "accessToken", "api_key", "X-Api-Key", "key", "pwd", "Authorization", "ak"]
)
def test_names_of_secrets(name):
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["keyword", "author", "layers", "authcfg", "monkey", "task", "code"])
def test_names_of_no_secrets(name):
    assert not is_secret_name(name)


def test_signatures_and_secrets_as_addresses_write_them():
    assert redacted("https://h/x?sign=abc123&appkey=zz9&page=2") == "https://h/x?sign=***&appkey=***&page=2"
    assert "pa%2Fss" not in redacted("GET /a/pa%2Fss/b", ["pa/ss"])
