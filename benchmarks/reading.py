"""What reading specification files costs: ``python benchmarks/reading.py [--folder FOLDER]``.

The files are the official ones (fetched into the user's cache) and the same written out as YAML, or those of a
folder, such as a clone of the specifications repository. Every figure is printed with its bound; the exit status is
1 when one is missed.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import yaml

from mongotape import corpus
from mongotape.documents import Document, read_document
from mongotape.spec import UnifiedFile, read, recognise

missed: list[str] = []


def show(what: str, value: float, bound: float, unit: str = "s") -> None:
    """Print one figure with its bound."""
    print(f"{what:<64} {value:8.2f} {unit}  (at most {bound:g} {unit})")
    if value > bound:
        missed.append(what)


def readable(folder: Path, suffix: str) -> list[Path]:
    """The files of a suffix that are read without a complaint: none that is meant to be refused."""
    return [
        path
        for path in sorted(folder.rglob(f"*{suffix}"))
        if not {"invalid", "valid-fail"} & set(path.parts) and recognise(read_document(path))
    ]


def written_as_yaml(files: list[Path], folder: Path) -> list[Path]:
    """The same files as YAML."""
    made = []
    for number, path in enumerate(files):
        made.append(folder / f"{number}-{path.stem}.yml")
        value = json.loads(path.read_text())
        made[-1].write_text(yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=False, width=1000))
    return made


def measure(what: str, files: list[Path], bound: float) -> None:
    """Read files; read and check them into the model; look up the line of every test."""
    began = time.perf_counter()
    documents: list[Document] = [read_document(path) for path in files]
    read_at = time.perf_counter()
    specs = [read(document) for document in documents]
    checked_at = time.perf_counter()
    tests = sum(test.line > 0 for spec in specs if isinstance(spec, UnifiedFile) for test in spec.tests)
    located_at = time.perf_counter()
    thousand = 1000 / len(files)
    print(
        f"{what}: {len(files)} files, {sum(map(len, (d.text for d in documents))) / 1e6:.1f} MB, {tests} tests"
    )
    show("  a thousand files read", (read_at - began) * thousand, bound)
    show("  a thousand files checked and made into the model", (checked_at - read_at) * thousand, 3)
    show("  the lines of all tests of a thousand files", (located_at - checked_at) * thousand, 4)


def main() -> int:
    """Run everything; 1 if a bound was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder with both YAML and JSON files")
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as scratch:
        json_files = readable(folder or corpus.fetch("4.20.0"), ".json")
        yaml_files = readable(folder, ".yml") if folder else written_as_yaml(json_files, Path(scratch))
        measure("JSON", json_files, 2)
        measure("YAML", yaml_files, 5)
    show(
        "the most memory that was held", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 200, "MB"
    )
    for each in missed:
        print(f"MISSED: {each.strip()}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
