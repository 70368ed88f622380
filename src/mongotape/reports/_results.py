"""What a replay found, as plain values: one `Result` a test, one `Report` a run."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Status: TypeAlias = Literal["passed", "failed", "unsupported", "skipped", "broken"]
"""``unsupported``: the server lacks what the test needs; ``broken``: nothing was learnt about the server."""

Known: TypeAlias = Literal["", "skip", "xfail", "flaky"]
"""What the file of expectations says of a test; empty where it says nothing."""

STATUSES: tuple[Status, ...] = ("passed", "failed", "unsupported", "skipped", "broken")


class Identity(NamedTuple):
    """What a test is called in every run, wherever its file lies and whether it is YAML or JSON."""

    specification: str
    file: str  #: its path below the folder that was replayed, without suffix
    description: str
    api: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one test on one API."""

    specification: str
    file: str  #: below the folder that was replayed, with ``/``: ``crud/unified/find.json``
    line: int
    description: str
    api: str  #: sync or async
    status: Status
    sentence: str = ""  #: why, in one line; empty for a test that passed
    text: str = ""  #: the same in full, for a test that failed or was broken
    seconds: float = 0.0  #: all tries together
    tries: int = 1  #: how often it was run
    failures: int = 0  #: how many of them failed
    known: Known = ""
    reason: str = ""  #: of what is known

    @property
    def identity(self) -> Identity:
        """What the test is called in every run."""
        file = PurePosixPath(self.file).with_suffix("").as_posix()
        return Identity(self.specification, file, self.description, self.api)

    @property
    def is_flaky(self) -> bool:
        """Whether some of its runs failed and others did not."""
        return 0 < self.failures < self.tries

    @property
    def is_surprise(self) -> bool:
        """Whether it passed although a strict expectation says that it fails."""
        return self.known == "xfail" and self.status == "passed"

    @property
    def is_known_failure(self) -> bool:
        """Whether it failed as the expectations say."""
        return self.known == "xfail" and self.status == "failed"

    @property
    def is_fault(self) -> bool:
        """Whether a run with this result in it must fail."""
        return (
            self.status == "broken" or self.is_surprise or (self.status == "failed" and self.known != "xfail")
        )

    @property
    def verdict(self) -> str:
        """The result in one line, for people."""
        if self.is_surprise:
            return f"passed, and is listed as failing ({self.reason}): take it off the list"
        if self.is_known_failure:
            return f"{self.sentence} (known: {self.reason})"
        return self.sentence

    def as_data(self) -> dict[str, Any]:
        """The result as plain data, for JSON and for another process."""
        return dataclasses.asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The result that `as_data` made; keys of later versions are passed over.

        Raises:
            TypeError: a key is missing.
        """
        names = {each.name for each in dataclasses.fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one run found, and what it ran against."""

    server: str  #: ``SecantusDB 0.7.0b3 (MongoDB 8.2.11, replicaset)``
    address: str = ""  #: how the server was chosen, without credentials
    pymongo: str = ""
    python: str = ""
    mongotape: str = ""
    started: str = ""  #: date and time with zone, ISO 8601
    seconds: float = 0.0
    complete: bool = True  #: False where the run was stopped before its end
    remarks: tuple[str, ...] = ()  #: what a reader must know: expectations that match nothing, a stop
    results: tuple[Result, ...] = field(default=(), repr=False)

    def by_specification(self) -> Iterator[tuple[str, list[Result]]]:
        """The results of each specification, in the order of their names."""
        found: dict[str, list[Result]] = {}
        for result in self.results:
            found.setdefault(result.specification, []).append(result)
        yield from sorted(found.items())
