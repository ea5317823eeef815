"""The READMEs, the changelog and the reference page say what is true, and their examples run."""

import configparser
import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from citycheck.citycheck_qgis.indicators.cells import parse_cell

ROOT = Path(__file__).resolve().parents[1]
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
REFERENCE = ROOT / "docs" / "algorithms.md"
PICTURE = ROOT / "docs" / "annual-problem-map.png"
PAGES = [ENGLISH, CHINESE, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
INDICATORS = ROOT / "citycheck_qgis" / "indicators" / "data" / "mohurd-61-2024.csv"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(page):
    return page.read_text(encoding="utf-8")


def blocks(page, language):
    return [block for kind, block in BLOCK.findall(text_of(page)) if kind == language]


def headings(page):
    return re.findall(r"^(#+) (.+)$", BLOCK.sub("", text_of(page)), re.MULTILINE)


def anchor(heading):
    """The anchor that Markdown viewers give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def runs(command, folder):
    """Run shell lines from the checkout with `out` of the examples in another folder."""
    command = command.replace("out/demo/input", str(folder / "input")).replace("out/", f"{folder}/out/")
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=ROOT,
        env=os.environ
        | {
            "IN": str(folder / "input"),
            "OUT": str(folder / "examples"),
            "PLATFORM": str(folder / "platform"),
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=180,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The sample city's input, as the demo writes it, and folders for what the examples write."""
    if shutil.which("qgis_process") is None:
        pytest.skip("qgis_process is not installed")
    made = tmp_path_factory.mktemp("documents")
    (made / "examples").mkdir()
    generator = [sys.executable, str(ROOT / "examples" / "sample_city.py"), str(made / "input")]
    subprocess.run(generator, check=True, capture_output=True)
    return made


@pytest.fixture(scope="module")
def platform(folder):
    """The small platform of the examples, running."""
    program = [sys.executable, str(ROOT / "examples" / "cim_platform.py")]
    # The user of the database has to get there, who may not enter the folder of the tests.
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        (folder / "platform").symlink_to(place)
        started = subprocess.run(
            [*program, "start", place, "--port", str(free_port())],
            capture_output=True,
            text=True,
            check=False,
        )
        if started.returncode:
            pytest.skip(f"the example platform does not start: {started.stderr.strip()}")
        yield
        subprocess.run([*program, "stop", place], check=True, capture_output=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if target.startswith("https://"):
            continue
        name, _, place = target.partition("#")
        other = page.parent / name if name else page
        if not other.exists() or (place and place not in [anchor(h) for _, h in headings(other)]):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_named_files_and_make_targets_exist(page):
    text = text_of(page)
    files = re.findall(
        r"(?<![\w./])(?:scripts|examples|docs|tests|styles|i18n|citycheck_qgis)/[\w./-]*\w", text
    )
    assert [name for name in files if not (ROOT / name).exists()] == []
    targets = re.findall(r"^([a-z-]+):.*##", text_of(ROOT / "Makefile"), re.MULTILINE)
    code = " ".join(re.findall(r"`([^`\n]+)`", text) + blocks(page, "sh"))
    assert [name for name in re.findall(r"(?<![\w-])make ([a-z-]+)", code) if name not in targets] == []


def test_both_readmes_have_the_same_parts():
    assert [level for level, _ in headings(ENGLISH)] == [level for level, _ in headings(CHINESE)]
    shape = re.compile(r"^(\||!\[|\d\. |- |```)", re.MULTILINE)
    assert shape.findall(text_of(ENGLISH)) == shape.findall(text_of(CHINESE))
    for kind in ("sh", "text"):
        pairs = zip(blocks(ENGLISH, kind), blocks(CHINESE, kind), strict=True)
        # Only the words for "address of this repository" differ.
        assert [a for a, b in pairs if re.sub("<.+?>", "", a) != re.sub("<.+?>", "", b)] == []


def test_chinese_readme_uses_the_chinese_reference():
    assert ("docs/algorithms.zh-CN.md" in text_of(CHINESE)) == (ROOT / "docs/algorithms.zh-CN.md").exists()


def test_one_version():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "metadata.txt", encoding="utf-8")
    version = parser["general"]["version"]
    for page in (ENGLISH, CHINESE):
        assert re.findall(r"citycheck-([\d.]+)\.zip", text_of(page)) == [version]
    assert re.search(r"^## \[([^]]+)\]", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)[1] == version


def test_picture_is_small_and_shows_a_map():
    from qgis.PyQt.QtGui import QColor, QImage

    assert PICTURE.stat().st_size < 500_000
    image = QImage(str(PICTURE))
    assert image.width() >= 1200
    assert 1.40 < image.width() / image.height() < 1.43, "an A3 sheet in landscape"
    step = range(0, image.height(), 7), range(0, image.width(), 7)
    colours = [QColor(image.pixel(x, y)) for y in step[0] for x in step[1]]
    strong = sum(colour.hsvSaturationF() > 0.3 for colour in colours) / len(colours)
    white = sum(colour.lightness() > 250 for colour in colours) / len(colours)
    assert strong > 0.03, "choropleth and symbols"
    assert white < 0.7


def test_cells_are_read_as_the_readme_says():
    rows = re.findall(
        r"^\| (.+) \| (measured|not_applicable|not_surveyed|missing)\b(.*) \|$", text_of(ENGLISH), re.M
    )
    assert {state for _, state, _ in rows} == {"measured", "not_applicable", "not_surveyed", "missing"}
    for cells, state, rest in rows:
        found = [quoted or word for quoted, word in re.findall(r"`([^`]+)`|([\u4e00-\u9fff]+)", cells)]
        assert {text: parse_cell(text, "%" if "%" in text else "").state for text in found} == dict.fromkeys(
            found, state
        )
        if state == "measured":
            values = [parse_cell(text, "%" if "%" in text else "个").value for text in found]
            assert [f"{value:g}" for value in values] == rest.strip(" ()").split(", ")
        if "remainder" in rest:
            assert all(parse_cell(text).reason for text in found)


def test_thresholds_are_counted_as_the_readme_says():
    with INDICATORS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    certainty = [row["certainty"].split("/")[1] for row in rows if row["standard"]]
    one_source = certainty.count("B")
    counts = [len(rows), len(certainty), one_source, len(certainty) - one_source, len(rows) - len(certainty)]
    for page, title in ((ENGLISH, "## Thresholds"), (CHINESE, "## 评价标准")):
        section = text_of(page).split(title)[1].split("\n## ")[0]
        said = [
            int(n)
            for n in re.findall(r"(?<![\w-])\d+(?![\w-])", re.sub(r"\]\(.*?\)|\[.*?\]|2024", "", section))
        ]
        assert said == counts, page.name


@pytest.mark.parametrize("language", ["en", "zh"])
def test_reference_is_current(language):
    page = {"en": REFERENCE, "zh": ROOT / "docs" / "algorithms.zh-CN.md"}[language]
    if language == "zh" and not page.exists():
        pytest.skip("there is no Chinese reference yet")
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "reference.py"), "--language", language, "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(block, id=block.split("citycheck:")[1].split(" \\")[0].split(" <<")[0])
        for block in blocks(REFERENCE, "sh")[1:]
    ],
)
def test_examples_of_the_reference_run(command, folder, request):
    if "$PLATFORM" in command:
        request.getfixturevalue("platform")
    before = set((folder / "examples").iterdir())
    done = runs(command, folder)
    assert done.returncode == 0, done.stderr
    named = {folder / "examples" / name for name in re.findall(r'\$OUT/([\w./-]+)"', command)}
    assert all(path.exists() for path in named)
    assert set((folder / "examples").iterdir()) - before <= named, "it writes what it names and nothing else"


def test_script_examples_of_the_readme_give_what_it_prints(folder):
    by_json, batch = blocks(ENGLISH, "sh")[1:3]
    conservation, printed = blocks(ENGLISH, "text")[:2]

    done = runs(by_json, folder)
    assert done.returncode == 0, done.stderr
    results = json.loads((folder / "out/examples/result.json").read_text(encoding="utf-8"))["results"]
    for page in (ENGLISH, CHINESE):
        for key, number in re.findall(r"`([A-Z]+)` (\d+)", text_of(page)):
            assert results[key] == int(number)

    done = runs(batch, folder)
    assert (done.returncode, done.stdout) == (0, printed), done.stderr
    table = subprocess.run(
        [sys.executable, str(ROOT / "scripts/conservation.py"), str(folder / "out/batch/checkup.gpkg")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert table.stdout == conservation


def test_batch_stops_at_a_year_without_data(folder):
    done = runs("examples/batch_year.sh out/demo/input out/none 晴川市 2031 2024", folder)
    assert done.returncode == 1
    assert "values_2031" in done.stderr
    assert not list((folder / "out/none").iterdir())
