"""Write the reference page of all algorithms from their own help.

    python scripts/reference.py [--language en|zh] [--check]

Writes docs/algorithms.md (English) or docs/algorithms.zh-CN.md (Chinese, with the catalogue in i18n). With --check nothing
is written; the exit status is 1 when the page in docs is not what would be written. Run it with the environment of
scripts/env.sh.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
importlib.import_module("conftest")

from qgis.core import (  # noqa: E402
    QgsApplication,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterNumber,
)
from qgis.PyQt.QtCore import QCoreApplication, QTranslator  # noqa: E402

CATALOGUES = ROOT / "i18n"
PAGES = {"en": ROOT / "docs" / "algorithms.md", "zh": ROOT / "docs" / "algorithms.zh-CN.md"}
LEVELS = {"CITY": "city", "DISTRICTS": "district", "STREETS": "street", "COMMUNITIES": "community"}
UNITS = {key: f"$IN/boundaries.gpkg|layername={layer}" for key, layer in LEVELS.items()}
BUILDINGS = "$IN/buildings.gpkg|layername=buildings"
TABLES = ["$IN/values_2024.xlsx", "$IN/values_2024_街道.csv"]
PROBLEMS = [
    f"$IN/problems_2024.gpkg|layername={layer}"
    for layer in ("housing", "community", "community_line", "block", "block_area")
]
LEDGER = "$OUT/checkup/checkup.gpkg|layername=problem"
PLATFORM = {"CONNECTION": "$PLATFORM/connection.json", "COLLECTION": "problem"}
#: The algorithms in the order of the page, each with the parameters of its example on the sample city; an example may
#: use what the ones above it have written.
EXAMPLES: dict[str, dict[str, Any]] = {
    "annualcheckup": {
        **UNITS,
        "BUILDINGS": BUILDINGS,
        "TABLES": TABLES,
        "SAMPLE": "$IN/sample.csv",
        "PROBLEMS": PROBLEMS,
        "WATER": "$IN/context.gpkg|layername=water",
        "GREEN": "$IN/context.gpkg|layername=green",
        "ROADS": "$IN/context.gpkg|layername=road",
        "YEAR": 2024,
        "CITY_NAME": "晴川市",
        "DATA_DATE": "2024-12-31",
        "OUTPUT_FOLDER": "$OUT/checkup",
    },
    "checkboundaries": {
        **UNITS,
        "YEAR": 2024,
        "UNITS": "$OUT/units.gpkg",
        "ISSUES": "$OUT/boundary-issues.gpkg",
        "REPORT": "$OUT/boundaries.html",
    },
    "assignunits": {
        "INPUT": BUILDINGS,
        **UNITS,
        "MAX_UNMATCHED": 5,
        "STATISTICS": "floor_area; height by floor_area",
        "OUTPUT": "$OUT/buildings.gpkg",
        "REMAINDER": "$OUT/buildings-without-unit.gpkg",
        "FIGURES": "$OUT/buildings-by-unit.gpkg",
    },
    "assignparts": {
        "INPUT": "$IN/buildings.gpkg",
        "LAYER": "buildings",
        **UNITS,
        "STATISTICS": "floor_area",
        "PART_SIZE": 2000,
        "OUTPUT": "$OUT/buildings-in-parts",
        "FIGURES": "$OUT/buildings-in-parts-by-unit.gpkg",
    },
    "importvalues": {
        "TABLES": TABLES,
        **UNITS,
        "YEAR": 2024,
        "OUTPUT": "$OUT/values.gpkg",
        "REMAINDER": "$OUT/cells-not-read.gpkg",
        "REPORT": "$OUT/values.html",
    },
    "rollup": {
        "VALUES": "$OUT/values.gpkg",
        **UNITS,
        "YEAR": 2024,
        "OUTPUT": "$OUT/values-of-all-levels.gpkg",
    },
    "joinindicators": {
        "VALUES": "$OUT/values-of-all-levels.gpkg",
        **UNITS,
        "YEAR": 2024,
        "LEVEL": 1,
        "OUTPUT": "$OUT/streets-with-indicators.gpkg",
    },
    "diagnose": {
        **UNITS,
        "YEAR": 2024,
        "BUILDINGS": BUILDINGS,
        "PROBLEMS": PROBLEMS,
        "VALUES": "$OUT/values-of-all-levels.gpkg",
        "SAMPLE": "$IN/sample.csv",
        "PROBLEMS_OUT": "$OUT/problems.gpkg",
        "DISTRIBUTION": "$OUT/distribution.gpkg",
        "VERDICTS": "$OUT/verdicts.gpkg",
    },
    "problemmap": {
        "DATABASE": "$OUT/checkup/checkup.gpkg",
        "YEAR": 2024,
        "CITY_NAME": "Qingchuan",
        "LANGUAGE": "en",
        "PROJECT": "$OUT/map.qgz",
        "PDF": "$OUT/map.pdf",
        "PNG": "$OUT/map.png",
    },
    "georeferencereport": {
        "FOLDER": "$IN/models",
        "OUTPUT": "$OUT/evidence.csv",
        "ORIGINS": "$OUT/origins.gpkg",
    },
    "ifcfootprints": {
        "FOLDER": "$IN/models",
        "DATABASE": "$OUT/checkup/checkup.gpkg",
        "OUTPUT": "$OUT/footprints.gpkg",
        "UNPLACED": "$OUT/footprints-without-place.gpkg",
        "STATUS": "$OUT/models.csv",
        "REPORT": "$OUT/models.html",
    },
    "citymodelfootprints": {
        "FOLDER": "$IN/models",
        "DATABASE": "$OUT/checkup/checkup.gpkg",
        "OUTPUT": "$OUT/city-model.gpkg",
    },
    "matchfootprints": {
        "DATABASE": "$OUT/checkup/checkup.gpkg",
        "OUTPUT": "$OUT/relations.csv",
        "REMAINDER": "$OUT/footprints-without-building.gpkg",
        "REPORT": "$OUT/relations.html",
    },
    "cimcoverage": {
        **UNITS,
        "MODELS": "$OUT/footprints.gpkg",
        "RULE": "closed",
        "YEAR": 2024,
        "DATABASE": "$OUT/checkup/checkup.gpkg",
        "OUTPUT": "$OUT/coverage.csv",
    },
    "probeplatform": {**PLATFORM, "OUTPUT": "$OUT/platform.csv"},
    "pushlayer": {"INPUT": LEDGER, **PLATFORM, "DRY_RUN": False, "RESULT": "$OUT/pushed.csv"},
    "pulllayer": {
        **PLATFORM,
        "LAYER_FILE": "$OUT/from-platform.gpkg",
        "JOURNAL": "$OUT/from-platform.exchange.db",
    },
    "synclayer": {"LAYER": LEDGER, **PLATFORM, "RESULT": "$OUT/synchronised.csv"},
    "exportpackage": {"LAYERS": LEDGER, "PACKAGE": "$OUT/problems.zip", "PARTNER": "前置机"},
    "importpackage": {
        "PACKAGE": "$OUT/problems.zip",
        "PARTNER": "城市体检工作组",
        "LAYER_FILE": "$OUT/front-end.gpkg",
        "JOURNAL": "$OUT/front-end.exchange.db",
    },
    "resolveconflicts": {"JOURNAL": "$OUT/front-end.exchange.db", "OUTPUT": "$OUT/conflicts.csv"},
}
#: The algorithm whose example is also given as JSON on standard input.
JSON_EXAMPLE = "assignunits"
LANGUAGE_NAMES = {"en": "English", "zh": "中文"}

INTRODUCTION = {
    "en": """# Algorithms

