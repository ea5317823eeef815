"""Bring the catalogues in i18n up to date with the texts of the source; with --check only say what is wrong.

Texts are the literals given to tr(), mark(), message(), word() and finding() and to the classes of
citycheck_qgis/errors.py.
Translations that are there stay, texts that are gone leave the catalogue, new ones come as unfinished.
"""

from __future__ import annotations

import ast
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("citycheck_qgis", "processing_algorithms")
CONTEXT = "CityCheck"
#: Where the functions themselves are: their bodies hand templates on.
PLUMBING = (
    "citycheck_qgis/messages.py",
    "citycheck_qgis/errors.py",
    "citycheck_qgis/footprints/findings.py",
    "citycheck_qgis/footprints/records.py",
    "processing_algorithms/translate.py",
)
#: These take a code before the text.
SECOND = {"finding"}
#: These also take fixed words that come as data; they must be marked elsewhere.
LENIENT = {"tr", "word", "Message"}


def error_classes() -> set[str]:
    """Return the names of the classes whose first argument is a sentence."""
    tree = ast.parse((ROOT / "citycheck_qgis" / "errors.py").read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


def calls(tree: ast.AST, names: set[str]) -> Iterator[tuple[str, ast.Call]]:
    """Return the calls of functions and classes of these names that have a text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            # A method may have the name of `messages.mark` and do something else.
            if isinstance(node.func, ast.Attribute) and name.islower():
                continue
            if name in names and len(node.args) > (name in SECOND):
                yield name, node


def is_marked(argument: ast.expr, tree: ast.Module, path: Path) -> bool:
    """Tell whether an argument is a constant of this module, or of one that it imports, with marked texts only."""
    while isinstance(argument, ast.Subscript):
        argument = argument.value
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and ast.unparse(argument) in {
            a.name for a in node.names if not a.asname
        }:
            other = (
                path.parents[max(node.level - 1, 0)]
                .joinpath(*(node.module or "").split("."))
                .with_suffix(".py")
            )
            if node.level and other.is_file():
                return is_marked(argument, ast.parse(other.read_text(encoding="utf-8")), other)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == ast.unparse(argument):
            texts = node.value.values if isinstance(node.value, ast.Dict) else [node.value]
            return all(isinstance(t, ast.Call) and ast.unparse(t.func) == "mark" for t in texts)
    return False


def collect(root: Path = ROOT) -> tuple[dict[str, list[str]], list[str]]:
    """Return text -> files that use it, and the places of texts that cannot be translated."""
    names = {"tr", "mark", "message", "word", "Message"} | SECOND | error_classes()
    texts: dict[str, list[str]] = {}
    faults = []
    for path in sorted(p for folder in PRODUCT for p in (root / folder).rglob("*.py")):
        file = path.relative_to(root).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for name, call in calls(tree, names):
            argument = call.args[name in SECOND]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                files = texts.setdefault(argument.value, [])
                if file not in files:
                    files.append(file)
            elif file not in PLUMBING and not is_marked(argument, tree, path):
                built = isinstance(argument, ast.JoinedStr | ast.BinOp) or ".format(" in ast.unparse(argument)
                if built or name not in LENIENT:
                    faults.append(f"{file}:{call.lineno}: the text of {name}() is not a literal")
    return texts, faults


def read(catalogue: Path) -> dict[str, str]:
    """Return source -> translation of a catalogue; empty text where it is unfinished."""
    if not catalogue.exists():
        return {}
    return {
        message.findtext("source", ""): message.findtext("translation", "")
        for message in ET.parse(catalogue).iter("message")
        if message.find("translation[@type='unfinished']") is None
    }


def write(language: str, texts: dict[str, list[str]], known: dict[str, str]) -> str:
    """Return the catalogue of a language as XML: files without line numbers, so that changes stay small."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<!DOCTYPE TS>"]
    lines += [f'<TS version="2.1" language="{language}" sourcelanguage="en">', "<context>"]
    lines += [f"    <name>{CONTEXT}</name>"]
    for text in sorted(texts):
        lines += ["    <message>"]
        lines += [f'        <location filename="../{file}"/>' for file in texts[text]]
        lines += [f"        <source>{escape(text)}</source>"]
        state = "" if known.get(text) else ' type="unfinished"'
        lines += [
            f"        <translation{state}>{escape(known.get(text, ''))}</translation>",
            "    </message>",
        ]
    return "\n".join([*lines, "</context>", "</TS>", ""])


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


def main(arguments: list[str]) -> int:
    """Update the catalogues or check them; return the exit status."""
    texts, faults = collect()
    for catalogue in sorted((ROOT / "i18n").glob("citycheck_*.ts")):
        known = read(catalogue)
        present = catalogue.read_text(encoding="utf-8")
        fresh = write(ET.fromstring(present.encode()).get("language", ""), texts, known)
        name = catalogue.relative_to(ROOT).as_posix()
        faults += [f"{name}: no translation of: {text}" for text in sorted(texts) if not known.get(text)]
        faults += [
            f"{name}: other names in braces in the translation of: {text}"
            for text in sorted(texts)
            if known.get(text) and placeholders(text) != placeholders(known[text])
        ]
        if "--check" not in arguments:
            catalogue.write_text(fresh, encoding="utf-8")
        elif fresh != present:
            faults.append(f"{name}: not up to date; run scripts/update_translations.py")
    print("\n".join([*faults, f"{len(texts)} texts, {len(faults)} faults"]))
    return 1 if faults and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
