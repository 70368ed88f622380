"""Every exception that a user of mongotape may want to catch."""

from __future__ import annotations


class MongotapeError(Exception):
    """What every error of mongotape's own is; its text is one sentence: where, what, what to do."""


class ExpectationError(MongotapeError, ValueError):
    """An expectation that can't be read, or that could only pass because nothing was looked at.

    Never an ``AssertionError``: only a comparison that failed, or a wait that ran out, is one.
    """


class UsageError(MongotapeError, ValueError):
    """A setting, an option or an argument that can't be used as it stands."""


class RecorderError(MongotapeError):
    """The recorder itself failed while it kept an event; raised when the log is read or at teardown."""


class ServerUnavailableError(MongotapeError):
    """No server answers, or none can be started; the sentence names what to install or to give."""


class SpecError(MongotapeError, ValueError):
    """A specification file that can't be read, with ``file:line:column`` where it is known."""


class UnsupportedDriverError(MongotapeError):
    """This PyMongo version lacks a private place that the feature needs."""
