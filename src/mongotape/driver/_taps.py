"""What a recorder puts into a client: a tap, and what makes taps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


class Tap:
    """A listener that one recorder made for one client."""

    source: TapSource


class TapSource:
    """What makes a listener of its own for each client."""

    def tap(self, carried_by: Sequence[TapSource] = ()) -> Tap:
        """Return a new listener for one client.

        Args:
            carried_by: the sources that the client's maker gave it or registered; a process-wide source
                leaves those out, so that an event is never recorded twice.
        """
        raise NotImplementedError


def taps_of(listeners: Any) -> list[Tap]:
    """Return the taps in a client's ``_EventListeners``, or those of ``client.options.event_listeners``."""
    found = listeners.event_listeners() if hasattr(listeners, "event_listeners") else listeners
    return list({id(each): each for each in found if isinstance(each, Tap)}.values())
