"""Every exception that a user of mongotape may want to catch, and where its traceback ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class MongotapeError(Exception):
    """What every error of mongotape's own is; its text is one sentence: where, what, what to do."""


class ExpectationError(MongotapeError, ValueError):
    """An expectation that can't be read, or that could only pass because nothing was looked at.

    Never an ``AssertionError``: only a comparison that failed, or a wait that ran out, is one.
    """

    def __init__(self, message: str, *, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        #: Where in the expectations: ``(2, "commandStartedEvent", "command", "filter")``; empty where unknown.
        self.path = path


class UsageError(MongotapeError, ValueError):
    """A setting, an option or an argument that can't be used as it stands."""


class RecorderError(MongotapeError):
    """The recorder itself failed while it kept an event; raised when the log is read or at teardown."""


class ServerUnavailableError(MongotapeError):
    """No server answers, or none can be started; the sentence names what to install or to give."""


class SpecError(MongotapeError, ValueError):
    """A specification file that can't be read, with ``file:line:column`` where it is known.

    Attributes:
        complaints: Every fault that was found, in the file's order (`mongotape.documents.Complaint`); empty
            where the file as such could not be read.
    """

    def __init__(self, message: str, complaints: Iterable[Any] = ()) -> None:
        super().__init__(message)
        self.complaints: tuple[Any, ...] = tuple(complaints)

    @classmethod
    def of(cls, complaints: Sequence[Any]) -> Self:
        """The error that speaks of the first complaint and counts the others."""
        further = len(complaints) - 1
        tail = f" (and {further} more in this file)" if further else ""
        return cls(f"{complaints[0]}{tail}", complaints)


class UnsupportedDriverError(MongotapeError):
    """This PyMongo version lacks a private place that the feature needs."""


class TellsWhere:
    """Cuts a mistake's way through this package off its traceback, which then ends at the line that made it.

    The sentence says where in the expectation and what to do; the frames behind it say nothing to a user. An
    error of somebody else's, such as the one that an ``==`` raised, stays its cause with all its frames.
    """

    def __enter__(self) -> None:
        """Nothing has to be prepared."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Raise a mistake anew from here."""
        __tracebackhide__ = True
        if isinstance(error, MongotapeError):
            raise error.with_traceback(None)


class CorpusError(MongotapeError):
    """The official tests can't be fetched, unpacked or found."""
