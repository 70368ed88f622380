"""Replays specification files: which tests there are, what is known of them, how often each is run.

The pytest plugin and the command ``mongotape replay`` stand on it; neither is needed to use it.
"""

from mongotape.replay._cases import APIS, Api, Case, Source, gather
from mongotape.replay._command import replay_arguments, replay_command
from mongotape.replay._expectations import Expectation, Expectations, read_expectations
from mongotape.replay._making import made_report
from mongotape.replay._names import marker_of, specification_of, unique
from mongotape.replay._replayer import Replayer, not_run, unread
from mongotape.replay._server import ServerIdentity, identify
from mongotape.replay._settings import DEFAULT_TIMEOUT, Settings, apis_of
from mongotape.replay._telling import databases_line

__all__ = [
    "APIS",
    "DEFAULT_TIMEOUT",
    "Api",
    "Case",
    "Expectation",
    "Expectations",
    "Replayer",
    "ServerIdentity",
    "Settings",
    "Source",
    "apis_of",
    "databases_line",
    "gather",
    "identify",
    "made_report",
    "marker_of",
    "not_run",
    "read_expectations",
    "replay_arguments",
    "replay_command",
    "specification_of",
    "unique",
    "unread",
]
