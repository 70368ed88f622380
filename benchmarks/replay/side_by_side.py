"""What replaying takes, beside PyMongo's own runner: ``python benchmarks/replay/side_by_side.py``.

The same 686 tests (crud, command monitoring, retryable reads and sessions) on one embedded server, one process
each, one after the other: wall time from the process's start to its end. ``--sdist FOLDER`` names PyMongo's
unpacked source distribution, whose runner is timed; without it, it is downloaded through pip. Every figure is
printed with its bound; the exit status is 1 when one is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from pathlib import Path

import pymongo

from mongotape import corpus
from mongotape.servers import addresses, choose, start

FOLDERS = ("crud/unified", "command_monitoring", "retryable_reads", "sessions")
MODULES = ("crud_unified", "command_monitoring", "retryable_reads_unified", "sessions_unified")
LEAST = 8.0  #: how many times less than PyMongo's own runner


def ours(uri: str, api: str, folder: Path) -> tuple[float, Counter[str], float]:
    """Seconds of ``mongotape replay``, what came of the tests, and the seconds of the tests alone."""
    official = corpus.fetch(pymongo.version)
    report = folder / f"{api}.json"
    command = [sys.executable, "-m", "mongotape.cli", "replay", "--uri", uri, "--api", api]
    command += ["--report", str(report), *(str(official / name) for name in FOLDERS)]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if not report.exists():
        sys.exit(f"mongotape replay did not run:\n{done.stdout}\n{done.stderr}")
    results = json.loads(report.read_text())["results"]
    counted = Counter(result["status"] for result in results)
    return seconds, counted, sum(result.get("seconds", 0) for result in results)


def theirs(uri: str, sdist: Path, api: str) -> tuple[float, str]:
    """Seconds of PyMongo's own runner, and pytest's last line."""
    host, _, port = addresses(uri).rpartition(":")
    below = "test" if api == "sync" else "test/asynchronous"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:mongotape", "-p", "no:cacheprovider"]
    command += ["-k", "Unified or CommandMonitoring or Sessions"]
    command += [f"{below}/test_{name}.py" for name in MODULES]
    if api == "async":
        command += ["-m", "default_async or default"]
    began = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=sdist,
        env=os.environ | {"DB_IP": host, "DB_PORT": port},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr
    if not re.search(r"\d+ passed", last):
        sys.exit(f"PyMongo's own runner did not run:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return seconds, last


def download(folder: Path) -> Path:
    """PyMongo's source distribution, unpacked."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*command, "-d", str(folder), f"pymongo=={pymongo.version}"], check=True)
    (archive,) = folder.glob("pymongo-*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def main() -> int:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sdist", type=Path, help="PyMongo's unpacked source distribution")
    parser.add_argument("--api", choices=("sync", "async"), default="sync")
    given = parser.parse_args()
    corpus.fetch(pymongo.version)
    server = start(choose(None, "embedded", {}))
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            sdist = given.sdist or download(folder)
            seconds, counted, tests = min(ours(server.uri, given.api, folder) for _ in range(2))
            print(
                f"mongotape replay, {given.api}: {seconds:6.1f} s, {tests:.1f} s of it in tests  {dict(counted)}"
            )
            slow, line = theirs(server.uri, sdist, given.api)
            print(f"PyMongo's own, {given.api}:    {slow:6.1f} s  {line}")
    finally:
        server.stop()
    ratio = slow / seconds
    print(f"times less wall time: {ratio:.1f}  (at least {LEAST:g})")
    return 0 if ratio >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
