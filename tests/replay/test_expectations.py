"""The file of known failures, and how servers and files are named in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mongotape.errors import SpecError
from mongotape.replay import Expectations, ServerIdentity, Source, identify, read_expectations
from tests.replay.files import FAILS, PASSES, spec_file

SECANTUS = ServerIdentity("SecantusDB", "0.7.0b3", "8.2.11", "replicaset")


def never() -> ServerIdentity:
    raise AssertionError("the server was asked")


@pytest.fixture
def entries(tmp_path: Path):
    """Reads a text of expectations."""

    def read(text: str) -> Expectations:
        (tmp_path / "known.yml").write_text(text)
        return read_expectations(tmp_path / "known.yml")

    return read


@pytest.fixture
def cases(tmp_path: Path):
    """The cases of two specifications on both APIs, by file and id."""
    found = {}
    for name in ("crud/unified/find.json", "sessions/find.yml"):
        path = tmp_path / "specs" / name
        path.parent.mkdir(parents=True)
        path.write_text(spec_file(PASSES, FAILS))
        path = path.with_suffix(".yml").absolute() if path.suffix == ".json" else path
        path.write_text(spec_file(PASSES, FAILS))
        for case in Source(path, tmp_path / "specs").cases(("sync", "async")):
            found[case.source.file, case.id] = case
    return found


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("crud/*", ["crud/unified/find.yml"]),
        ("crud/unified/find", ["crud/unified/find.yml"]),
        ("unified/find.yml", ["crud/unified/find.yml"]),
        ("find.yml", ["crud/unified/find.yml", "sessions/find.yml"]),
        ("*", ["crud/unified/find.yml", "sessions/find.yml"]),
        ("ind.yml", []),
        ("crud", []),
        ("crud/unified/find.json", []),
    ],
)
def test_files(entries, cases, pattern: str, files: list[str]) -> None:
    """From any folder on, with or without suffix; a star goes over folders."""
    known = entries(f'- {{file: "{pattern}", test: finds two, api: sync, expect: skip, reason: r}}')
    assert [file for (file, _), case in cases.items() if known.of(case, never)] == files


@pytest.mark.parametrize(
    ("said", "applies"),
    [
        ("server: SecantusDB", True),
        ("server: secantusdb", True),
        ("server: MongoDB", False),
        ('server: SecantusDB, versions: "<0.6"', False),
        ('server: SecantusDB, versions: ">=0.7"', False),
        ('server: SecantusDB, versions: "<0.7.0"', True),
        ('server: SecantusDB, versions: ">=0.7.0b3, <0.8"', True),
        ('server: SecantusDB, versions: "==0.6.*"', False),
        ('pymongo: "<4"', False),
        ('pymongo: ">=4"', True),
    ],
)
def test_servers_and_drivers(entries, cases, said: str, applies: bool) -> None:
    """By name, without regard to case, and range of versions; a preview is older than what it precedes."""
    known = entries(f'- {{{said}, file: "*", expect: skip, reason: r}}')
    assert all(bool(known.of(case, lambda: SECANTUS)) == applies for case in cases.values())


def test_the_first_entry_decides(entries, cases) -> None:
    """And the server is asked only where an entry names one."""
    known = entries(
        "- {file: crud/*, test: finds two, expect: xfail, reason: first}\n"
        "- {file: crud/*, expect: skip, reason: second}\n"
    )
    case = cases["crud/unified/find.yml", "finds two[sync]"]
    assert known.of(case, never).reason == "first"
    assert known.of(cases["crud/unified/find.yml", "finds another[sync]"], never).reason == "second"
    assert known.of(cases["sessions/find.yml", "finds two[sync]"], never) is None


def test_brackets_are_no_pattern_where_the_text_is_the_name(entries, tmp_path: Path) -> None:
    """Descriptions hold brackets; one that is written as it stands is found."""
    path = tmp_path / "find.yml"
    path.write_text(spec_file(PASSES.replace("finds two", '"finds $[<identifier>]"')))
    (case,) = Source(path).cases(("sync",))
    known = entries('- {file: find.yml, test: "finds $[<identifier>]", expect: skip, reason: r}')
    assert known.of(case, never)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1", "known.yml:1:1: a file of expectations is a list of entries"),
        ("- 1", "known.yml:1:3: [0]: an entry is a mapping"),
        ("- {file: x, expect: skip}", '[0]: an entry needs the key "reason"'),
        ('- {file: x, expect: skip, reason: "  "}', "[0].reason: reason is a text"),
        (
            "- {file: x, expect: fail, reason: r}",
            '[0].expect: "fail" is not known; known: skip, xfail, flaky',
        ),
        ("- {file: x, expect: flaky, reason: r}", "[0]: a flaky test needs tries"),
        ("- {file: x, expect: flaky, tries: 1, reason: r}", "[0].tries: tries is a number of at least 2"),
        ("- {file: x, expect: flaky, tries: true, reason: r}", "[0].tries: tries is a number of at least 2"),
        ("- {file: x, expect: skip, tries: 2, reason: r}", "[0].tries: tries is for flaky tests"),
        (
            "- {file: x, expect: skip, versions: '>1', reason: r}",
            "[0].versions: versions are those of a server",
        ),
        (
            "- {file: x, expect: skip, server: s, versions: 1.0, reason: r}",
            "[0].versions: versions is a text",
        ),
        ("- {file: x, expect: skip, server: s, versions: new, reason: r}", '"new" is no range of versions'),
        ("- {file: x, expect: skip, api: both, reason: r}", '[0].api: "both" is no API'),
        ("- {file: x, expect: skip, reasons: r, reason: r}", '[0].reasons: an entry has no key "reasons"'),
        ("- [", "known.yml:1:4: not YAML"),
    ],
)
def test_what_cannot_be_read(entries, text: str, sentence: str) -> None:
    """One located sentence a fault."""
    with pytest.raises(SpecError) as caught:
        entries(text)
    assert sentence in str(caught.value)
    assert caught.value.complaints


@pytest.mark.parametrize(
    ("build_info", "title"),
    [
        ({"version": "8.0.4"}, "MongoDB 8.0.4, replicaset"),
        (
            {"version": "8.2.11", "secantusVersion": "0.7.0b3"},
            "SecantusDB 0.7.0b3 (MongoDB 8.2.11, replicaset)",
        ),
        (
            {"version": "7.0.77", "ferretdb": {"version": "v2.1.0"}},
            "FerretDB 2.1.0 (MongoDB 7.0.77, replicaset)",
        ),
        (
            {"version": "8.0.0", "storageEngines": ["mongomock 4.3.0"]},
            "mongomock 4.3.0 (MongoDB 8.0.0, replicaset)",
        ),
        ({"version": "8.0.0", "storageEngines": ["wiredTiger"]}, "MongoDB 8.0.0, replicaset"),
    ],
)
def test_a_server_by_its_own_name(build_info: dict, title: str) -> None:
    """As its ``buildInfo`` tells it."""
    assert str(identify(build_info, "replicaset")) == title
