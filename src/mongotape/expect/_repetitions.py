"""Events that occur again and again: batches, retries, noise. They don't nest, and there are no alternatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mongotape.expect._reading import read_expectation
from mongotape.expect._values import repeat

if TYPE_CHECKING:
    from mongotape.expect._values import Repeat, Written


def one_or_more(*events: Written) -> Repeat:
    """Return these consecutive events, once or any number of times: a ``getMore`` for every batch.

    In mappings and YAML: ``oneOrMore: [...]``.
    """
    return repeat(map(read_expectation, events), 1, None, "one_or_more")


def optional(*events: Written) -> Repeat:
    """Return these consecutive events, once or not at all: a new connection, if the pool had none.

    In mappings and YAML: ``optional: [...]``.
    """
    return repeat(map(read_expectation, events), 0, 1, "optional")


def between(at_least: int, at_most: int | None, *events: Written) -> Repeat:
    """Return these consecutive events, at least and at most so many times (None: without an upper bound).

    In mappings and YAML: ``between: {atLeast: 0, atMost: 3, events: [...]}``.
    """
    return repeat(map(read_expectation, events), at_least, at_most, "between")
