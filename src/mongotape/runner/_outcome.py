"""What came of running one test, and the three ways in which one ends early."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from mongotape.log import EventLog

if TYPE_CHECKING:
    from mongotape.documents import Place

Status: TypeAlias = Literal["passed", "failed", "skipped", "broken"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of running one test."""

    status: Status
    sentence: str = ""  #: why, in one line; empty for a test that passed
    text: str = ""  #: the same in full: what was expected and observed, and the server's version
    where: str | None = None  #: ``file.yml:41``: the operation or expectation that it is about
    seconds: float = 0.0  #: from creating the entities to closing the clients
    events: EventLog = field(default_factory=EventLog)  #: what the test's clients published
    kept: tuple[str, ...] = ()  #: ``database.collection`` that was left on the server

    @property
    def passed(self) -> bool:
        """Whether everything that the test expects was looked at and holds."""
        return self.status == "passed"


class SpecFailure(AssertionError):  # noqa: N818  # a failed comparison, as AssertionError is
    """Something in a test is not as the file says."""

    def __init__(self, place: Place | None, sentence: str, details: str = "") -> None:
        super().__init__(sentence)
        self.place = place
        self.sentence = sentence
        self.details = details  #: further lines, without the sentence


class UnsupportedError(Exception):
    """This driver, or this server, has no such thing: a skip with this sentence."""


class BrokenError(Exception):
    """Nothing was learnt about the test: the server is gone, or the runner itself failed."""


class TimeLimitError(Exception):
    """The test took longer than it may."""
