"""Options and ini keys of the replay of specification files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mongotape.replay import Settings

MARKERS = (
    "mongo_sync: a test of a specification file on PyMongo's synchronous API",
    "mongo_async: a test of a specification file on PyMongo's asynchronous API",
)
"""Those of the specifications (``mongo_crud``) are declared when their files are collected."""


def add_spec_options(parser: pytest.Parser) -> None:
    """Add what is said about specification files."""
    group = parser.getgroup("mongotape specs", "mongotape: replaying MongoDB driver specification tests")
    group.addoption(
        "--tape-specs",
        action="append",
        default=[],
        metavar="FOLDER",
        help="a folder whose YAML and JSON files are specification files; may be given several times",
    )
    group.addoption("--tape-api", metavar="{sync,async,both}", help="the APIs to replay on (default: sync)")
    group.addoption(
        "--tape-timeout",
        type=float,
        metavar="SECONDS",
        help="how long a replayed test may take (default: 30)",
    )
    group.addoption(
        "--tape-keep",
        action="store_true",
        default=False,
        help="leave the data of replayed tests on the server, for a look",
    )
    group.addoption(
        "--tape-runs",
        type=int,
        default=1,
        metavar="N",
        help="run each replayed test N times, all of which must pass; finds the flaky ones",
    )
    group.addoption(
        "--tape-flaky",
        action="store_true",
        default=False,
        help="run tests that the expectations list as flaky again after a failure",
    )
    group.addoption(
        "--tape-expectations",
        metavar="FILE",
        help="the known failures of your server (else tape_expectations)",
    )
    group.addoption(
        "--tape-report",
        action="append",
        default=[],
        metavar="FILE",
        help="write the conformance table to FILE (.html, .json or .md); may be given several times",
    )
    group.addoption(
        "--tape-multiple-mongoses-uri",
        metavar="URI",
        help="a load balancer in front of several mongos, for the tests that want them",
    )
    parser.addini(
        "tape_specs", "folders of specification files, relative to this file", type="paths", default=[]
    )
    parser.addini("tape_api", "the APIs to replay on: sync, async or both", default="sync")
    parser.addini("tape_expectations", "the known failures of your server, relative to this file", default="")


def spec_folders(config: pytest.Config) -> tuple[Path, ...]:
    """The folders whose files are specification files.

    Raises:
        pytest.UsageError: there is no such folder, so nothing would be replayed in silence.
    """
    given = [config.invocation_params.dir / each for each in config.getoption("tape_specs")]
    folders = tuple(Path(each).resolve() for each in (*config.getini("tape_specs"), *given))
    for each in folders:
        if not each.is_dir():
            raise pytest.UsageError(f"tape_specs: there is no folder {each}")
    return folders


def expectations_file(config: pytest.Config) -> Path | None:
    """The file of known failures, if there is one."""
    if given := config.getoption("tape_expectations"):
        return config.invocation_params.dir / str(given)
    if said := config.getini("tape_expectations"):
        return (config.inipath.parent if config.inipath else config.rootpath) / str(said)
    return None


def report_files(config: pytest.Config) -> list[Path]:
    """Where to write the report.

    Raises:
        pytest.UsageError: it can't be written there.
    """
    if not config.getoption("tape_report"):
        return []
    from mongotape.errors import UsageError
    from mongotape.reports import checked_path

    try:
        return [checked_path(config.invocation_params.dir / each) for each in config.getoption("tape_report")]
    except UsageError as error:
        raise pytest.UsageError(f"--tape-report: {error}") from None


def replay_settings(config: pytest.Config) -> Settings:
    """How specification files are to be replayed.

    Raises:
        pytest.UsageError: a setting can't be used.
    """
    from mongotape.errors import MongotapeError
    from mongotape.replay import DEFAULT_TIMEOUT, Expectations, Settings, apis_of, read_expectations

    file = expectations_file(config)
    timeout = config.getoption("tape_timeout")
    try:
        return Settings(
            apis=apis_of(config.getoption("tape_api") or config.getini("tape_api")),
            timeout=DEFAULT_TIMEOUT if timeout is None else timeout,
            keep=config.getoption("tape_keep"),
            runs=config.getoption("tape_runs"),
            try_flaky=config.getoption("tape_flaky"),
            multiple_mongoses_uri=config.getoption("tape_multiple_mongoses_uri"),
            expectations=Expectations() if file is None else read_expectations(file),
        )
    except MongotapeError as error:
        raise pytest.UsageError(str(error)) from None
