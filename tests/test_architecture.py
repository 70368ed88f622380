"""The rooms and their floors: imports flow one way, files stay short, PyMongo's private names stay in one room."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "mongotape"

#: Each room and its floor: a room imports rooms of lower floors only.
FLOORS = {
    "errors": 0,
    "_vocabulary": 0,
    "actors": 0,
    "frozen": 0,
    "events": 1,
    "driver": 1,
    "wire": 1,
    "documents": 1,
    "log": 2,
    "expect": 2,
    "deployment": 2,
    "mock": 2,
    "matching": 3,
    "servers": 3,
    "spec": 4,
    "rendering": 4,
    "event_files": 4,
    "recording": 5,
    "corpus": 5,
    "assertions": 6,
    "runner": 6,
    "reports": 6,
    "replay": 7,
    "pytest_plugin": 8,
    "cli": 9,
    "__init__": 9,
}
LONGEST_FILE = 400
FILES = sorted(SOURCE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).with_suffix("").parts[0]


def imports_of(path: Path) -> Iterator[str]:
    """Every module of mongotape's that a file imports, those for the type checker included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            if node.module == "mongotape":
                yield from (f"mongotape.{alias.name}" for alias in node.names)
            elif node.module.startswith("mongotape."):
                for alias in node.names:  # a file of a package, or a name that its front door offers
                    whole = f"{node.module}.{alias.name}"
                    yield whole if is_file(whole) else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("mongotape"))


def is_file(module: str) -> bool:
    """Whether this module of mongotape's is a file or a package."""
    path = SOURCE.parent / Path(*module.split("."))
    return path.with_suffix(".py").exists() or path.is_dir()


def rooms_imported(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports_of(path) if "." in name}


def test_every_room_has_a_floor() -> None:
    """A new file or folder stands in the table before anything imports it."""
    assert {room_of(path) for path in FILES} <= set(FLOORS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_flow_down(path: Path) -> None:
    """A room imports lower floors only, type-only imports counted."""
    room = room_of(path)
    upward = {each for each in rooms_imported(path) - {room} if FLOORS[each] >= FLOORS[room]}
    assert not upward, f"{room} (floor {FLOORS[room]}) imports {sorted(upward)}"


def test_no_import_cycle_between_files() -> None:
    """Inside a room too, no file imports itself through others."""
    modules = {
        ".".join(("mongotape", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(
            ".__init__"
        ): path
        for path in FILES
    }
    graph = {name: {each for each in imports_of(path) if each in modules} for name, path in modules.items()}
    done: set[str] = set()

    def walk(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above[above.index(name) :], name))
        if name not in done:
            for each in graph[name] - {name}:
                walk(each, (*above, name))
            done.add(name)

    for name in graph:
        walk(name, ())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_files_stay_short(path: Path) -> None:
    """A file over 400 lines is cut at a natural seam."""
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if room_of(path) != "driver"],
    ids=lambda path: str(path.relative_to(SOURCE)),
)
def test_private_names_of_pymongo_stay_in_one_room(path: Path) -> None:
    """Only driver/ imports a private module or name of PyMongo's."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "pymongo":
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            private = [name for name in names if name.startswith("_")]
            assert not private, f"line {node.lineno} imports {private}"


def fresh(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


HEAVY = ("pymongo", "bson", "yaml", "deepdiff", "secantus", "mongomock", "jinja2", "hypothesis")


@pytest.mark.parametrize("module", ["mongotape", "mongotape.pytest_plugin"])
def test_heavy_libraries_are_not_imported_at_the_door(module: str) -> None:
    """The plugin is loaded in every pytest run of an environment, so it must cost next to nothing."""
    loaded = fresh(
        f"import sys, {module}; print(*sorted(name.split('.')[0] for name in sys.modules))"
    ).split()
    assert not set(HEAVY) & set(loaded)


def test_the_front_door_opens_every_name() -> None:
    """Every name of the front door is there and is listed."""
    import mongotape

    for name in mongotape.__all__:
        assert getattr(mongotape, name) is not None
        assert name in dir(mongotape)
    assert not hasattr(mongotape, "no_such_name")
