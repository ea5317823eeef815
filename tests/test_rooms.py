"""The rules of the house: which room may import which, and what loading the plugin may import."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ROOT / "citycheck_qgis"
ALGORITHMS = ROOT / "processing_algorithms"
#: The flow of data; `checkup` runs the rooms up to the problems, `cim` and `footprints` stand beside the units.
ORDER = {
    "units": 1,
    "cim": 2,
    "footprints": 2,
    "indicators": 2,
    "problems": 3,
    "checkup": 4,
    "maps": 5,
    "gui": 6,
}
#: Whoever everybody may import.
COMMON = {"storage", "errors", "messages", "processes"}


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run on import: neither those of functions nor those for type checkers."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield from top_level(node.orelse)
        elif isinstance(node, ast.If | ast.For | ast.While | ast.With | ast.ClassDef):
            yield from top_level([*node.body, *getattr(node, "orelse", [])])
        elif isinstance(node, ast.Try):
            handlers = [statement for handler in node.handlers for statement in handler.body]
            yield from top_level([*node.body, *handlers, *node.orelse, *node.finalbody])


def imports(path: Path, only_on_load: bool = False) -> set[str]:
    """Return the absolute names of the modules that a file imports; own ones without the root package."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = top_level(tree.body) if only_on_load else ast.walk(tree)
    own = name_of(path).split(".") if name_of(path) else []
    package = own if path.name == "__init__.py" else own[:-1]
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {
                f"{module}.{alias.name}" if is_own_module(f"{module}.{alias.name}") else module
                for alias in node.names
            }
    return found


def is_own_module(name: str) -> bool:
    return file_of(name) is not None


def file_of(name: str) -> Path | None:
    path = ROOT.joinpath(*name.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def room_of(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if parts[0] == "citycheck_qgis" and len(parts) > 1 else None


def test_the_scan_sees_the_house():
    assert "citycheck_qgis.units.codes" in imports(PRODUCT / "units" / "hierarchy.py")
    assert "citycheck_qgis.storage.tables" in imports(PRODUCT / "units" / "buildings.py")
    assert "qgis.core" in imports(ALGORITHMS / "sources.py", only_on_load=True)
    assert "geopandas" in imports(ALGORITHMS / "sources.py")
    assert "geopandas" not in imports(ALGORITHMS / "sources.py", only_on_load=True)
    assert "citycheck_qgis.gui.plugin" in imports(ROOT / "__init__.py")


@pytest.mark.parametrize(
    "path", [p for p in modules(PRODUCT) if room_of(name_of(p)) not in ("maps", "gui")], ids=name_of
)
def test_only_maps_and_gui_import_qgis(path: Path):
    assert {
        name for name in imports(path) if name.split(".")[0] in ("qgis", "osgeo", "PyQt5", "PyQt6")
    } == set()


@pytest.mark.parametrize("path", modules(PRODUCT), ids=name_of)
def test_product_never_imports_the_algorithms(path: Path):
    # The plugin object registers the provider, inside a function: the one door from gui to the algorithms.
    on_load = path.parent.name == "gui"
    assert {n for n in imports(path, only_on_load=on_load) if n.startswith("processing_algorithms")} == set()


@pytest.mark.parametrize("path", [p for p in modules(PRODUCT) if room_of(name_of(p))], ids=name_of)
def test_rooms_import_only_earlier_rooms(path: Path):
    own = room_of(name_of(path))
    entered = {room for name in imports(path) if (room := room_of(name))} - {own}
    if own in COMMON:
        assert entered <= COMMON
        assert own == "storage" or "storage" not in entered
    else:
        assert own in ORDER, f"the room {own} has no place in the flow"
        assert {room for room in entered - COMMON if ORDER[room] >= ORDER[own]} == set()


@pytest.mark.parametrize("path", [ROOT / "__init__.py", *modules(PRODUCT), *modules(ALGORITHMS)], ids=name_of)
def test_own_modules_are_imported_relatively(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    absolute = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom) and not node.level
            else []
        )
    }
    assert absolute.isdisjoint({"citycheck", "citycheck_qgis", "processing_algorithms"})


def loaded_with_the_plugin() -> list[Path]:
    """Return every own module that runs when QGIS loads the plugin and lists its algorithms."""
    waiting = [ROOT / "__init__.py", PRODUCT / "gui" / "plugin.py", ALGORITHMS / "provider.py"]
    seen: dict[Path, None] = {}
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen[path] = None
        for name in imports(path, only_on_load=True):
            parts = name.split(".")
            # Importing a.b.c runs the packages a and a.b as well.
            waiting += [f for i in range(1, len(parts) + 1) if (f := file_of(".".join(parts[:i])))]
    return sorted(seen)


@pytest.mark.parametrize("path", loaded_with_the_plugin(), ids=lambda path: name_of(path) or "root")
def test_loading_the_plugin_imports_no_third_party_package(path: Path):
    allowed = {*sys.stdlib_module_names, "qgis", "processing"}
    foreign = {
        name for name in imports(path, only_on_load=True)
        if name.split(".")[0] not in allowed and not is_own_module(name)
    }  # fmt: skip
    assert foreign == set()


def test_loading_the_plugin_enters_no_room_but_gui():
    entered = {room for path in loaded_with_the_plugin() if (room := room_of(name_of(path)))}
    assert entered <= {"gui", "errors", "messages", "storage", "maps"}
    inside = {name_of(p) for p in loaded_with_the_plugin() if room_of(name_of(p)) in ("storage", "maps")}
    assert inside <= {"citycheck_qgis.storage", "citycheck_qgis.storage.tables", "citycheck_qgis.maps"}


def test_every_algorithm_is_listed_on_load():
    listed = {name_of(path) for path in loaded_with_the_plugin()}
    groups = [folder for folder in ALGORITHMS.iterdir() if (folder / "__init__.py").is_file()]
    algorithms = {
        name_of(path)
        for folder in groups
        for path in modules(folder)
        if "(CityCheckAlgorithm)" in path.read_text() or "(CheckupAlgorithm)" in path.read_text()
    }
    assert len(algorithms) >= 8
    assert algorithms <= listed


@pytest.mark.parametrize(
    "module", ["citymodels.read", "layers", "database", "matching", "coverage", "workers"]
)
def test_only_readers_of_ifc_need_ifcopenshell(module):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import conftest, importlib; sys.modules['ifcopenshell'] = None; "
        "importlib.import_module('citycheck.citycheck_qgis.footprints.' + sys.argv[2])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT), module], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