Generated by `scripts/reference.py` from the help of the algorithms; do not edit.{other}

All algorithms work from the Processing toolbox, in models, by `processing.run` and by `qgis_process`. The examples use the
sample city that `make demo` writes, and run from the folder of the checkout:

```sh
IN=out/demo/input OUT=out/examples PLATFORM=out/platform; mkdir -p $OUT
```

A list is given by repeating its key. Results are printed as `KEY: value`; with a `-` in place of the parameters these are
read as JSON from standard input and the results are JSON too. The exit status is 0 when everything was written, otherwise
1, with a sentence on standard error that says what is wrong, where, and what to do; then there is no JSON. Other lines on
standard error are remarks of QGIS and its libraries. The platform of the last examples is the one that
`.venv/bin/python examples/cim_platform.py start $PLATFORM` starts after `make setup-servers`.
""",
    "zh": """# 算法参考

本页由 `scripts/reference.py` 根据各算法自带的说明生成，请勿手工修改。{other}

所有算法都可以在“处理工具箱”、模型、`processing.run` 和 `qgis_process` 中使用。示例使用 `make demo` 生成的示例城市，在检出目录下运行：

```sh
IN=out/demo/input OUT=out/examples PLATFORM=out/platform; mkdir -p $OUT
```

多值参数重复写同一个键即可。结果以 `键: 值` 的形式打印；参数位置写 `-` 时，从标准输入读取 JSON，结果也以 JSON 输出。全部写出时退出状态为 0；否则为 1，标准错误中有一句话说明哪里出了什么问题、应如何处理，此时不输出 JSON。标准错误中的其他内容来自 QGIS 及其依赖库，可以忽略。最后几个示例所用的平台，在 `make setup-servers` 之后用 `.venv/bin/python examples/cim_platform.py start $PLATFORM` 启动。
""",
}
WORDS = {
    "en": {
        "group": "Group",
        "inputs": "Inputs",
        "outputs": "Outputs",
        "example": "Example",
        "json": "The same with JSON on standard input:",
        "input_header": "| Key | Meaning | Type | Default | |",
        "output_header": "| Key | Meaning | Type | |",
        "required": "required",
        "optional": "optional",
        "advanced": "optional, advanced",
        "to_give": "give a path",
        "to_give_optional": "give a path if wanted",
        "printed": "printed",
        "colon": ": ",
        "comma": ", ",
        "range": "{low} to {high}",
        "least": "{low} or more",
        "polygon": "polygon layer",
        "line": "line layer",
        "layer": "layer",
        "table": "layer or table",
        "layers": "layers or tables (list)",
        "files": "files (list)",
        "text": "text",
        "whole": "whole number",
        "number": "number",
        "crs": "CRS",
        "file": "file",
        "choice": "choice",
        "truth": "true or false",
        "folder": "folder",
        "authentication": "id of an authentication configuration",
        "extent": "extent",
    },
    "zh": {
        "group": "分组",
        "inputs": "输入",
        "outputs": "输出",
        "example": "示例",
        "json": "同一示例，参数以 JSON 从标准输入给出：",
        "input_header": "| 键 | 含义 | 类型 | 默认值 | |",
        "output_header": "| 键 | 含义 | 类型 | |",
        "required": "必填",
        "optional": "可选",
        "advanced": "可选（高级参数）",
        "to_give": "须给出路径",
        "to_give_optional": "需要时给出路径",
        "printed": "打印",
        "colon": "：",
        "comma": "，",
        "range": "{low} 至 {high}",
        "least": "不小于 {low}",
        "polygon": "面图层",
        "line": "线图层",
        "layer": "图层",
        "table": "图层或表",
        "layers": "图层或表（可多个）",
        "files": "文件（可多个）",
        "text": "文本",
        "whole": "整数",
        "number": "数值",
        "crs": "坐标系",
        "file": "文件",
        "choice": "选项",
        "truth": "真或假",
        "folder": "文件夹",
        "authentication": "认证配置的编号",
        "extent": "范围",
    },
}
#: Larger numbers are QGIS's way to say that there is no bound.
UNBOUNDED = 1e15


def install_catalogue(language: str, folder: Path) -> QTranslator | None:
    """Compile and install the catalogue of a language; the compiled one in i18n may be older than its source."""
    if language == "en":
        return None
    source = CATALOGUES / f"citycheck_{language}.ts"
    lrelease = shutil.which("lrelease", path=f"/usr/lib/qt5/bin{os.pathsep}{os.environ.get('PATH', '')}")
    if lrelease is None or not source.exists():
        sys.exit(f"The page needs {source.name} and lrelease, and one of them was not found.")
    if 'type="unfinished"' in source.read_text(encoding="utf-8"):
        sys.exit(f"{source.name} has texts without a translation: the page would mix two languages.")
    compiled = folder / f"{source.stem}.qm"
    subprocess.run([lrelease, "-silent", str(source), "-qm", str(compiled)], check=True)
    translator = QTranslator()
    if not translator.load(str(compiled)):
        sys.exit(f"{source.name} has no translations.")
    QCoreApplication.installTranslator(translator)
    return translator


def page(language: str) -> str:
    """Return the reference page in a language."""
    provider_module = importlib.import_module("citycheck.processing_algorithms.provider")
    provider = provider_module.CityCheckProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    algorithms = {algorithm.name(): algorithm for algorithm in provider.algorithms()}
    if set(algorithms) != set(EXAMPLES):
        sys.exit(f"These algorithms and examples do not go together: {set(algorithms) ^ set(EXAMPLES)}")
    contents = "".join(
        f"- [{algorithms[name].displayName()}](#citycheck{name}) `citycheck:{name}`\n" for name in EXAMPLES
    )
    sections = [section(algorithms[name], language) for name in EXAMPLES]
    QgsApplication.processingRegistry().removeProvider(provider)
    return "\n".join([INTRODUCTION[language].replace("{other}", other_page(language)), contents, *sections])


def other_page(language: str) -> str:
    """Return a link to the page in the other language, empty while there is none."""
    other = {"en": "zh", "zh": "en"}[language]
    return f" [{LANGUAGE_NAMES[other]}]({PAGES[other].name})" if PAGES[other].exists() else ""


def section(algorithm: QgsProcessingAlgorithm, language: str) -> str:
    """Return the section of one algorithm."""
    words = WORDS[language]
    definitions = algorithm.parameterDefinitions()
    inputs = [input_row(d, words) for d in definitions if not d.isDestination()]
    outputs = [output_row(algorithm, output, words) for output in algorithm.outputDefinitions()]
    lines = [
        f"## citycheck:{algorithm.name()}",
        "",
        f"**{algorithm.displayName()}**",
        "",
        f"{words['group']}{words['colon']}{algorithm.group()} (`{algorithm.groupId()}`)",
        "",
        algorithm.description(),
        "",
        f"### {words['inputs']}",
        "",
        words["input_header"],
        "|---|---|---|---|---|",
        *inputs,
        "",
        f"### {words['outputs']}",
        "",
        words["output_header"],
        "|---|---|---|---|",
        *outputs,
        "",
        f"### {words['example']}",
        "",
        fenced(command(algorithm.name())),
    ]
    if algorithm.name() == JSON_EXAMPLE:
        lines += ["", words["json"], "", fenced(json_command(algorithm.name()))]
    return "\n".join(lines) + "\n"


def input_row(definition: QgsProcessingParameterDefinition, words: dict[str, str]) -> str:
    """Return the table row of a parameter that is not a destination."""
    meaning = f"{definition.description()}{words['colon']}{definition.help()}"
    if definition.type() == "enum":
        meaning += " " + ", ".join(f"{number} {name}" for number, name in enumerate(definition.options()))
    default = definition.defaultValue()
    shown = "" if default in (None, "") else f"{default:g}" if isinstance(default, float) else str(default)
    return row(f"`{definition.name()}`", meaning, kind_of(definition, words), shown, need(definition, words))


def output_row(algorithm: QgsProcessingAlgorithm, output: Any, words: dict[str, str]) -> str:
    """Return the table row of an output: one that has a path of the caller's choice, or one that is printed only."""
    key = f"`{output.name()}`"
    definition = algorithm.parameterDefinition(output.name())
    if definition is None:
        kinds = {"outputNumber": "number", "outputFile": "file", "outputHtml": "file"}
        return row(key, output.description(), words[kinds[output.type()]], words["printed"])
    meaning = f"{definition.description()}{words['colon']}{definition.help()}"
    wanted = "to_give_optional" if is_optional(definition) else "to_give"
    return row(key, meaning, kind_of(definition, words), words[wanted])


