"""Runs single tests of the Unified Test Format against a server, on the sync or the async API, from one body.

::

    from mongotape import runner, spec

    file = spec.read("find.yml")
    with runner.RunnerContext("mongodb://localhost:27017", api="sync") as context:
        for test in file.tests:
            outcome = context.run(file, test)
            print(outcome.status, outcome.sentence)

- ``RunnerContext(uri, *, api, timeout=30, keep=False, multiple_mongoses_uri=None, operators=())`` is made once
  for a server and an API, and costs one client and a few commands (``context.facts``). ``context.close()``, or
  the end of its ``with``, closes what it opened. It is to be used by one thread, and ``api="async"`` not inside
  a running event loop: the context has a loop of its own.
- ``context.unmet(file, test)`` is the sentence why a test can't run here (the deployment's version, topology,
  parameters, encryption; what this PyMongo lacks; ``skipReason``), or None.
- ``context.run(file, test)`` runs a test (one that is unmet becomes a skip) and returns an ``Outcome``:
  ``status`` is ``passed``, ``failed``, ``skipped`` or ``broken`` (the server is gone, or the runner itself
  failed: nothing was learnt); ``sentence`` says why in one line, ``text`` in full, ``where`` is ``file.yml:41``,
  ``events`` is the log of what the test's clients published (``event.client`` is the entity's id). It raises
  only what is not an ``Exception`` (``KeyboardInterrupt``). Whatever happens, fail points are disarmed, sessions
  ended, cursors and clients closed, and with ``keep=False`` the test's collections dropped from the server.
- ``databases_of(file)`` names the databases that a file uses, for the session's header (DESIGN, law 15).

Source: Unified Test Format, "Executing a Test File".
"""

from __future__ import annotations

from mongotape.runner._context import Api, RunnerContext
from mongotape.runner._data import databases_of
from mongotape.runner._facts import ServerFacts
from mongotape.runner._outcome import Outcome, Status
from mongotape.runner._unmet import unmet

__all__ = ["Api", "Outcome", "RunnerContext", "ServerFacts", "Status", "databases_of", "unmet"]
