"""The interface, the errors and the reports in Chinese: with the catalogue compiled here, and in the real qgis_process."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CJK = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"\b[A-Za-z]{2,}(?: [a-z]{2,}){2,}")
INI = "[PythonPlugins]\ncitycheck=true\n\n[locale]\noverrideFlag=true\nuserLocale=zh_CN\n"


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    lrelease = next(filter(None, map(shutil.which, ("/usr/lib/qt5/bin/lrelease", "lrelease"))), None)
    if lrelease is None:
        pytest.skip("lrelease is not installed")
    target = tmp_path_factory.mktemp("i18n") / "citycheck_zh.qm"
    subprocess.run([lrelease, "-silent", ROOT / "i18n" / "citycheck_zh.ts", "-qm", target], check=True)
    return target


@pytest.fixture
def in_chinese(qgis_app, catalogue):
    from qgis.PyQt.QtCore import QCoreApplication, QTranslator

    translator = QTranslator()
    assert translator.load(str(catalogue))
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


def is_chinese(text):
    return bool(CJK.search(text)) and not ENGLISH.search(re.sub("<[^>]*>", " ", text))


def test_every_text_of_every_algorithm_is_chinese(in_chinese):
    from citycheck.processing_algorithms.provider import CityCheckProvider

    provider = CityCheckProvider()
    provider.refreshAlgorithms()
    algorithms = provider.algorithms()
    assert len(algorithms) >= 8
    for algorithm in algorithms:
        parts = [*algorithm.parameterDefinitions(), *algorithm.outputDefinitions()]
        texts = {
            "name": algorithm.displayName(),
            "group": algorithm.group(),
            "help": algorithm.shortHelpString(),
            **{part.name(): part.description() for part in parts},
            **{f"{d.name()} help": d.help() for d in algorithm.parameterDefinitions() if d.help()},
        }
        assert {key: text for key, text in texts.items() if not is_chinese(text)} == {}, algorithm.id()


def test_errors_notes_and_instructions_come_in_chinese(in_chinese):
    from citycheck.citycheck_qgis.errors import ConservationError
    from citycheck.citycheck_qgis.units.conservation import Conservation
    from citycheck.citycheck_qgis.units.hierarchy import refuse_empty
    from citycheck.processing_algorithms import dependencies
    from citycheck.processing_algorithms.translate import sentence, tr

    counts = Conservation("buildings", 10, 7, 1, 0, 2)
    assert sentence(counts.message) == "建筑：10 = 匹配 7 + 歧义 1 + 未匹配 0 + 范围外 2"
    with pytest.raises(ConservationError) as raised:
        counts.check(10)
    assert sentence(raised.value).startswith(
        "建筑共 10 项，其中 2 项（20.0 %）没有对应的体检单元，超过上限 10 %；"
    )
    with pytest.raises(Exception, match="The street layer is empty") as raised:
        refuse_empty({"community": [1], "street": []})
    assert sentence(raised.value) == "街道图层是空的；请选择有边界的图层，或者不给出。"
    for system in ("debian", "debian:bookworm", "conda", "windows", "macos", "linux"):
        (said,) = dependencies.problems(["not_there", "nor_this"], system=system, tr=tr)
        assert said.startswith("没有安装 not_there 和 nor_this：请") and said.endswith("。"), said


def test_reason_why_a_value_table_is_refused_comes_in_chinese(in_chinese, tmp_path):
    import pandas as pd
    from citycheck.citycheck_qgis.errors import ConservationError
    from citycheck.citycheck_qgis.indicators.systems import load_system
    from citycheck.citycheck_qgis.indicators.values import read_values
    from citycheck.processing_algorithms.translate import sentence

    units = pd.DataFrame(
        {"code": ["990101001001"], "level": "community", "name": "东苑社区", "parent_code": None}
    )
    table = tmp_path / "a.csv"
    table.write_text(
        "社区代码,停车泊位缺口数（个）,没有这一项\n990101001001,1,2\n990101001001,3,4\n", encoding="utf-8"
    )
    found = read_values(table, units, load_system(), 2024)
    assert sentence(found.notes[0]) == "a.csv：行是单元，列是指标；1 个值"
    other = units.assign(code="990101001009", name="西苑社区")
    with pytest.raises(ConservationError) as raised:
        read_values(table, other, load_system(), 2024).check(10)
    assert is_chinese(sentence(raised.value)), sentence(raised.value)


def test_fixed_words_of_models_and_matches_are_chinese_in_reports(in_chinese):
    import pandas as pd
    from citycheck.citycheck_qgis.footprints import evidence_table, layers, matching, models, workers
    from citycheck.citycheck_qgis.footprints.georeference import placement, report
    from citycheck.processing_algorithms.explain import in_words

    words = {
        *matching.BASES, *matching.KINDS, *matching.OUTCOMES, *models.QUALITIES, *placement.METHODS, *report.STATUS,
        *workers._PASSING, layers.CITY_MODEL, evidence_table.NOT_READ, "read", "refused", "several_buildings",
    }  # fmt: skip
    table = pd.DataFrame({"word": sorted(words), "code": sorted(words)})
    said = in_words(table, "word")
    assert [word for word in said["word"] if not is_chinese(word)] == []
    assert list(said["code"]) == sorted(words)
    cells = pd.DataFrame({"quality": ["good;check", None, ""]})
    assert list(in_words(cells, "quality")["quality"]) == ["好、需核对", None, ""]


@pytest.fixture(scope="module")
def chinese_qgis_process(tmp_path_factory):
    """Run the real qgis_process under a Chinese profile of its own."""
    if not (ROOT / "i18n" / "citycheck_zh.qm").exists():
        pytest.skip("the catalogue is not compiled: lrelease is not installed")
    profiles = tmp_path_factory.mktemp("profiles")
    ini = profiles / "profiles" / "default" / "QGIS" / "QGIS3.ini"
    ini.parent.mkdir(parents=True)
    ini.write_text(INI, encoding="utf-8")

    def call(*arguments):
        command = '. "$0/scripts/env.sh"; QGIS_CUSTOM_CONFIG_PATH="$1" exec "${QGIS_PROCESS:-qgis_process}" "${@:2}"'
        return subprocess.run(
            ["bash", "-c", command, ROOT, profiles, *map(str, arguments)],
            capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
        )  # fmt: skip

    return call


def test_help_of_qgis_process_is_chinese(chinese_qgis_process):
    done = chinese_qgis_process("help", "citycheck:assignunits")
    assert done.returncode == 0, done.stderr
    assert "要素归属到体检单元 (citycheck:assignunits)" in done.stdout
    assert "COMMUNITIES: 社区" in done.stdout and "输入 = 匹配 + 歧义 + 未匹配 + 范围外" in done.stdout


def test_run_of_qgis_process_speaks_chinese_and_writes_a_chinese_report(chinese_qgis_process, tiny_city):
    parameters = tiny_city.write()
    tables = {"TABLES", "PROBLEMS"}
    arguments = [f"--{key}={value}" for key, value in parameters.items() if key not in tables]
    arguments += [f"--{key}={value}" for key in tables for value in parameters[key]]
    done = chinese_qgis_process("run", "citycheck:annualcheckup", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "全部行：" in done.stdout and "按代码合并" in done.stdout
    report = (Path(parameters["OUTPUT_FOLDER"]) / "report.html").read_text(encoding="utf-8")
    assert "<html lang=zh-CN>" in report
    sentences = re.findall(r"<(h1|h2|p)[^>]*>(.*?)</\1>", report, flags=re.S)
    assert len(sentences) > 10
    assert [text for _, text in sentences if not is_chinese(text)] == []
    summaries = report.partition("剩余：")[0]
    assert "<td>住房</td>" in summaries and "<td>已体检，未发现问题</td>" in summaries
    assert [heading for heading in re.findall("<th>(.*?)</th>", summaries) if not CJK.search(heading)] == []


def test_error_of_qgis_process_is_chinese(chinese_qgis_process, tiny_city):
    tiny_city.communities = tiny_city.communities.rename(columns={"代码": "x"}).drop(columns="名称")
    parameters = tiny_city.write()
    done = chinese_qgis_process(
        "run", "citycheck:checkboundaries", f"--COMMUNITIES={parameters['COMMUNITIES']}", "--YEAR=2024",
        f"--UNITS={tiny_city.folder / 'u.gpkg'}", f"--ISSUES={tiny_city.folder / 'i.gpkg'}",
    )  # fmt: skip
    assert done.returncode == 1
    assert "社区图层没有代码列；现有的列：x、常住人口" in done.stdout + done.stderr
