"""How a replay is to be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mongotape.errors import UsageError
from mongotape.replay._cases import APIS
from mongotape.replay._expectations import Expectations

if TYPE_CHECKING:
    from mongotape.replay._cases import Api

DEFAULT_TIMEOUT = 30.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a replay is to be done.

    Raises:
        UsageError: a number is out of range.
    """

    apis: tuple[Api, ...] = ("sync",)
    timeout: float = DEFAULT_TIMEOUT  #: seconds a test may take
    keep: bool = False  #: the tests' data stays on the server
    runs: int = 1  #: how often each test is run, to find the flaky ones
    try_flaky: bool = False  #: what is listed as flaky is run again after a failure
    multiple_mongoses_uri: str | None = None  #: that of ``useMultipleMongoses: true`` behind a load balancer
    expectations: Expectations = field(default_factory=Expectations)

    def __post_init__(self) -> None:
        if not self.timeout > 0:
            raise UsageError(f"the time limit of a test is {self.timeout:g} s; give a positive number")
        if self.runs < 1:
            raise UsageError(f"every test is to be run {self.runs} times; give a positive number")


def apis_of(word: str) -> tuple[Api, ...]:
    """The APIs that ``sync``, ``async`` or ``both`` names.

    Raises:
        UsageError: it is another word.
    """
    if word == "both":
        return APIS
    for api in APIS:
        if word == api:
            return (api,)
    raise UsageError(f'"{word}" is no API; known are sync, async and both')
