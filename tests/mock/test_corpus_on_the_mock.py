"""The official CRUD and command monitoring tests on the served mock: how many pass may only grow."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import pymongo
import pytest

from mongotape import corpus

VERSION = "4.20.0"
#: What passed when this was last looked at, of 437 and 35 tests, for each API.
PASSED = {"crud": 262, "command-monitoring": 31}
TOTAL = {"crud": 437, "command-monitoring": 35}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Every test's result, as ``mongotape replay`` reports them."""
    if pymongo.version_tuple[:2] != (4, 20):
        pytest.skip(f"the numbers are those of PyMongo {VERSION}, not of {pymongo.version}")
    folder = corpus.locate(VERSION)
    if folder is None or not folder.exists():
        pytest.skip(f"the official tests are not here; run: mongotape corpus fetch --pymongo {VERSION}")
    report = tmp_path_factory.mktemp("replay") / "report.json"
    command = [
        sys.executable,
        "-m",
        "mongotape.cli",
        "replay",
        folder / "crud",
        folder / "command_monitoring",
    ]
    done = subprocess.run(
        [*command, "--server", "mock", "--api", "both", "--report", report],
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.exists(), done.stdout + done.stderr
    return json.loads(report.read_text(encoding="utf-8"))["results"]


@pytest.mark.parametrize("api", ["sync", "async"])
@pytest.mark.parametrize("specification", ["crud", "command-monitoring"])
def test_at_least_as_many_pass_as_before(results, specification, api):
    mine = [each for each in results if each["specification"] == specification and each["api"] == api]
    assert len(mine) == TOTAL[specification]
    assert Counter(each["status"] for each in mine)["passed"] >= PASSED[specification]


def test_what_does_not_pass_names_what_mongomock_lacks(results):
    silent = [
        f"{each['file']}:{each['line']} {each['status']}: {each['sentence']}"
        for each in results
        if each["status"] != "passed" and not each["sentence"] and not each["reason"]
    ]
    silent += [
        f"{each['file']}:{each['line']} {each['sentence']}"
        for each in results
        if each["status"] == "failed"
        and not each["known"]  # PyMongo's own failures, on any server
        and "mongomock" not in each["sentence"] + each["text"]
    ]
    assert silent == []
