"""Official tests that PyMongo itself is known to fail, whatever the server: strict expected failures, never loosened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mongotape.replay._expectations import Expectation
from mongotape.replay._server import is_within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mongotape.replay._cases import Case


class Finding(NamedTuple):
    """Why an official test fails, and with which versions of PyMongo that was seen."""

    sentence: str
    pymongo: str


_PARTIAL_RESULT: Final = Finding(
    "PyMongo's client bulk write gives a partial result although its first operation failed and nothing was done",
    ">=4.9.2, <=4.20.0",  # seen with 4.9.2, 4.17.0, 4.18.0 and 4.20.0
)
_EMPTY_TRANSACTION: Final = Finding(
    "PyMongo forgets the numbers of transactions that were started before a session's first command",
    "==4.20.0",
)

FINDINGS: Final[Mapping[tuple[str, str], Finding]] = {
    **{
        (
            "crud/unified/client-bulkWrite-partialResults",
            f"partialResult is unset when first operation fails during an ordered bulk write ({results})",
        ): _PARTIAL_RESULT
        for results in ("verbose", "summary")
    },
    ("transactions/unified/commit", "rerun commit after empty transaction"): _EMPTY_TRANSACTION,
}
"""By file (as its name ends, without suffix) and description."""


def finding_of(case: Case) -> Expectation | None:
    """What is known of a case with the PyMongo that is installed, as an expectation; None where it must pass."""
    sentence = _sentence(case)
    if sentence is None:
        return None
    return Expectation(
        place=case.source.model.place, file=case.source.file, test=case.name, expect="xfail", reason=sentence
    )


def _sentence(case: Case) -> str | None:
    from importlib.metadata import version

    from mongotape.runner.older import expected_failure
    from mongotape.spec import UnifiedFile

    model = case.source.model
    if not isinstance(model, UnifiedFile):
        return expected_failure(model, case.api)
    bare = case.source.file.rpartition(".")[0]
    for (file, description), finding in FINDINGS.items():
        is_meant = case.name == description and (bare == file or bare.endswith(f"/{file}"))
        if is_meant and is_within(version("pymongo"), finding.pymongo):
            return finding.sentence
    return None
