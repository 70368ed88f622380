"""The official tests against the embedded server: what fails is exactly what is listed, with its reason."""

from __future__ import annotations

import os
from pathlib import Path

import pymongo
import pytest

from mongotape.errors import SpecError
from mongotape.runner import RunnerContext
from mongotape.spec import UnifiedFile, read

from .known import KNOWN

QUICK = (
    "auth",
    "causal_consistency",
    "change_streams",
    "client-side-encryption/spec/unified",
    "collection_management",
    "command_logging",
    "command_monitoring",
    "connection_logging",
    "crud/unified",
    "gridfs",
    "handshake",
    "index_management",
    "load_balancer",
    "read_write_concern",
    "retryable_reads",
    "retryable_writes",
    "run_command",
    "sessions",
    "transactions-convenient-api",
    "unified-test-format/valid-pass",
    "versioned-api",
)
#: These wait as their files prescribe, or for what a single member never does: together two minutes.
SLOW = (
    "client-backpressure",
    "csot",
    "data_lake",
    "discovery_and_monitoring/unified",
    "server_selection_logging",
    "transactions/unified",
)
#: Their files ask for a server that the embedded one is not, or for what is not installed everywhere.
NOTHING_RUNS = ("auth", "client-side-encryption/spec/unified", "connection_logging", "load_balancer")
WHOLE = "MONGOTAPE_WHOLE_CORPUS"


def unified_files(folder: Path) -> list[UnifiedFile]:
    files = []
    for path in sorted(folder.rglob("*.json")):
        try:
            file = read(path)
        except SpecError:
            continue  # a file of another format; tests/spec holds that the unified ones are read
        if isinstance(file, UnifiedFile):
            files.append(file)
    return files


def compare(context: RunnerContext, official: Path, folder: str) -> None:
    """Run a folder's tests; complain of each that comes out otherwise than listed."""
    wrong, ran = [], 0
    for file in unified_files(official / folder):
        name = Path(file.document.name).relative_to(official).as_posix()
        for test in file.tests:
            outcome = context.run(file, test)
            ran += outcome.status != "skipped"
            reason = KNOWN.get((name, test.description))
            if outcome.status == "skipped":
                assert outcome.sentence
            elif outcome.passed and reason is not None:
                wrong.append(f"{name}: {test.description}: passes now; take it off the list ({reason})")
            elif not outcome.passed and (reason is None or outcome.status == "broken"):
                wrong.append(outcome.text)
    assert not wrong, "\n\n".join(wrong)
    assert ran or folder in NOTHING_RUNS


ONLY_THIS = pytest.mark.skipif(
    not pymongo.version.startswith("4.20"), reason=f"the list is for PyMongo 4.20; this is {pymongo.version}"
)


@ONLY_THIS
@pytest.mark.parametrize("folder", QUICK)
def test_what_fails_is_what_is_listed(embedded: RunnerContext, official: Path, folder: str) -> None:
    """Every official test passes, is skipped with a sentence, or is listed with a reason; the list is strict."""
    compare(embedded, official, folder)


@ONLY_THIS
@pytest.mark.skipif(WHOLE not in os.environ, reason=f"takes minutes; set {WHOLE}=1")
@pytest.mark.parametrize("folder", SLOW)
def test_what_fails_slowly_is_what_is_listed(embedded: RunnerContext, official: Path, folder: str) -> None:
    """The same for the folders whose tests wait."""
    compare(embedded, official, folder)


def test_the_list_names_tests_that_exist(official: Path) -> None:
    """No entry is left of a test that is gone or was renamed."""
    for name, description in KNOWN:
        file = read(official / name)
        assert isinstance(file, UnifiedFile)
        assert description in {test.description for test in file.tests}, (name, description)


VALID_FAIL = {
    "entity-client-apiVersion-unsupported": "Unknown ServerApi version",
    "kmsProviders-": 'the entity "clientEncryption0" could not be made: ValueError',
    "ignoreResultAndError": "DuplicateKeyError",
    "operation-failure": "failed: OperationFailure",
    "operator-matchAsDocument": "the result of find on collection0 differs",
    "operator-matchAsRoot": "the result of find on collection0 differs",
}


def test_files_that_are_valid_and_must_fail_do(context: RunnerContext, official: Path) -> None:
    """For the reason in the file's name; what the reader refuses already, it refuses with a place."""
    refused, failed = [], set()
    for path in sorted((official / "unified-test-format" / "valid-fail").glob("*.json")):
        try:
            file = read(path)
        except SpecError as error:
            refused.append(str(error))
            continue
        assert isinstance(file, UnifiedFile)
        for test in file.tests:
            outcome = context.run(file, test)
            if outcome.status == "skipped" and path.stem.startswith("kmsProviders-"):
                continue  # pymongocrypt is not installed
            assert outcome.status == "failed", (path.stem, test.description, outcome)
            assert (
                next(words for stem, words in VALID_FAIL.items() if path.stem.startswith(stem))
                in outcome.sentence
            )
            failed.add(path.stem)
    assert {stem for stem in VALID_FAIL if not stem.endswith("-")} <= failed
    assert len(refused) >= 8
    assert all(".json:" in sentence for sentence in refused)
