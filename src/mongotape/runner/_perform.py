"""Does an operation and judges what came of it.

Source: Unified Test Format, "operation".
"""

from __future__ import annotations

import traceback
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from mongotape.errors import ExpectationError
from mongotape.matching import MISSING, match_value
from mongotape.rendering import render_mismatches, show
from mongotape.runner import (
    _bucket,
    _change_streams,
    _collection,
    _cursors,
    _database,
    _encryption,
    _session,
    _testrunner,
    _testrunner_server,
)
from mongotape.runner._call import HANDLERS, Call
from mongotape.runner._errors import is_of_driver, told, wrong_in_error
from mongotape.runner._outcome import BrokenError, SpecFailure, TimeLimitError, UnsupportedError
from mongotape.spec import OPERATIONS, UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mongotape.documents import Place
    from mongotape.runner._scene import Scene
    from mongotape.spec import Operation

#: The files that fill the table of operations.
_FILLED_BY = (
    _bucket,
    _change_streams,
    _collection,
    _cursors,
    _database,
    _encryption,
    _session,
    _testrunner,
    _testrunner_server,
)


class Performer:
    """Does the operations of one test."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    async def __call__(self, operations: Sequence[Operation], *, rethrow: bool) -> None:
        """Do operations in their order.

        Args:
            operations: what to do.
            rethrow: an error that an operation expects is raised all the same, after it was judged.

        Raises:
            SpecFailure: an operation came out otherwise than the file says.
        """
        for each in operations:
            self._scene.check_time()
            error = await self._one(each)
            if rethrow and error is not None:
                raise error

    async def _one(self, operation: Operation) -> BaseException | None:
        """Do one operation; return the error that it was expected to raise."""
        scene = self._scene
        outer = scene.place, scene.activity
        scene.place, scene.activity = operation.place, f"{operation.name} on {operation.object}"
        try:
            result = await self._result(operation)
        except (SpecFailure, UnsupportedError, BrokenError, TimeLimitError):
            raise
        except ExpectationError as error:
            raise SpecFailure(operation.place, str(error)) from error
        except Exception as error:  # noqa: BLE001  # an operation's error is what is judged
            scene.check_time()
            if getattr(error, "timeout", False):
                scene.timed_out()
            self._judge_error(operation, error)
            return error
        self._judge(operation, result)
        scene.place, scene.activity = outer
        return None

    async def _result(self, operation: Operation) -> Any:
        held = None
        if operation.object_kind != "testRunner":
            held = self._scene.entities.held(operation.object, operation.place)
        kind = operation.object_kind if held is None else held.kind
        handler = HANDLERS.get((kind, operation.name))
        if handler is None:
            raise UnsupportedError(f"the runner has no operation {operation.name} of a {kind}")
        call = Call(self._scene, operation, None if held is None else held.value)
        if kind == "session" and operation.name in ("startTransaction", "withTransaction"):
            self._scene.used_transactions = True
        if call.timeout_ms is None or kind == "testRunner":
            timeout: Any = nullcontext()
        else:
            import pymongo

            timeout = pymongo.timeout(call.timeout_ms / 1000)
        with timeout:
            return await handler(call)

    def _judge_error(self, operation: Operation, error: Exception) -> None:
        if not is_of_driver(error):
            if isinstance(error, AssertionError):
                raise SpecFailure(operation.place, str(error)) from error
            text = "".join(traceback.format_exception(error))
            raise BrokenError(f"{operation.name} could not be called: {told(error)}\n{text}") from error
        if operation.ignore_result_and_error:
            return
        expected = operation.expect_error
        what = f"{operation.name} on {operation.object}"
        if expected is None:
            raise SpecFailure(operation.place, f"{what} failed: {told(error)}") from error
        scene = self._scene
        wrong = list(wrong_in_error(expected, error, scene.entities, scene.operators))
        if not wrong:
            return
        lines = [f"{what} failed with {told(error)}"]
        for key, sentence, mismatches in wrong:
            lines.append(f"  expectError.{key}: {sentence}")
            if mismatches:
                lines += str(render_mismatches("", mismatches)).splitlines()[1:]
        key, sentence, _mismatches = wrong[0]
        place = expected.place.below(*key.replace("[", ".").split(".")[:1])
        raise SpecFailure(
            place, f"the error of {what} differs: {key}: {sentence}", "\n".join(lines)
        ) from error

    def _judge(self, operation: Operation, result: Any) -> None:
        what = f"{operation.name} on {operation.object}"
        if operation.ignore_result_and_error:
            return
        if operation.expect_error is not None:
            observed = "" if result is MISSING else f", with {show(result)}"
            raise SpecFailure(
                operation.expect_error.place, f"{what} was expected to fail and succeeded{observed}"
            )
        if not isinstance(operation.expect_result, Unset):
            self._judge_result(operation, what, result)
        if operation.save_result_as_entity is not None:
            self._save(operation, result)

    def _judge_result(self, operation: Operation, what: str, result: Any) -> None:
        rule = OPERATIONS[operation.object_kind][operation.name]
        assert operation.expect_result is not UNSET
        mismatches = match_value(
            operation.expect_result,
            result,
            root="elements" if rule.result == "items" else True,
            operators=self._scene.operators,
            entities=self._scene.entities,
        )
        if mismatches:
            sentence = f"the result of {what} differs"
            _heading, first, *others = str(render_mismatches(sentence, mismatches)).splitlines()
            place = _place_in(operation, mismatches[0].path)
            raise SpecFailure(place, f"{sentence}: {first.strip()}", "\n".join(others))

    def _save(self, operation: Operation, result: Any) -> None:
        name = operation.save_result_as_entity
        assert name is not None
        kind = OPERATIONS[operation.object_kind][operation.name].saves
        if kind == "value":
            _check_bson(operation, result)
        self._scene.entities.add(name, kind, result, operation.place)


def _place_in(operation: Operation, path: Sequence[str | int]) -> Place:
    return operation.place.below("expectResult", *path)


def _check_bson(operation: Operation, result: Any) -> None:
    """Only what is a BSON value can be an entity."""
    from bson import encode
    from bson.errors import InvalidDocument

    if result is MISSING:
        raise SpecFailure(operation.place, f"{operation.name} has no result to be saved as an entity")
    try:
        encode({"": result})
    except InvalidDocument as error:
        sentence = f"the result of {operation.name} is no BSON value and can't be saved as an entity: {error}"
        raise SpecFailure(operation.place, sentence) from error
