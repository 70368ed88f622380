"""What people expect: one typed builder for each of the 23 events, and the reading of spec-style mappings.

A builder means exactly what the mapping of the same event means in the Unified Test Format:
``expect.command_started("find", command={...})`` is ``{"commandStartedEvent": {"commandName": "find",
"command": {...}}}``.
"""

from __future__ import annotations

from mongotape.expect._commands import command_failed, command_started, command_succeeded
from mongotape.expect._deployments import (
    server_closed,
    server_description_changed,
    server_heartbeat_failed,
    server_heartbeat_started,
    server_heartbeat_succeeded,
    server_opening,
    topology_closed,
    topology_description_changed,
    topology_opening,
)
from mongotape.expect._pools import (
    connection_check_out_failed,
    connection_check_out_started,
    connection_checked_in,
    connection_checked_out,
    connection_closed,
    connection_created,
    connection_ready,
    pool_cleared,
    pool_closed,
    pool_created,
    pool_ready,
)
from mongotape.expect._reading import fields_of, read_expectation, read_expectations
from mongotape.expect._repetitions import between, one_or_more, optional
from mongotape.expect._values import (
    UNSET,
    Expectation,
    Given,
    HasEquals,
    Repeat,
    Same,
    Step,
    Text,
    Unset,
    Written,
    like,
    literal,
    same,
    text,
)

__all__ = [
    "UNSET",
    "Expectation",
    "Given",
    "HasEquals",
    "Repeat",
    "Same",
    "Step",
    "Text",
    "Unset",
    "Written",
    "between",
    "command_failed",
    "command_started",
    "command_succeeded",
    "connection_check_out_failed",
    "connection_check_out_started",
    "connection_checked_in",
    "connection_checked_out",
    "connection_closed",
    "connection_created",
    "connection_ready",
    "fields_of",
    "like",
    "literal",
    "one_or_more",
    "optional",
    "pool_cleared",
    "pool_closed",
    "pool_created",
    "pool_ready",
    "read_expectation",
    "read_expectations",
    "same",
    "server_closed",
    "server_description_changed",
    "server_heartbeat_failed",
    "server_heartbeat_started",
    "server_heartbeat_succeeded",
    "server_opening",
    "text",
    "topology_closed",
    "topology_description_changed",
    "topology_opening",
]
