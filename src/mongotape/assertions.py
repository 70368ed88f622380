"""Assertions on events: compare, make a text of the failure, raise it.

Only a comparison that failed is an ``AssertionError``. What could pass because nothing was looked at raises an
``ExpectationError``.
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeAlias

from mongotape.errors import ExpectationError, TellsWhere, UsageError
from mongotape.event_files import read_event_file
from mongotape.events import Family, families_of
from mongotape.expect import Expectation, Repeat, read_expectations
from mongotape.log import EventLog, LiveLog

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mongotape.event_files import EventFile
    from mongotape.events import Kind
    from mongotape.expect import Step, Written
    from mongotape.matching import Mode, Operator, Verdict
    from mongotape.recording import EventRecorder
    from mongotape.rendering import Rendered

__all__ = ["assert_events", "assert_events_eventually", "assert_no_events"]

#: A list of builders' values and spec-style mappings, or the path of a YAML or JSON file that holds one.
Expected: TypeAlias = "Iterable[Written] | str | os.PathLike[str]"

_GRACE = 0.1  # seconds in which events that came too late for a failed assertion are looked for


def assert_events(
    events: EventRecorder | EventLog,
    expected: Expected,
    *,
    mode: Mode = "exact",
    families: str | Iterable[str] | None = None,
    timeout: float = 0,
    operators: Iterable[Operator] = (),
) -> None:
    """Assert that the recorded events are the expected ones.

    Args:
        events: a recorder, or a log of one.
        expected: builders' values, spec-style mappings, or both; or the path of a YAML file that holds a list of
            mappings. A relative path is looked for beside the calling file, then in the working directory.
        mode: ``exact``: these events and no others, in this order; ``prefix``: the log begins with them;
            ``in_order``: they are there in this order, others between them; ``any_order``: these and no others.
        families: which families to compare; without it those that ``expected`` names.
        timeout: seconds to wait until the expectation holds.
        operators: operators of one's own (``mongotape.operator``).

    Raises:
        AssertionError: the events differ; the first lines say where and why.
        ExpectationError: ``expected`` can't be read, or could only pass because nothing was looked at.
        UsageError: an argument can't be used; a ``timeout`` inside a running event loop would block the loop.
    """
    __tracebackhide__ = True
    with TellsWhere():
        check = _Check(events, _read(expected, operators, _folder()), mode, families, operators)
        _check_timeout(timeout)
        if timeout > 0 and asyncio._get_running_loop() is not None:
            raise UsageError(
                "assert_events: timeout= would block the running event loop, and with it what is waited for;"
                " use `await assert_events_eventually(...)`"
            )
        if check.passes():
            return
        if timeout > 0 and check.recorder is not None:
            if check.recorder.until(check.passes_by_now, timeout):
                return
            raise AssertionError(check.failure(waited=timeout))
        raise AssertionError(check.failure(late=check.late(), frozen=timeout > 0))


async def assert_events_eventually(
    events: EventRecorder | EventLog,
    expected: Expected,
    *,
    mode: Mode = "exact",
    families: str | Iterable[str] | None = None,
    timeout: float = 10,  # noqa: ASYNC109  # it is part of the sentence, and shared with the sync twin
    operators: Iterable[Operator] = (),
) -> None:
    """Assert the same as ``assert_events``, waiting without blocking the event loop.

    Args:
        events: a recorder, or the log of a scope that is still open.
        expected: as in ``assert_events``.
        mode: as in ``assert_events``.
        families: as in ``assert_events``.
        timeout: seconds to wait until the expectation holds.
        operators: as in ``assert_events``.

    Raises:
        AssertionError: the time is over and the events differ.
        ExpectationError: as in ``assert_events``.
        UsageError: an argument can't be used.
    """
    __tracebackhide__ = True
    with TellsWhere():
        check = _Check(events, _read(expected, operators, _folder()), mode, families, operators)
        _check_timeout(timeout)
        if check.passes():
            return
        if check.recorder is None:
            raise AssertionError(check.failure(frozen=timeout > 0))
        if not await check.recorder.until_async(check.passes_by_now, timeout):
            raise AssertionError(check.failure(waited=timeout))


def assert_no_events(
    events: EventRecorder | EventLog,
    expected: Expected | Written,
    *,
    operators: Iterable[Operator] = (),
) -> None:
    """Assert that none of these events was recorded.

    Args:
        events: a recorder, or a log of one.
        expected: one builder's value or spec-style mapping, or what ``assert_events`` takes.
        operators: operators of one's own (``mongotape.operator``).

    Raises:
        AssertionError: one of them was recorded.
        ExpectationError: ``expected`` can't be read or names nothing, or nothing was looked at.
        UsageError: an argument can't be used.
    """
    __tracebackhide__ = True
    from mongotape.matching import event_matcher
    from mongotape.rendering import Circumstances, render_unwanted

    with TellsWhere():
        operators = tuple(operators)
        written = [expected] if isinstance(expected, Expectation | Repeat | Mapping) else expected
        steps = _read(written, operators, _folder()).steps
        matchers = [event_matcher(step, operators=operators) for step in steps]
        if not matchers:
            raise ExpectationError("assert_no_events: nothing is named that must not occur")
        families = frozenset(each.expectation.family for each in matchers)
        log = _Source(events).read()
        if problem := _unseen(log, families, {each.expectation.kind for each in matchers}):
            raise ExpectationError(problem)
        compared = log.of(*families)
        found = [
            (matcher.expectation, at)
            for at, event in enumerate(compared)
            for matcher in matchers
            if matcher.matches(event)
        ]
        if found:
            raise AssertionError(render_unwanted(found, compared, Circumstances(families=families)))


class _Steps:
    """Expectations that were written in Python."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self.steps = steps
        self.place = None


