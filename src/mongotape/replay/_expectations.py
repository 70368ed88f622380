"""The file of known failures of a project's server: skip, strict xfail or flaky, each with a reason.

::

    - server: SecantusDB            # the server's own name; without it any server
      versions: "<0.8"              # of that server; without it any version
      pymongo: ">=4.20"             # versions of the driver; without it any
      file: transactions/unified/*  # `*` also matches `/`; without suffix both .yml and .json are meant
      test: "* snapshot *"          # the description; without it every test of the file
      api: async                    # without it both
      expect: xfail                 # skip, xfail (strict: one that passes fails) or flaky
      tries: 3                      # for flaky: how often it may be run, with --tape-flaky
      reason: snapshot reads answer with error 72
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from mongotape.errors import SpecError, UsageError
from mongotape.replay._server import checked_range, is_within

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

    from mongotape.documents import Document, Place
    from mongotape.replay._cases import Case
    from mongotape.replay._server import ServerIdentity

Verdict: TypeAlias = Literal["skip", "xfail", "flaky"]

_KEYS = ("server", "versions", "pymongo", "file", "test", "api", "expect", "tries", "reason")
_VERDICTS = ("skip", "xfail", "flaky")


@dataclass(frozen=True, slots=True)
class Expectation:
    """One entry of the file."""

    place: Place
    file: str
    expect: Verdict
    reason: str
    test: str = "*"
    server: str | None = None
    versions: str | None = None
    pymongo: str | None = None
    api: str | None = None
    tries: int = 1  #: for flaky: how often it may be run

    def names(self, case: Case) -> bool:
        """Whether it speaks of this test, on whatever server."""
        return (
            self.api in (None, case.api)
            and self.names_file(case.source.file)
            and (fnmatchcase(case.name, self.test) or case.name == self.test)
        )

    def names_file(self, file: str) -> bool:
        """Whether it speaks of tests in this file: from any folder on, with or without suffix."""
        bare = PurePosixPath(file).with_suffix("").as_posix()
        pattern = self.file
        return any(
            fnmatchcase(each, pattern) or fnmatchcase(each, f"*/{pattern}") or each == pattern
            for each in (file, bare)
        )

    def speaks_of(self, server: Callable[[], ServerIdentity], driver: str) -> bool:
        """Whether it is meant for this driver and this server; the server is asked only if need be."""
        if self.pymongo is not None and not is_within(driver, self.pymongo):
            return False
        if self.server is None:
            return True
        found = server()
        if found.name.lower() != self.server.lower():
            return False
        return self.versions is None or is_within(found.version, self.versions)

    def __str__(self) -> str:
        """What it names, for a sentence."""
        what = f'"{self.test}" in {self.file}' if self.test != "*" else self.file
        return f"{what} [{self.api}]" if self.api else what


class Expectations:
    """The entries of a file, in its order; the first that speaks of a test decides.

    Args:
        entries: what was read.
        driver: the version of PyMongo that runs.
    """

    def __init__(self, entries: Iterable[Expectation] = (), driver: str = "") -> None:
        self._entries = tuple(entries)
        self._driver = driver

    def __bool__(self) -> bool:
        return bool(self._entries)

    def of(self, case: Case, server: Callable[[], ServerIdentity]) -> Expectation | None:
        """The entry that says what is known of a test on this server, or None."""
        for entry in self._entries:
            if entry.names(case) and entry.speaks_of(server, self._driver):
                return entry
        return None

    def unused(
        self, cases: Iterable[Case], server: Callable[[], ServerIdentity], *, whole: bool
    ) -> Iterator[str]:
        """A located sentence for every entry that is meant for this server and matches no test.

        Args:
            cases: every test that was found, those not selected included.
            server: gives the server.
            whole: the run is of everything; else entries for files that are not part of it are not judged.
        """
        found = list(cases)
        files = {case.source.file for case in found}
        apis = {case.api for case in found}
        for entry in self._entries:
            if entry.api is not None and entry.api not in apis:
                continue
            if any(entry.names(case) for case in found) or not entry.speaks_of(server, self._driver):
                continue
            if any(entry.names_file(file) for file in files):
                yield f"{entry.place}: no test matches {entry}; correct the entry or take it out"
            elif whole:
                yield f"{entry.place}: no file matches {entry}; correct the entry or take it out"


def read_expectations(path: str | os.PathLike[str]) -> Expectations:
    """Read a file of known failures.

    Raises:
        SpecError: it can't be read or an entry is wrong; the sentence starts with ``file:line:column`` and
            ``complaints`` holds all that was found.
    """
    from importlib.metadata import version

    from mongotape.documents import Complaint, read_document

    document = read_document(path)
    complaints: list[Complaint] = []
    if not isinstance(document.value, list):
        sentence = "a file of expectations is a list of entries, each with file, expect and reason"
        raise SpecError.of([Complaint(document.place(), sentence)])
    entries = []
    for at, value in enumerate(document.value):
        before = len(complaints)
        complaints += _faults(document, at, value)
        if len(complaints) == before:
            entries.append(Expectation(place=document.place(at), **value))
    if complaints:
        raise SpecError.of(complaints)
    return Expectations(entries, version("pymongo"))


def _faults(document: Document, at: int, value: Any) -> Iterator[Any]:
    from mongotape.documents import Complaint

    if not isinstance(value, dict):
        yield Complaint(document.place(at), "an entry is a mapping with file, expect and reason")
        return
    for key, item in value.items():
        if key not in _KEYS:
            yield Complaint(
                document.place(at, key), f'an entry has no key "{key}"', f"known: {', '.join(_KEYS)}"
            )
        elif key == "tries":
            if not isinstance(item, int) or isinstance(item, bool) or item < 2:
                yield Complaint(document.place(at, key), "tries is a number of at least 2")
        elif not isinstance(item, str) or not item.strip():
            yield Complaint(document.place(at, key), f"{key} is a text", "put it in quotes")
    for key in ("file", "expect", "reason"):
        if key not in value:
            yield Complaint(document.place(at), f'an entry needs the key "{key}"')
    yield from _contradictions(document, at, value)


def _contradictions(document: Document, at: int, value: dict[str, Any]) -> Iterator[Any]:
    from mongotape.documents import Complaint

    expect = value.get("expect")
    if isinstance(expect, str) and expect not in _VERDICTS:
        yield Complaint(
            document.place(at, "expect"), f'"{expect}" is not known', f"known: {', '.join(_VERDICTS)}"
        )
    if expect == "flaky" and "tries" not in value:
        yield Complaint(document.place(at), "a flaky test needs tries: how often it may be run")
    if expect in ("skip", "xfail") and "tries" in value:
        yield Complaint(document.place(at, "tries"), f"tries is for flaky tests; {expect} has none")
    if "versions" in value and "server" not in value:
        yield Complaint(document.place(at, "versions"), "versions are those of a server: name it with server")
    if isinstance(api := value.get("api"), str) and api not in ("sync", "async"):
        yield Complaint(document.place(at, "api"), f'"{api}" is no API', "known: sync, async")
    for key in ("versions", "pymongo"):
        if isinstance(range_ := value.get(key), str):
            try:
                checked_range(range_)
            except UsageError as error:
                yield Complaint(document.place(at, key), str(error))
