"""The only room that touches PyMongo's private names.

Each file names the versions it was tried with and what happens on another one: recording still works, with
less known about the events (no client labels) or with PyMongo's own delays.
"""

from __future__ import annotations

from mongotape.driver._abandoned import abandon
from mongotape.driver._listeners import capture, install, is_registered, unobserved
from mongotape.driver._pools import DrivenPool
from mongotape.driver._private import settle
from mongotape.driver._publisher import Publisher
from mongotape.driver._runner_clients import (
    break_off,
    hasten,
    is_closed,
    is_dirty,
    open_client,
    pinned_address,
    quick_options,
    topology_id,
    transaction_state,
)
from mongotape.driver._sdam_queue import drain, stamped_publication
from mongotape.driver._taps import Tap, TapSource, taps_of
from mongotape.driver._topologies import DrivenTopology

__all__ = [
    "DrivenPool",
    "DrivenTopology",
    "Publisher",
    "Tap",
    "TapSource",
    "abandon",
    "break_off",
    "capture",
    "drain",
    "hasten",
    "install",
    "is_closed",
    "is_dirty",
    "is_registered",
    "open_client",
    "pinned_address",
    "quick_options",
    "settle",
    "stamped_publication",
    "taps_of",
    "topology_id",
    "transaction_state",
    "unobserved",
]
