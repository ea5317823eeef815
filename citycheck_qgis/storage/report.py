"""A report that a browser opens: headings, sentences and tables in one HTML file without anything from outside."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from .files import replacing

_STYLE = """
body{font:15px/1.55 "Noto Sans CJK SC","Microsoft YaHei","PingFang SC","WenQuanYi Micro Hei",sans-serif;color:#222;
max-width:72em;margin:2em auto;padding:0 1.5em}
h1{font-size:1.7em;border-bottom:3px solid #2b5c8a;padding-bottom:.25em}h2{font-size:1.2em;margin:1.8em 0 .4em}
table{border-collapse:collapse;margin:.6em 0;font-size:.93em}th{background:#eef3f8;text-align:left;font-weight:600}
th,td{border-bottom:1px solid #d5dde5;padding:.35em .8em;vertical-align:top}td.n{text-align:right;
font-variant-numeric:tabular-nums}img{max-width:100%;border:1px solid #ccc}p.warning{background:#fff4dc;border-left:4px solid
#d98e04;padding:.5em .8em}footer{margin-top:3em;color:#777;font-size:.85em}
"""


@dataclass
class Section:
    """A part of a report.

    Attributes
    ----------
    heading : its title
    sentences : paragraphs; the ones in `warnings` are set off
    table : shown with its column names; None for no table
    limit : rows of the table that are shown; a text below says how many there are
    picture : content of a PNG that is put into the page
    """

    heading: str
    sentences: Sequence[str] = ()
    warnings: Sequence[str] = ()
    table: pd.DataFrame | None = None
    limit: int = 200
    picture: bytes | None = None


def write_report(
    path: Path,
    title: str,
    sections: Sequence[Section],
    language: str = "en",
    footer: str = "",
    more: str = "{shown} of {total} rows are shown.",
) -> None:
    """Write the report; beside the target, then renamed. Raises OutputError.

    Parameters
    ----------
    language : of the texts, such as ``zh``
    more : what is said below a table that is longer than its limit
    """
    parts = [
        f"<!doctype html><html lang={escape(language)}><meta charset=utf-8><title>{escape(title)}</title>"
    ]
    parts += [f"<style>{_STYLE}</style><h1>{escape(title)}</h1>"]
    for section in sections:
        parts.append(f"<h2>{escape(section.heading)}</h2>")
        parts += [f'<p class="warning">{escape(text)}</p>' for text in section.warnings]
        parts += [f"<p>{escape(text)}</p>" for text in section.sentences]
        if section.picture is not None:
            data = base64.b64encode(section.picture).decode()
            parts.append(f'<img alt="{escape(section.heading)}" src="data:image/png;base64,{data}">')
        if section.table is not None:
            parts.append(_table(section.table.head(section.limit)))
            if len(section.table) > section.limit:
                rest = more.format(shown=section.limit, total=len(section.table))
                parts.append(f"<p>{escape(rest)}</p>")
    parts.append(f"<footer>{escape(footer)}</footer></html>")
    with replacing(path) as draft:
        draft.write_text("\n".join(parts), encoding="utf-8")


def _table(frame: pd.DataFrame) -> str:
    head = "".join(f"<th>{escape(str(column))}</th>" for column in frame.columns)
    rows = ["".join(_cell(value) for value in row) for row in frame.itertuples(index=False)]
    return f"<table><tr>{head}</tr>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def _cell(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return "<td></td>"
    if isinstance(value, float):
        return f'<td class="n">{value:,.10g}</td>'
    if isinstance(value, int | np.number):
        return f'<td class="n">{value}</td>'
    return f"<td>{escape(str(value))}</td>"
