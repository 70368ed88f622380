"""Options, ini keys and markers, and what they start at the session's two ends."""

from __future__ import annotations

import os

import pytest

from mongotape.pytest_plugin._session import SESSION, TapeSession
from mongotape.pytest_plugin._spec_options import add_spec_options
from mongotape.pytest_plugin._specs import SpecReplay


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, which start with ``--tape-``, and the ini keys, which start with ``tape_``."""
    group = parser.getgroup("mongotape", "mongotape: recording what a MongoDB driver does")
    group.addoption(
        "--tape-uri",
        metavar="URI",
        help="the MongoDB deployment to test against (else --tape-server, MONGODB_URI, the embedded server)",
    )
    group.addoption(
        "--tape-server",
        metavar="{embedded,mock}",
        help="the server to start: embedded (SecantusDB, the extra 'server') or mock (mongomock)",
    )
    group.addoption(
        "--tape-capture",
        action="store_true",
        default=False,
        help="record clients that the application makes itself, too",
    )
    group.addoption(
        "--tape-show",
        action="store_true",
        default=False,
        help="print what event_recorder recorded in every test, not only in those that fail",
    )
    parser.addini(
        "tape_capture",
        "record clients that the application makes itself, those made when conftest.py is imported included",
        type="bool",
        default=False,
    )
    add_spec_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start the capture before any conftest.py is imported, so that clients made there are seen."""
    if _captures(early_config):
        from mongotape.recording import process_capture

        process_capture.install()


def _captures(config: pytest.Config) -> bool:
    return bool(
        config.getini("tape_capture")
        or config.known_args_namespace.__dict__.get("tape_capture")
        or getattr(config.option, "tape_capture", False)
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers and read the choice of a server; a choice that can't be read ends the session."""
    config.addinivalue_line(
        "markers", "mongo_capture: record the clients that this test makes itself, without passing a listener"
    )
    from mongotape.errors import UsageError
    from mongotape.servers._choice import choose

    try:
        choice = choose(config.getoption("tape_uri"), config.getoption("tape_server"), os.environ)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[SESSION] = TapeSession(choice, captures=_captures(config))
    config.pluginmanager.register(SpecReplay(config), "mongotape specs")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the session started."""
    session = config.stash.get(SESSION, None)
    if session is not None:
        session.stop()


def pytest_report_header(config: pytest.Config) -> str:
    """Say which server stands behind the fixtures, without credentials."""
    session = config.stash[SESSION]
    capture = ", capture on" if session.captures else ""
    return f"mongotape: server {session.choice}{capture}"
