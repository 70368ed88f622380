"""The runners of one server: one for each format and API, made when a case first needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from mongotape.replay._cases import Api, Case
    from mongotape.replay._settings import Settings
    from mongotape.runner import Outcome, RunnerContext, ServerFacts
    from mongotape.runner.older import PoolContext, TopologyContext
    from mongotape.servers import Running

    Context: TypeAlias = RunnerContext | PoolContext | TopologyContext


class Contexts:
    """The runners of one server.

    Args:
        server: gives the running server.
        settings: how tests are run.
    """

    def __init__(self, server: Callable[[], Running], settings: Settings) -> None:
        self._server = server
        self._settings = settings
        self._made: dict[tuple[str, Api], Context] = {}

    def __bool__(self) -> bool:
        """Whether anything was opened."""
        return bool(self._made)

    def run(self, case: Case) -> Outcome:
        """Run a case once.

        Raises:
            MongotapeError: the server does not answer, or the file can't be read.
        """
        from mongotape.spec import CmapFile, SdamFile

        model = case.source.model
        if isinstance(model, CmapFile):
            return self._pools(case.api).run(model)
        if isinstance(model, SdamFile):
            return self._topologies(case.api).run(model)
        return self._unified(case.api).run(model, model.tests[case.index])

    def facts(self, case: Case) -> ServerFacts | None:
        """What is known of the server that a case was run on; None where it needs none."""
        from mongotape.spec import CmapFile, SdamFile

        model = case.source.model
        if isinstance(model, SdamFile):
            return None
        return (self._pools if isinstance(model, CmapFile) else self._unified)(case.api).facts

    def close(self) -> None:
        """Drop the tests' data, unless it is to be kept, and close what was opened."""
        while self._made:
            _, context = self._made.popitem()
            context.close()

    def _unified(self, api: Api) -> RunnerContext:
        def make() -> RunnerContext:
            from mongotape.runner import RunnerContext

            return RunnerContext(
                self._server().uri,
                api=api,
                timeout=self._settings.timeout,
                keep=self._settings.keep,
                multiple_mongoses_uri=self._settings.multiple_mongoses_uri,
            )

        context: RunnerContext = self._kept("unified", api, make)
        return context

    def _pools(self, api: Api) -> PoolContext:
        def make() -> PoolContext:
            from mongotape.runner.older import PoolContext

            return PoolContext(self._server().uri, api=api, timeout=self._settings.timeout)

        context: PoolContext = self._kept("cmap", api, make)
        return context

    def _topologies(self, api: Api) -> TopologyContext:
        def make() -> TopologyContext:
            from mongotape.runner.older import TopologyContext

            return TopologyContext(api=api)

        context: TopologyContext = self._kept("sdam", api, make)
        return context

    def _kept(self, format_: str, api: Api, make: Callable[[], Any]) -> Any:
        if (format_, api) not in self._made:
            self._made[format_, api] = make()
        return self._made[format_, api]
