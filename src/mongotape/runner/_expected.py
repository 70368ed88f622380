"""Whether events and collections are as a test expects after its operations.

Source: Unified Test Format, "expectedEventsForClient" and "Executing a Test".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.matching import Mode, match_events, match_exactly
from mongotape.rendering import Circumstances, render_failure, render_mismatches
from mongotape.runner._outcome import SpecFailure

if TYPE_CHECKING:
    from mongotape.runner._scene import Scene
    from mongotape.spec import CollectionData, ExpectedEventsForClient


def check_events(scene: Scene, expected: ExpectedEventsForClient) -> None:
    """See that a client published these events.

    Raises:
        SpecFailure: it did not; the details are the whole walk.
    """
    scene.activity = f'comparing the {expected.event_type} events of client "{expected.client}"'
    watched = scene.watched(expected.client, expected.place)
    unobserved = {event.kind for event in expected.events} - set(watched.entity.observe_events)
    if unobserved:
        names = ", ".join(sorted(unobserved))
        sentence = f'client "{expected.client}" does not observe {names}; name it in its observeEvents'
        raise SpecFailure(expected.place, sentence)
    observed = watched.recorder.observed(expected.event_type)
    mode: Mode = "prefix" if expected.ignore_extra_events else "exact"
    if mode == "prefix" and not expected.events:
        return
    verdict = match_events(
        [event.as_mapping() for event in expected.events],
        observed,
        mode=mode,
        operators=scene.operators,
        entities=scene.entities,
    )
    if verdict.passed:
        return
    difference = verdict.difference
    index = difference.expectation if difference is not None else None
    place = expected.place if index is None else expected.events[index].place
    known = Circumstances(
        log=scene.events(), place=lambda number, path: str(expected.events[number].place.below(*path))
    )
    first, *others = str(render_failure(verdict, known)).splitlines()
    sentence = f'the {expected.event_type} events of client "{expected.client}" differ: {first}'
    raise SpecFailure(place, sentence, "\n".join(others))


def check_outcome(scene: Scene, expected: CollectionData) -> None:
    """See that a collection holds exactly these documents.

    Raises:
        SpecFailure: it does not.
    """
    from pymongo import ReadPreference
    from pymongo.read_concern import ReadConcern

    name = f"{expected.database_name}.{expected.collection_name}"
    scene.activity = f"reading {name}"
    collection = scene.deployment.admin[expected.database_name].get_collection(
        expected.collection_name,
        read_preference=ReadPreference.PRIMARY,
        read_concern=ReadConcern("local"),
    )
    observed = collection.find({}, sort=[("_id", 1)]).to_list()
    documents = _in_order_of_id(list(expected.documents), observed)
    mismatches = match_exactly(documents, observed, flexible_numbers=True)
    if mismatches:
        sentence = f"{name} holds other documents than expected"
        _heading, *others = str(render_mismatches(sentence, mismatches)).splitlines()
        raise SpecFailure(expected.place, sentence, "\n".join(others))


def _in_order_of_id(documents: list[Any], observed: list[Any]) -> list[Any]:
    """Expected documents in the server's order; those with ids that Python can't compare stay as written."""
    try:
        return sorted(documents, key=lambda document: document["_id"])
    except (TypeError, KeyError):
        order = {repr(document.get("_id")): index for index, document in enumerate(observed)}
        return sorted(documents, key=lambda document: order.get(repr(document.get("_id")), len(order)))
