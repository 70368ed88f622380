"""What replaying the older formats takes, beside PyMongo's own runner: ``python benchmarks/older_formats.py``.

``--sdist FOLDER`` names PyMongo's unpacked source distribution, whose runner is timed for the same 32 CMAP files in
the same run; without it, it is downloaded through pip. Every figure is printed with its bound; the exit status is 1
when one is missed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any

import pymongo

from mongotape import corpus
from mongotape.runner.older import PoolContext, TopologyContext, expected_failure
from mongotape.servers import addresses, choose, start
from mongotape.spec import read

APIS = ("sync", "async")
missed: list[str] = []


def show(what: str, value: float, bound: float | None, unit: str = "s") -> None:
    """Print one figure with its bound."""
    verdict = "" if bound is None else f"  (at most {bound:g} {unit})"
    print(f"{what:<72} {value:8.3f} {unit}{verdict}", flush=True)
    if bound is not None and value > bound:
        missed.append(what)


def files(*folders: str) -> list[Any]:
    """The official files below these folders, read."""
    official = corpus.fetch("4.20.0")
    return [
        read(path)
        for folder in folders
        for path in sorted((official / folder).rglob("*.json"))
        if "unified" not in path.parts
    ]


def replay(context: Any, found: list[Any]) -> tuple[float, Counter[str]]:
    """Seconds for these files, and what came of them."""
    counted: Counter[str] = Counter()
    began = time.perf_counter()
    for file in found:
        status = context.run(file).status
        counted["known" if status == "failed" and expected_failure(file, context.api) else status] += 1
    return time.perf_counter() - began, counted


def topologies() -> None:
    """186 files without a server."""
    began = time.perf_counter()
    found = files("discovery_and_monitoring", "sdam_monitoring")
    show(f"reading and checking {len(found)} SDAM files", time.perf_counter() - began, None)
    for api in APIS:
        with TopologyContext(api=api) as context:
            seconds, counted = min(replay(context, found) for _ in range(3))
        show(f"SDAM, {api}: {dict(counted)}", seconds, 3)


def pools(uri: str, sdist: Path) -> None:
    """32 files on the embedded server, by us and by PyMongo's own runner."""
    found = files("connection_monitoring")
    for api in APIS:
        with PoolContext(uri, api=api) as context:
            seconds, counted = replay(context, found)
        theirs, cases = pymongos_own(uri, sdist, api)
        show(f"CMAP, {api}: {dict(counted)}", seconds, None)
        show(f"CMAP, {api}: PyMongo's own runner, {cases} files", theirs, None)
        show(f"CMAP, {api}: over PyMongo's own runner", seconds / theirs, 0.8, "x")


def pymongos_own(uri: str, sdist: Path, api: str) -> tuple[float, int]:
    """Seconds that PyMongo's runner takes for the same files, and how many they are; fixtures left out."""
    host, _, port = addresses(uri).rpartition(":")
    module = (
        "test/test_connection_monitoring.py"
        if api == "sync"
        else "test/asynchronous/test_connection_monitoring.py"
    )
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "junit.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:mongotape", module]
        command += [
            "-k",
            "test_connection_monitoring_",
            f"--junitxml={report}",
            "-o",
            "junit_duration_report=call",
        ]
        done = subprocess.run(
            command,
            cwd=sdist,
            env=os.environ | {"DB_IP": host, "DB_PORT": port},
            capture_output=True,
            text=True,
            check=False,
        )
        if not report.exists():
            sys.exit(f"PyMongo's own runner did not start:\n{done.stdout}\n{done.stderr}")
        cases = [
            float(case.get("time", 0))
            for case in ET.parse(report).iter("testcase")
            if "test_connection_monitoring_" in str(case.get("name")) and not list(case)
        ]
    if len(cases) != 32:
        print(done.stdout[-2000:])
        missed.append(f"PyMongo's own runner passes {len(cases)} of 32 files ({api})")
    return sum(cases), len(cases)


def download(folder: str) -> Path:
    """PyMongo's source distribution, unpacked."""
    name = f"pymongo=={pymongo.version}"
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--no-binary",
        ":all:",
        "-d",
        folder,
        name,
    ]
    subprocess.run(command, check=True)
    (archive,) = Path(folder).glob("pymongo-*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return Path(folder) / archive.name.removesuffix(".tar.gz")


def main() -> int:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sdist", type=Path, help="PyMongo's unpacked source distribution")
    given = parser.parse_args()
    topologies()
    server = start(choose(None, "embedded", {}))
    try:
        with tempfile.TemporaryDirectory() as folder:
            pools(server.uri, given.sdist or download(folder))
    finally:
        server.stop()
    for what in missed:
        print(f"MISSED: {what}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
