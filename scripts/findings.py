"""Write the list of all codes that the readers of models use in their warnings, with their sentences.

    python scripts/findings.py [--check]

Writes docs/findings.md and docs/findings.zh-CN.md (with the catalogue in i18n). With --check nothing is written; the exit
status is 1 when a page in docs is not what would be written.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(Path(__file__).resolve().parent))

import update_translations  # noqa: E402

READERS = ROOT / "citycheck_qgis" / "footprints"
#: Folder or file below the readers -> heading of its codes.
PARTS = {
    "georeference": ("Where a model lies", "模型的位置"),
    "ifc": ("Reading IFC", "读取 IFC"),
    "citymodels": ("Reading city models", "读取城市模型"),
    "": ("Layers, matching, coverage", "图层、匹配与覆盖率"),
}
PAGES = {
    "en": (
        ROOT / "docs" / "findings.md",
        "# Codes of warnings about models\n\nThe column *warnings* of footprints and files holds these codes. They stay the "
        "same from version to version; names in braces stand for the values of the case.\n",
        "| code | what it says |\n|---|---|\n",
    ),
    "zh": (
        ROOT / "docs" / "findings.zh-CN.md",
        "# 模型警告代码\n\n轮廓图层和文件状态表的 *warnings* 列使用下列代码；代码在各版本间保持不变，花括号中的名称代表具体情形的数值。\n",
        "| 代码 | 含义 |\n|---|---|\n",
    ),
}


def collect() -> dict[str, dict[str, list[str]]]:
    """Return part -> code -> sentences, by code."""
    found: dict[str, dict[str, list[str]]] = {part: {} for part in PARTS}
    for path in sorted(READERS.rglob("*.py")):
        inside = path.relative_to(READERS).parts
        part = inside[0] if len(inside) > 1 else ""
        for _, call in update_translations.calls(ast.parse(path.read_text(encoding="utf-8")), {"finding"}):
            code, text = call.args[:2]
            if isinstance(code, ast.Constant) and isinstance(text, ast.Constant):
                sentences = found[part].setdefault(str(code.value), [])
                if text.value not in sentences:
                    sentences.append(str(text.value))
    return {part: dict(sorted(codes.items())) for part, codes in found.items()}


def page(language: str) -> str:
    """Return the page in a language."""
    _, introduction, head = PAGES[language]
    known = update_translations.read(ROOT / "i18n" / "citycheck_zh.ts") if language == "zh" else {}
    text = introduction
    for part, codes in collect().items():
        text += f"\n## {PARTS[part][language == 'zh']}\n\n{head}"
        for code, sentences in codes.items():
            said = " / ".join((known.get(s) or s).replace("|", "\\|") for s in sentences)
            text += f"| `{code}` | {said} |\n"
    return text


def main(arguments: list[str]) -> int:
    """Write the pages or compare them; return the exit status."""
    stale = []
    for language, (path, _, _) in PAGES.items():
        fresh = page(language)
        if not path.exists() or path.read_text(encoding="utf-8") != fresh:
            stale.append(path.relative_to(ROOT).as_posix())
            if "--check" not in arguments:
                path.write_text(fresh, encoding="utf-8")
    print("\n".join(f"{name} is not up to date" for name in stale) if "--check" in arguments else "written")
    return int("--check" in arguments and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