def row(*cells: str) -> str:
    """Return a table row in Markdown."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def is_optional(definition: QgsProcessingParameterDefinition) -> bool:
    """Return whether a parameter may be left out although it has no default."""
    return bool(definition.flags() & QgsProcessingParameterDefinition.Flag.FlagOptional)


def need(definition: QgsProcessingParameterDefinition, words: dict[str, str]) -> str:
    """Return the word that says whether a parameter has to be given."""
    if not is_optional(definition) and definition.defaultValue() in (None, ""):
        return words["required"]
    advanced = definition.flags() & QgsProcessingParameterDefinition.Flag.FlagAdvanced
    return words["advanced" if advanced else "optional"]


def kind_of(definition: QgsProcessingParameterDefinition, words: dict[str, str]) -> str:
    """Return the words for the type of a parameter, with the bounds of a number."""
    kind = definition.type()
    source = QgsProcessing.SourceType
    if kind == "source":
        kinds = {
            source.TypeVectorPolygon: "polygon",
            source.TypeVectorLine: "line",
            source.TypeVector: "table",
        }
        return words[kinds.get(definition.dataTypes()[0], "layer")]
    if kind == "multilayer":
        return words["files" if definition.layerType() == source.TypeFile else "layers"]
    if kind == "sink":
        return words["table" if definition.dataType() == source.TypeVector else "layer"]
    if kind == "number":
        whole = definition.dataType() == QgsProcessingParameterNumber.Type.Integer
        return words["whole" if whole else "number"] + bounds(definition, words)
    simple = {"string": "text", "crs": "crs", "file": "file", "enum": "choice", "boolean": "truth", "fileDestination": "file",
              "folderDestination": "folder", "authcfg": "authentication", "extent": "extent", "vector": "table"}  # fmt: skip
    return words[simple[kind]]


def bounds(definition: QgsProcessingParameterNumber, words: dict[str, str]) -> str:
    """Return the bounds of a number in words, empty where there are none."""
    low, high = definition.minimum(), definition.maximum()
    if low < -UNBOUNDED:
        return ""
    return words["comma"] + words["range" if high < UNBOUNDED else "least"].format(
        low=f"{low:g}", high=f"{high:g}"
    )


def fenced(text: str) -> str:
    """Return text as a block of shell code."""
    return f"```sh\n{text}\n```"


def command(name: str) -> str:
    """Return the example of an algorithm with its parameters as arguments."""
    arguments = [
        f"{key}={one}" if isinstance(one, int) else f'{key}="{one}"'
        for key, value in EXAMPLES[name].items()
        for one in (value if isinstance(value, list) else [value])
    ]
    return " \\\n    ".join([f"scripts/qgis_process run citycheck:{name} --", *arguments])


def json_command(name: str) -> str:
    """Return the example of an algorithm with its parameters as JSON on standard input."""
    given = json.dumps({"inputs": EXAMPLES[name]}, ensure_ascii=False, indent=2)
    return f"scripts/qgis_process run citycheck:{name} - <<JSON\n{given}\nJSON"


def main() -> None:
    """Write or check a page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", choices=sorted(PAGES), default="en")
    parser.add_argument(
        "--check", action="store_true", help="compare only; exit status 1 when the page is stale"
    )
    given = parser.parse_args()
    target = PAGES[given.language]
    application = QgsApplication([], False)
    application.initQgis()
    with tempfile.TemporaryDirectory() as folder:
        translator = install_catalogue(given.language, Path(folder))
        text = page(given.language)
        if translator is not None:
            QCoreApplication.removeTranslator(translator)
    application.exitQgis()
    name = target.relative_to(ROOT)
    if given.check:
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            sys.exit(f"{name} is stale: run python scripts/reference.py --language {given.language}")
        print(f"{name} is current.")
        return
    target.parent.mkdir(exist_ok=True)
    target.write_text(text, encoding="utf-8")
    print(name)


if __name__ == "__main__":
    main()