def _read(expected: Any, operators: Iterable[Operator], folder: Path | None) -> EventFile | _Steps:
    """Return what is expected, read from a file if it is the path of one."""
    if not isinstance(expected, str | os.PathLike):
        return _Steps(read_expectations(expected))
    path = Path(expected)
    if not path.is_absolute() and folder is not None and (folder / path).is_file():
        path = Path(os.path.relpath(folder / path))
    elif not path.exists() and folder is not None and not path.is_absolute():
        places = dict.fromkeys([folder, Path.cwd()])
        raise ExpectationError(f"{expected}: there is no such file in {' or '.join(map(str, places))}")
    return read_event_file(path, operators)


def _folder() -> Path | None:
    """Return the folder of the file that called the assertion."""
    file = Path(sys._getframe(2).f_code.co_filename)
    return file.parent if file.is_file() else None


def _check_timeout(timeout: object) -> None:
    is_number = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    if not is_number or math.isnan(timeout) or timeout < 0:  # type: ignore[arg-type,operator]
        raise UsageError(f"timeout is {timeout!r}; give a number of seconds from 0")


class _Source:
    """Where events come from: a recorder, an open scope, or a frozen log."""

    def __init__(self, events: Any) -> None:
        self._events = events
        self.recorder: EventRecorder | None
        if isinstance(events, LiveLog):
            self.recorder = events.recorder
        elif isinstance(events, EventLog):
            self.recorder = None
        elif isinstance(getattr(events, "log", None), EventLog):
            self.recorder = events
        else:
            raise UsageError(
                f"events: give an EventRecorder or an EventLog, not {type(events).__name__}"
                " (the event_recorder fixture is one; EventLog([...]) makes a log of recorded events)"
            )

    def read(self) -> EventLog:
        """Return the log as it is now; a recorder that failed raises what it kept of that."""
        log = self._events[:] if isinstance(self._events, EventLog) else self._events.log
        if self.recorder is not None:
            self.recorder.raise_errors()
        frozen: EventLog = log
        return frozen


