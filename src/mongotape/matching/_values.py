"""Values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mongotape.matching._mismatch import Mismatch
    from mongotape.matching._operators import Entities, Operator


class ValueMatcher:
    """One expected value, compiled."""

    def holds(self, actual: Any) -> bool:
        """Whether the observed value matches."""
        raise NotImplementedError

    def explain(self, actual: Any) -> tuple[Mismatch, ...]:
        """Return every place where it doesn't; nothing where it does."""
        raise NotImplementedError


def value_matcher(
    expected: Any,
    *,
    root: bool | Literal["elements"] = True,
    operators: Iterable[Operator] = (),
    entities: Entities | None = None,
) -> ValueMatcher:
    """Return the compiled matcher of an expected value; the arguments are those of ``match_value``."""
    raise NotImplementedError


def match_value(
    expected: Any,
    actual: Any,
    *,
    root: bool | Literal["elements"] = True,
    operators: Iterable[Operator] = (),
    entities: Entities | None = None,
) -> tuple[Mismatch, ...]:
    """Return every place where the observed value doesn't match; nothing where it does.

    Args:
        expected: the expected value, with operators.
        actual: the observed value; ``MISSING`` for no value at all.
        root: True: a document may have more keys than expected; False: it may not; "elements": an array's
            documents may (the results of ``find``, ``aggregate`` and the like).
        operators: operators of one's own.
        entities: what ``$$matchesEntity`` and ``$$sessionLsid`` look up.

    Raises:
        ExpectationError: an unknown operator, a malformed argument, an unknown entity.
    """
    raise NotImplementedError


def match_exactly(expected: Any, actual: Any, *, flexible_numbers: bool = False) -> tuple[Mismatch, ...]:
    """Return every place where two values are not the same (``outcome``): no operators, no extra keys, any key order.

    Args:
        expected: the expected value, every key of it literal.
        actual: the observed value.
        flexible_numbers: int32, int64 and double compare by value instead of by type and value.
    """
    raise NotImplementedError
