"""Gives every client a listener of its own for each recorder, where the client collects its listeners.

Command and pool events carry no client. PyMongo collects the listeners of a client in one private place,
``pymongo.monitoring._EventListeners.__init__`` (the same from 4.9 to 4.20); it is wrapped here so that a
recorder among them is replaced by a tap made for that client. Where the place is missing, the recorder itself
stays the listener and its events have no client.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from pymongo import monitoring

from mongotape.driver._sdam_queue import install as install_queue
from mongotape.driver._taps import TapSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: The private list of each listener class, and its flag, as PyMongo spells them.
_PLACES: Final = {
    monitoring.CommandListener: "command",
    monitoring.ConnectionPoolListener: "cmap",
    monitoring.ServerListener: "server",
    monitoring.ServerHeartbeatListener: "server_heartbeat",
    monitoring.TopologyListener: "topology",
}


class _Capture:
    """The sources that every new client gets: the process-wide capture."""

    sources: tuple[TapSource, ...] = ()


_capture = _Capture()
_unobserved: ContextVar[bool] = ContextVar("mongotape_unobserved", default=False)


@contextmanager
def unobserved() -> Iterator[None]:
    """Clients made inside are mongotape's own: the process-wide capture leaves them out."""
    token = _unobserved.set(True)
    try:
        yield
    finally:
        _unobserved.reset(token)


def capture(source: TapSource) -> Callable[[], None]:
    """Give ``source`` a tap in every client made from now on; the returned callable ends that."""
    install()
    _capture.sources = (*_capture.sources, source)

    def end() -> None:
        _capture.sources = tuple(each for each in _capture.sources if each is not source)

    return end


def install() -> bool:
    """Wrap the place where clients collect their listeners, once; False where this PyMongo lacks it."""
    listeners: Any = getattr(monitoring, "_EventListeners", None)
    if listeners is None or not _has_places(listeners):
        return False
    if not hasattr(listeners.__init__, "_mongotape"):
        listeners.__init__ = _with_taps(listeners.__init__)
    install_queue()
    return True


def is_registered(source: TapSource) -> bool:
    """Return whether ``source`` was given to ``pymongo.monitoring.register``."""
    registered = getattr(monitoring, "_LISTENERS", None)
    return any(source is each for each in getattr(registered, "command_listeners", ()))


def _has_places(listeners: Any) -> bool:
    made = listeners(None)
    return all(
        isinstance(getattr(made, _list_name(word), None), list) and hasattr(made, _flag_name(word))
        for word in _PLACES.values()
    )


def _list_name(word: str) -> str:
    return f"_EventListeners__{word}_listeners"


def _flag_name(word: str) -> str:
    return f"_EventListeners__enabled_for_{'commands' if word == 'command' else word}"


def _with_taps(original: Callable[..., None]) -> Callable[..., None]:
    @wraps(original)
    def collect(self: Any, listeners: Sequence[Any] | None) -> None:
        original(self, listeners)
        carried = _sources_in(self)
        captured = () if _unobserved.get() else _capture.sources
        if carried or captured:
            _place_taps(self, carried, [each for each in captured if each not in carried])

    collect._mongotape = True  # type: ignore[attr-defined]
    return collect


def _sources_in(listeners: Any) -> list[TapSource]:
    sources: list[TapSource] = []
    for word in _PLACES.values():
        for each in getattr(listeners, _list_name(word)):
            if isinstance(each, TapSource) and each not in sources:
                sources.append(each)
    return sources


def _place_taps(listeners: Any, carried: list[TapSource], captured: list[TapSource]) -> None:
    taps = [source.tap(()) for source in carried] + [source.tap(carried) for source in captured]
    for family, word in _PLACES.items():
        placed = [each for each in getattr(listeners, _list_name(word)) if not isinstance(each, TapSource)]
        placed += [tap for tap in taps if isinstance(tap, family)]
        setattr(listeners, _list_name(word), placed)
        setattr(listeners, _flag_name(word), bool(placed))