class _Check:
    """One assertion: it may be compared again and again while events arrive."""

    def __init__(
        self,
        events: Any,
        written: EventFile | _Steps,
        mode: Mode,
        families: str | Iterable[str] | None,
        operators: Iterable[Operator],
    ) -> None:
        self._source = _Source(events)
        self._written = written
        self._mode: Mode = mode
        self._operators = tuple(operators)
        self._given = families is not None
        self._kinds = frozenset(kind for step in written.steps for kind in _kinds(step))
        self._named = frozenset(kind.family for kind in self._kinds)
        self._families = families_of(families) if families is not None else self._named
        self._failed: tuple[Verdict, EventLog] | None = None
        self._seen: tuple[Any, ...] | None = None  # the state of the log that was compared last

    @property
    def recorder(self) -> EventRecorder | None:
        """What can be waited on."""
        return self._source.recorder

    def passes(self) -> bool:
        """Whether the expectation holds now.

        Raises:
            ExpectationError: it can't be read, or nothing was looked at.
        """
        log = self._source.read()
        self._seen = _state(log)
        if problem := self._vacuous(log):
            self._compare((), self._mode)  # what can't be read at all is said first
            raise ExpectationError(problem)
        verdict = self._compare(log.of(*self._families), self._mode)
        if not verdict.passed:
            self._failed = (verdict, log)
        return verdict.passed

    def passes_by_now(self) -> bool:
        """Whether it holds now; nothing is compared anew as long as nothing happened."""
        return _state(self._source.read()) != self._seen and self.passes()

    def late(self) -> float | None:
        """Return after how many seconds it held, if missing events came only after it had failed."""
        if self.recorder is None or asyncio._get_running_loop() is not None or self._failed is None:
            return None
        failed, began = self._failed, monotonic()
        if not failed[0].unmatched:
            return None
        came = self.recorder.until(self.passes_by_now, _GRACE)
        self._failed = failed
        return monotonic() - began if came else None

    def failure(
        self, *, waited: float | None = None, late: float | None = None, frozen: bool = False
    ) -> Rendered:
        """Return the text of the last comparison that failed."""
        from mongotape.rendering import Circumstances, render_failure

        assert self._failed is not None
        verdict, log = self._failed
        known = Circumstances(
            families=self._families,
            families_given=self._given,
            log=log,
            place=self._written.place,
            waited=waited,
            late=late,
            in_loop=waited is None and self.recorder is not None and asyncio._get_running_loop() is not None,
            frozen=frozen,
            passes=lambda mode: self._compare(verdict.events, mode).passed,
        )
        return render_failure(verdict, known)

    def _compare(self, events: Any, mode: Mode) -> Verdict:
        from mongotape.matching import match_events

        return match_events(self._written.steps, events, mode=mode, operators=self._operators)

    def _vacuous(self, log: EventLog) -> str | None:
        """Return why a comparison would say nothing, in the order of what is asked first."""
        if not self._families:
            return (
                "nothing is expected and no family is named: give families= to say of which events there"
                " must be none"
            )
        if left_out := self._named - self._families:
            return f"expected names events of the family {' and '.join(sorted(left_out))}, which families= leaves out"
        return _unseen(log, self._families, self._kinds)


def _state(log: EventLog) -> tuple[Any, ...]:
    """Return what differs as soon as something happened."""
    ends = (log[0], log[-1]) if len(log) else ()
    return (len(log), log.dropped, log.silence, *ends)


def _kinds(step: Step) -> Iterable[Kind]:
    return (each.kind for each in step.body) if isinstance(step, Repeat) else (step.kind,)


def _unseen(log: EventLog, families: frozenset[Family], kinds: Collection[Kind]) -> str | None:
    """Return why these events can't have been seen in full; None where they were."""
    if unobserved := sorted(families - log.observed):
        return (
            f"{' and '.join(unobserved)} events are not observed by this recorder (it observes"
            f" {', '.join(sorted(log.observed))}): name them in its families="
        )
    left = log.narrowed_to
    lacking: list[str] = sorted({*kinds} - left) or sorted(families - {kind.family for kind in left})
    if lacking:
        return (
            f"the log that was given holds {_shown(left)} only, so that it says nothing of"
            f" {' and '.join(lacking)}: give one that is not filtered past them"
        )
    if log.dropped:
        return (
            f"{log.dropped:,} events of this stretch were dropped to keep to the recorder's maxlen: nothing can be"
            " said about it; give a larger one, or clear() before what is asserted"
        )
    return log.silence


def _shown(kinds: frozenset[Kind]) -> str:
    """Return the kinds in words, by their families where these are whole."""
    whole = {family for family in Family if kinds.issuperset(family.kinds)}
    parts = [*sorted(whole), *sorted(kind for kind in kinds if kind.family not in whole)]
    return f"{', '.join(parts)} events" if parts else "no events"
