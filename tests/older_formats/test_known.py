"""The list of known failures: what it says of a version, and that the page of the documentation says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pymongo
import pytest

from mongotape.documents import parse_document
from mongotape.runner.older import KNOWN, expected_failure
from mongotape.spec import SdamFile, read

PAGE = Path(__file__).parents[2] / "docs" / "older-formats.md"


def file(name: str) -> SdamFile:
    text = "{description: d, uri: 'mongodb://a', phases: [{outcome: {events: []}}]}"
    made = read(parse_document(text, name=name))
    assert isinstance(made, SdamFile)
    return made


@pytest.mark.parametrize(
    ("version", "name", "api", "known"),
    [
        ((4, 20, 0), "x/load-balanced/discover_load_balancer.json", "sync", True),
        ((4, 20, 0), "discover_load_balancer.json", "sync", False),
        ((4, 11, 3), "rs/new_primary.json", "async", True),
        ((4, 12, 0), "rs/new_primary.json", "async", False),
        ((4, 10, 1), "connection_monitoring/pool-checkout-maxConnecting-timeout.json", "async", True),
        ((4, 10, 1), "connection_monitoring/pool-checkout-maxConnecting-timeout.json", "sync", False),
        ((4, 20, 0), "rs\\hosts_differ_from_seeds.yml", "sync", False),
    ],
)
def test_known_by_version_file_and_api(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], name: str, api: str, known: bool
) -> None:
    """A file is recognised by its name and its folder's."""
    monkeypatch.setattr(pymongo, "version_tuple", version)
    assert (expected_failure(file(name), api) is not None) is known


def test_the_page_lists_what_is_known() -> None:
    """Every entry with its APIs and the version from which it passes."""
    rows = re.findall(
        r"^\| `(\S+/\S+)` \| (sync|async|both) \| (none yet|[\d.]+) \|", PAGE.read_text(), re.MULTILINE
    )
    listed = {name: (apis, version) for name, apis, version in rows}
    assert listed == {
        name: (
            known.apis[0] if len(known.apis) == 1 else "both",
            "none yet" if known.before is None else "{}.{}".format(*known.before),
        )
        for name, known in KNOWN.items()
    }
