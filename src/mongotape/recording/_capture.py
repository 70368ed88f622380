"""Records clients that the application makes itself, without passing a listener."""

from __future__ import annotations

import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mongotape import driver
from mongotape.events import Family
from mongotape.recording._tap import LISTENERS, kind_of_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mongotape.recording._recorder import EventRecorder
    from mongotape.recording._tap import ClientTap


class ProcessCapture(driver.TapSource):
    """Gives every client made while it is installed a listener that feeds whichever recorders are attached.

    PyMongo can't unregister a listener and a client's listeners are fixed when it is made, so a client keeps
    this listener for life and the recorders come and go.
    """

    def __init__(self) -> None:
        self.recorders: tuple[EventRecorder, ...] = ()
        self._clients: weakref.WeakSet[CapturedClient] = weakref.WeakSet()
        self._end: Callable[[], None] | None = None

    def install(self) -> None:
        """See the clients made from now on; no effect when called again."""
        if self._end is None:
            self._end = driver.capture(self)

    def uninstall(self) -> None:
        """See no more new clients."""
        if self._end is not None:
            self._end()
            self._end = None

    @contextmanager
    def feeding(self, recorder: EventRecorder) -> Iterator[None]:
        """Record what captured clients do inside, those made before included.

        Clients made inside are captured even where nothing was installed before.
        """
        was_installed = self._end is not None
        self.install()
        recorder.expect_captured()
        self.recorders = (*self.recorders, recorder)
        try:
            yield
        finally:
            self.recorders = tuple(each for each in self.recorders if each is not recorder)
            for client in list(self._clients):
                client.forget(recorder)
            if not was_installed:
                self.uninstall()

    def tap(self, carried_by: Sequence[driver.TapSource] = ()) -> CapturedClient:
        """Return the listener of one new client."""
        client = _captured_client_class()(self, carried_by)
        self._clients.add(client)
        return client


class CapturedClient(driver.Tap):
    """Feeds the attached recorders with the events of one client, but for those the client carries."""

    def __init__(self, capture: ProcessCapture, carried_by: Sequence[driver.TapSource]) -> None:
        self.source = capture
        self._capture = capture
        self._carried = [weakref.ref(each) for each in carried_by]
        self._taps: dict[int, ClientTap] = {}
        for method in {kind.method for family in Family for kind in family.kinds}:
            setattr(self, method, self._forwarder(method))

    def forget(self, recorder: EventRecorder) -> None:
        """Drop what was made for a recorder that is no longer attached."""
        self._taps.pop(id(recorder), None)

    def _forwarder(self, method: str) -> Callable[[Any], None]:
        def forward(event: Any) -> None:
            for recorder in self._capture.recorders:
                if kind_of_event(event).family in recorder.families and not self._carries(recorder):
                    getattr(self._tap_of(recorder), method)(event)

        return forward

    def _carries(self, recorder: EventRecorder) -> bool:
        return any(each() is recorder for each in self._carried)

    def _tap_of(self, recorder: EventRecorder) -> ClientTap:
        tap = self._taps.get(id(recorder))
        if tap is None:
            with recorder._rows.lock:  # two threads may publish a client's first events: one label is enough
                tap = self._taps.get(id(recorder))
                if tap is None:
                    tap = self._taps[id(recorder)] = recorder.tap()
        return tap


def _captured_client_class() -> type[CapturedClient]:
    return type("CapturedClient", (CapturedClient, *LISTENERS.values()), {})


process_capture = ProcessCapture()
