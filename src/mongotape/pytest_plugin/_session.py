"""What lives as long as the pytest session: the chosen server and the capture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mongotape.recording import EventRecorder
    from mongotape.servers import Choice, Running

SESSION: pytest.StashKey[TapeSession] = pytest.StashKey()
#: A test's own recorder, for its report.
RECORDER: pytest.StashKey[EventRecorder] = pytest.StashKey()


class TapeSession:
    """The server of one session (of each xdist worker its own), started when a test first asks for it.

    Args:
        choice: which server.
        captures: the application's own clients are recorded.
    """

    def __init__(self, choice: Choice, *, captures: bool) -> None:
        self.choice = choice
        self.captures = captures
        self.running: Running | None = None
        self._failure: str | None = None

    def server(self) -> Running:
        """Return the running server; it is tried once, later tests fail with the same sentence."""
        from mongotape.errors import MongotapeError
        from mongotape.servers import start

        if self._failure is None and self.running is None:
            try:
                self.running = start(self.choice)
            except MongotapeError as error:
                self._failure = str(error)
        if self._failure is not None:
            pytest.fail(self._failure, pytrace=False)
        assert self.running is not None
        return self.running

    def stop(self) -> None:
        """Stop the server, if it was started, and the capture."""
        if self.running is not None:
            self.running.stop()
            self.running = None
        if self.captures:
            from mongotape.recording import process_capture

            process_capture.uninstall()
