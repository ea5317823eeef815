"""The catalogue is complete, its texts are the source's, and the script that keeps it finds what is wrong."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from citycheck.citycheck_qgis import errors
from citycheck.citycheck_qgis.messages import message, word

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "scripts" / "update_translations.py"
CATALOGUE = ROOT / "i18n" / "citycheck_zh.ts"
CJK = re.compile(r"[\u4e00-\u9fff]")
#: Names in braces and tags: a text of these alone has only its punctuation to translate.
NAMES = re.compile(r"\{[^}]*\}|<[^>]*>")
#: Punctuation between or after Chinese characters that belongs to Latin text.
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff“”][,;:!?()]|[,;:!?(][\u4e00-\u9fff“”]|[\u4e00-\u9fff]\.(?![a-z{])")


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("update_translations", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def chinese(script):
    return script.read(CATALOGUE)


def test_catalogue_is_complete_and_up_to_date():
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_chinese_texts_are_chinese(chinese):
    assert len(chinese) > 300
    not_chinese = {text for text, translated in chinese.items() if not CJK.search(translated)}
    # The name of the language, the comma of lists, and a pattern of numbers and symbols.
    assert not_chinese <= {"en", ", "} | {
        text for text in not_chinese if not re.search("[A-Za-z]", NAMES.sub("", text))
    }
    half = {translated for translated in chinese.values() if HALF_WIDTH.search(translated)}
    # File filters are Qt's own syntax.
    assert {text for text in half if "(*." not in text} == set()


def test_fixed_words_of_the_data_are_in_the_catalogue(chinese):
    from citycheck.citycheck_qgis.indicators import cells, values
    from citycheck.citycheck_qgis.storage.tables import LEVELS, STATES
    from citycheck.citycheck_qgis.units import geometry

    notes = {geometry.UNREADABLE, geometry.NULL, geometry.EMPTY, geometry.REPAIRED, geometry.COLLAPSED}
    reasons = {cells.SEVERAL, cells.LIST, cells.TEXT, cells.OTHER_UNIT}
    reasons |= {values.OTHER_YEAR, values.UNKNOWN_INDICATOR}
    assert {*LEVELS, *STATES, *notes, *reasons, *values.SUBJECTS} <= set(chinese)


def test_catalogue_compiles(tmp_path):
    lrelease = next(filter(None, map(shutil.which, ("/usr/lib/qt5/bin/lrelease", "lrelease"))), None)
    if lrelease is None:
        pytest.skip("lrelease is not installed")
    target = tmp_path / "zh.qm"
    done = subprocess.run([lrelease, CATALOGUE, "-qm", target], capture_output=True, text=True, check=True)
    assert "0 unfinished" in done.stdout and "untranslated" not in done.stdout
    assert target.stat().st_size > 10_000


SOURCE = """
TEXTS = {"a": mark("In a table"), "b": mark("Of {n}")}
OTHER = {"a": mark("In a table"), "b": "not marked"}
def f(name, key, what):
    tr("A title")
    tr(name)
    word("a word")
    raise InputError("There is no {file}.", file=name)
    raise InputError(TEXTS[key], n=1)
    message("A note of {n}.", n=2)
    name.mark(what, "not of the catalogue")
    Message(name.cause)
"""


@pytest.fixture
def product(tmp_path):
    def write(source):
        (tmp_path / "citycheck_qgis").mkdir(exist_ok=True)
        (tmp_path / "citycheck_qgis" / "room.py").write_text(source, encoding="utf-8")
        return tmp_path

    return write


def test_texts_are_collected_with_their_files(script, product):
    texts, faults = script.collect(product(SOURCE))
    assert faults == []
    assert sorted(texts) == [
        "A note of {n}.",
        "A title",
        "In a table",
        "Of {n}",
        "There is no {file}.",
        "a word",
    ]
    assert texts["A title"] == ["citycheck_qgis/room.py"]


def test_marked_texts_of_another_module_are_known(script, product):
    root = product("from .words import NO_CRS, OTHER\nInputError(NO_CRS, n=1)\nInputError(OTHER)\n")
    (root / "citycheck_qgis" / "words.py").write_text(
        'NO_CRS = mark("No CRS.")\nOTHER = "x"\n', encoding="utf-8"
    )
    texts, faults = script.collect(root)
    assert list(texts) == ["No CRS."]
    assert faults == ["citycheck_qgis/room.py:3: the text of InputError() is not a literal"]


@pytest.mark.parametrize(
    "call",
    [
        'InputError(f"There is no {name}.")',
        'InputError("There is no {}.".format(name))',
        "ConservationError(what)",
        "OutputError(OTHER[key])",
        'message("a" + name)',
        'tr(f"{name}")',
    ],
)
def test_texts_that_cannot_be_translated_are_faults(script, product, call):
    _, faults = script.collect(product(f"{SOURCE}    {call}\n"))
    assert len(faults) == 1 and faults[0].startswith("citycheck_qgis/room.py:13: "), faults


def test_update_keeps_translations_drops_dead_ones_and_marks_missing_ones(script, tmp_path):
    text = script.write("zh_CN", {"Old <b>": ["a.py"], "New": ["b.py"]}, {"Old <b>": "旧 <b>", "Dead": "死"})
    catalogue = tmp_path / "citycheck_zh.ts"
    catalogue.write_text(text, encoding="utf-8")
    assert script.read(catalogue) == {"Old <b>": "旧 <b>"}
    assert text.count('type="unfinished"') == 1 and "Dead" not in text and "line=" not in text


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            "<translation>{file} 不存在。</translation>",
            "other names in braces in the translation of: No {path}.",
        ),
        ('<translation type="unfinished"></translation>', "no translation of: No {path}."),
        ("<translation>{path} 不存在。</translation>", ""),
    ],
)
def test_check_finds_faults_of_the_catalogue(script, product, monkeypatch, capsys, change, fault):
    root = product('InputError("No {path}.", path=1)')
    (root / "i18n").mkdir()
    catalogue = root / "i18n" / "citycheck_zh.ts"
    texts = {"No {path}.": ["citycheck_qgis/room.py"]}
    right = script.write("zh_CN", texts, {"No {path}.": "{path} 不存在。"})
    catalogue.write_text(
        right.replace("<translation>{path} 不存在。</translation>", change), encoding="utf-8"
    )
    monkeypatch.setattr(script, "ROOT", root)
    monkeypatch.setattr(script, "collect", lambda: (texts, []))
    assert script.main(["--check"]) == (1 if fault else 0)
    assert fault in capsys.readouterr().out


def test_messages_say_lists_and_words_in_the_language_and_leave_data_alone():
    catalogue = {", ": "、", "street": "街道", "{what}: {rows} ({n:.1f} %)": "{what}：{rows}（{n:.1f} %）"}
    said = message("{what}: {rows} ({n:.1f} %)", what=word("street"), rows=["street", 2], n=1.26)
    assert str(said) == "street: street, 2 (1.3 %)"
    assert said.said(lambda text: catalogue.get(text, text)) == "街道：street、2（1.3 %）"
    assert str(message("100 {of} it")) == "100 {of} it"


def test_an_error_is_its_message():
    error = errors.InputError("{template} has no {what}.", template="a.qpt", what=word("street"))
    assert str(error) == "a.qpt has no street."
    assert error.message.values["template"] == "a.qpt"
