"""Expectations in a YAML or JSON file: a list of spec-style mappings, each of which knows its line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mongotape.documents import Complaint, read_document
from mongotape.errors import ExpectationError, SpecError
from mongotape.expect import Expectation, Repeat, read_expectation

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

    from mongotape.documents import Document
    from mongotape.expect import Step
    from mongotape.matching import Operator

    Path = tuple[str | int, ...]

__all__ = ["EventFile", "check_expectations", "read_event_file"]

_PREFIX = re.compile(r"(?:expected\[\d+\]|[a-z]\w+Event(?=\.))(?:\.[^\s:]+|\[\d+\])*: ")


class EventFile:
    """What a file expects, and where in it each part stands.

    Attributes:
        steps: The expectations.
    """

    def __init__(self, document: Document, steps: tuple[Step, ...]) -> None:
        self._document = document
        self.steps = steps
        self._singles = list(_singles(document.value, steps))

    def place(self, expectation: int, path: Path = ()) -> str:
        """Return ``file:line`` of an expectation, or of the part of it that a mismatch's path leads to.

        Args:
            expectation: its index, the body of a repetition counted as single events.
            path: as the file spells it: ``("commandStartedEvent", "command", "filter", "sku")``.
        """
        where, _expected = self._singles[expectation]
        place = self._document.place(*where, *path)
        return f"{self._document.name}:{place.line}"


def read_event_file(path: str | os.PathLike[str], operators: Iterable[Operator] = ()) -> EventFile:
    """Return what a file expects.

    Raises:
        ExpectationError: it can't be read; the sentence starts with ``file:line:column`` and counts what else is
            wrong.
    """
    try:
        document = read_document(path)
    except SpecError as error:
        raise ExpectationError(str(error)) from None
    found = list(_complaints(document, operators))
    if found:
        more = f" (and {len(found) - 1} more in this file)" if len(found) > 1 else ""
        raise ExpectationError(f"{found[0]}{more}", path=found[0].path)
    return EventFile(document, tuple(read_expectation(each) for each in document.value))


def check_expectations(path: str | os.PathLike[str]) -> list[Complaint]:
    """Return everything that is wrong in a file of expectations, in its order; nothing where all is well.

    Raises:
        SpecError: there is no such file, or it is no text.
    """
    try:
        document = read_document(path)
    except SpecError as error:
        if error.complaints:
            return list(error.complaints)
        raise
    return list(_complaints(document, ()))


def _complaints(document: Document, operators: Iterable[Operator]) -> Iterator[Complaint]:
    if not isinstance(document.value, list):
        yield Complaint(
            document.place(),
            f"a file of expectations holds a list of events, not {_described(document.value)}",
            "start each one with a dash: - commandStartedEvent: {...}",
        )
        return
    steps: list[Step] = []
    for index, each in enumerate(document.value):
        try:
            steps.append(read_expectation(each, path=(index,)))
        except ExpectationError as error:
            yield _complaint(document, error, (index,))
    if len(steps) == len(document.value):
        yield from _uncompiled(document, steps, tuple(operators))


def _uncompiled(
    document: Document, steps: list[Step], operators: tuple[Operator, ...]
) -> Iterator[Complaint]:
    """Find what is only seen when values are compiled: operators, their arguments, captures."""
    from mongotape.matching import event_matcher, match_events

    found = False
    for where, expected in _singles(document.value, tuple(steps)):
        for name, value in expected.fields.items():
            for part in [value, *_parts(value)]:
                try:
                    event_matcher(Expectation(expected.kind, {name: part}), operators=operators)
                except ExpectationError as error:
                    if _lonely_capture(error) or (part is value and _has_parts(value)):
                        continue  # its parts say which of them it is
                    found = True
                    yield _complaint(document, error, where)
                else:
                    if part is value:
                        break
    if found or not steps:
        return
    try:
        match_events(steps, (), mode="any_order", operators=operators)
    except ExpectationError as error:
        yield _complaint(document, error, ())


def _has_parts(value: object) -> bool:
    """Whether it is a document whose keys can be judged one by one."""
    return isinstance(value, dict) and bool(value) and not any(key.startswith("$$") for key in value)


def _parts(value: Any) -> Iterator[Any]:
    """Yield a document cut into documents of one leaf each, so that every leaf is judged."""
    if not _has_parts(value):
        return
    for key, each in value.items():
        yield from ({key: part} for part in (_parts(each) if _has_parts(each) else [each]))


def _lonely_capture(error: ExpectationError) -> bool:
    """Whether it speaks of a capture, which only the whole list can judge."""
    return "same(" in str(error)


def _complaint(document: Document, error: ExpectationError, above: Path) -> Complaint:
    path = error.path
    if above and path[: len(above)] != above:
        path = (*above, *path)
    return Complaint(document.place(*path), _PREFIX.sub("", str(error), count=1))


def _singles(value: list[Any], steps: tuple[Step, ...]) -> Iterator[tuple[Path, Expectation]]:
    """Yield the path in the file of every single event."""
    for index, (written, step) in enumerate(zip(value, steps, strict=True)):
        if not isinstance(step, Repeat):
            yield (index,), step
            continue
        ((name, content),) = written.items()
        above: Path = (index, name)
        if name == "between":
            above, content = (*above, "events"), content["events"]
        for offset, each in enumerate(step.body):
            yield (above if isinstance(content, dict) else (*above, offset)), each


def _described(value: object) -> str:
    if isinstance(value, dict):
        return (
            f"a mapping with the keys {', '.join(map(str, list(value)[:5]))}" if value else "an empty mapping"
        )
    return "nothing" if value is None else f"the value {value!r:.60}"
