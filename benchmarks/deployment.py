"""What a scripted deployment costs: ``python benchmarks/deployment.py``.

Every figure is printed with its bound; the exit status is 1 when one is missed.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time

from mongotape.deployment import FakeDeployments

missed: list[str] = []


def show(what: str, seconds: list[float], bound_ms: float | None) -> None:
    """Print the least, the median and the largest of some times; the bound holds for the median."""
    low, middle, high = (1000 * f(seconds) for f in (min, statistics.median, max))
    bound = "" if bound_ms is None else f"  (median at most {bound_ms:g} ms)"
    print(f"{what:<52} {low:8.2f} {middle:8.2f} {high:8.2f} ms{bound}")
    if bound_ms is not None and middle > bound_ms:
        missed.append(what)


def start(rounds: int = 20) -> None:
    """From the call to three members that answer, and closing them."""
    starting, closing = [], []
    for _ in range(rounds):
        with FakeDeployments() as deployments:
            began = time.perf_counter()
            deployments.replica_set(3)
            starting.append(time.perf_counter() - began)
            began = time.perf_counter()
        closing.append(time.perf_counter() - began)
    show("starting three members", starting, 20)
    show("closing them", closing, None)


def step_down(rounds: int = 50) -> None:
    """From the step-down to the write done by the new primary."""
    with FakeDeployments() as deployments:
        deployment = deployments.replica_set(3)
        items = deployment.client().shop.items
        items.insert_one({})
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            deployment.step_down(hold_heartbeats=True)
            items.insert_one({})
            times.append(time.perf_counter() - began)
        assert len(deployment.received("insert")) == 1 + 2 * rounds
    show("from step-down to the retried write done", times, 50)


async def step_down_async(rounds: int = 50) -> None:
    """The same on AsyncMongoClient."""
    async with FakeDeployments() as deployments:
        deployment = deployments.replica_set(3)
        items = deployment.async_client().shop.items
        await items.insert_one({})
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            deployment.step_down(hold_heartbeats=True)
            await items.insert_one({})
            times.append(time.perf_counter() - began)
        assert len(deployment.received("insert")) == 1 + 2 * rounds
    show("the same, async", times, 50)


def commands(rounds: int = 1000) -> None:
    """An unscripted find_one, end to end."""
    with FakeDeployments() as deployments:
        items = deployments.replica_set(3).client().shop.items
        items.find_one()
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            items.find_one()
            times.append(time.perf_counter() - began)
    show("a find_one", times, None)


def main() -> int:
    """Run all of it; 1 if a bound was missed."""
    print(f"{'':<52} {'least':>8} {'median':>8} {'most':>8}")
    start()
    step_down()
    asyncio.run(step_down_async())
    commands()
    for what in missed:
        print(f"missed: {what}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
