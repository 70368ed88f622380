"""Replays the older formats: connection pools (CMAP), server discovery and monitoring (SDAM) with its events.

::

    from mongotape import spec
    from mongotape.runner.older import PoolContext, TopologyContext

    with TopologyContext(api="sync") as context:  # needs no server
        print(context.run(spec.read("rs/discovery.json")).sentence)
    with PoolContext("mongodb://localhost:27017", api="async") as context:
        print(context.run(spec.read("pool-checkout-connection.json")).status)

- ``TopologyContext(*, api)`` replays `SdamFile` offline, on PyMongo's real topology: replies and errors are
  handed to it, nothing is sent.
- ``PoolContext(uri, *, api, timeout=60, trailing_events=False)`` replays `CmapFile` on PyMongo's real pool
  against one server; it costs one client and a few commands (``context.facts``).
- Both have ``unmet(file)`` (the sentence why a file can't run here, or None), ``run(file)`` (an `Outcome`, as of
  a unified test) and ``close()``; each is used by one thread, and with ``api="async"`` not inside a running event
  loop.
- ``expected_failure(file, api)`` is the sentence on an official file that this PyMongo is known to fail, or None.

Source: Connection Monitoring and Pooling tests; Server Discovery And Monitoring tests; SDAM Monitoring tests.
"""

from __future__ import annotations

from mongotape.runner.older._known import KNOWN, KnownFailure, expected_failure
from mongotape.runner.older._pools import PoolContext
from mongotape.runner.older._topologies import TopologyContext
from mongotape.runner.older._worlds import Api

__all__ = ["KNOWN", "Api", "KnownFailure", "PoolContext", "TopologyContext", "expected_failure"]
