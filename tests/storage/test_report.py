"""The report: one HTML page that needs nothing else and shows what it was given."""

from __future__ import annotations

import base64
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from citycheck.citycheck_qgis.storage.report import Section, write_report


class Page(HTMLParser):
    """Collects tags, the text of each kind of element, and the cells of tables."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts, self.attributes = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        if data.strip() and self.tags:
            self.texts.append((self.tags[-1], data))

    def cells(self, tag="td"):
        return [text for kind, text in self.texts if kind == tag]


def report(tmp_path, *sections, title="云湖市体检", **options):
    path = tmp_path / "report.html"
    write_report(path, title, sections, **options)
    return path.read_text(encoding="utf-8")


NASTY = "<script>alert('x')</script> & \"5\" > 4"


def test_everything_is_escaped(tmp_path):
    frame = pd.DataFrame({NASTY: [NASTY, np.str_(NASTY)]}, dtype=object)
    html = report(
        tmp_path, Section(NASTY, [NASTY], [NASTY], frame), title=NASTY, footer=NASTY, language='zh"><b>'
    )
    page = Page(html)
    assert "<script" not in html
    assert "b" not in page.tags
    texts = [text for _, text in page.texts]
    # Title twice, heading, sentence, warning, column, two cells, footer.
    assert texts.count(NASTY) == 9


def test_table(tmp_path):
    frame = pd.DataFrame(
        {
            "text": ["甲", None, "nan", "丙"],
            "real": [1234567.25, np.nan, 0.0, 0.1 + 0.2],
            "whole": pd.array([22607, None, 0, -3], dtype="Int64"),
            "flag": [True, False, True, False],
        }
    )
    html = report(tmp_path, Section("表", table=frame))
    page = Page(html)
    assert page.cells("th") == ["text", "real", "whole", "flag"]
    assert page.tags.count("td") == 16
    assert page.cells() == [
        "甲", "1,234,567.25", "22607", "True", "False", "nan", "0", "0", "True", "丙", "0.3", "-3", "False",
    ]  # fmt: skip
    assert '<td class="n">1,234,567.25</td>' in html
    assert "<td>甲</td>" in html
    assert "<td></td>" in html


def test_long_tables_are_cut_and_say_so(tmp_path):
    frame = pd.DataFrame({"n": range(1000)})
    page = Page(report(tmp_path, Section("表", table=frame, limit=5)))
    assert page.cells() == ["0", "1", "2", "3", "4"]
    assert "5 of 1000 rows are shown." in [text for _, text in page.texts]
    whole = Page(report(tmp_path, Section("表", table=frame.head(5), limit=5)))
    assert not any("rows are shown" in text for _, text in whole.texts)


def test_picture_is_inside_and_nothing_is_outside(tmp_path):
    picture = b"\x89PNG not really"
    html = report(
        tmp_path, Section("图", ["第一句。"], ["注意。"], pd.DataFrame({"a": [1]}), picture=picture)
    )
    page = Page(html)
    sources = [value for name, value in page.attributes if name in ("src", "href")]
    assert [base64.b64decode(s.removeprefix("data:image/png;base64,")) for s in sources] == [
        b"\x89PNG not really"
    ]
    assert "link" not in page.tags
    assert "script" not in page.tags
    for outside in ("http:", "https:", "//", "url(", "@import"):
        assert outside not in html.replace(sources[0], "")


def test_declares_its_encoding_and_language(tmp_path):
    page = Page(report(tmp_path, language="zh-CN"))
    assert ("charset", "utf-8") in page.attributes
    assert ("lang", "zh-CN") in page.attributes


def test_same_input_same_bytes(tmp_path):
    section = Section("表", table=pd.DataFrame({"a": [1.5, None]}))
    assert report(tmp_path, section) == report(tmp_path, section)


def test_failure_leaves_the_old_report(tmp_path):
    old = report(tmp_path, title="old")
    with pytest.raises(TypeError):
        report(tmp_path, Section("图", picture="no bytes"), title="new")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == old
    assert sorted(p.name for p in tmp_path.iterdir()) == ["report.html"]
