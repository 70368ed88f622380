"""Whether an operation's error is the one that the test expects.

Source: Unified Test Format, "expectedError".
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any, Final

from mongotape.matching import MISSING, match_value
from mongotape.runner import _results as results

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mongotape.matching import Entities, Mismatch
    from mongotape.spec import ExpectedError

#: Whose code raises the errors that a driver's user sees.
_DRIVER: Final = frozenset(("pymongo", "bson", "gridfs", "pymongocrypt"))


def is_of_driver(error: BaseException) -> bool:
    """Whether the driver raised it; a TypeError of a wrong call is the caller's own."""
    from bson.errors import BSONError
    from gridfs.errors import GridFSError
    from pymongo.errors import PyMongoError

    if isinstance(error, PyMongoError | BSONError | GridFSError):
        return True
    frames = [frame for frame, _line in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and str(frames[-1].f_globals.get("__name__", "")).partition(".")[0] in _DRIVER


def _server_error(error: Any) -> Any:
    """The error that carries the server's reply and labels."""
    from pymongo.errors import ClientBulkWriteException, EncryptionError, PyMongoError

    if isinstance(error, ClientBulkWriteException) and error.error is not None:
        return error.error
    if isinstance(error, EncryptionError) and isinstance(error.cause, PyMongoError):
        return error.cause
    return error


def is_client_error(error: Any) -> bool:
    """Whether an error came from the client, the network included, and not from a server's reply."""
    from pymongo.errors import ConnectionFailure, EncryptionError, NotPrimaryError, OperationFailure

    cause = _server_error(error)
    if isinstance(cause, EncryptionError):
        return not isinstance(cause.cause, OperationFailure)
    if isinstance(cause, ConnectionFailure):
        return not isinstance(cause, NotPrimaryError)
    return not isinstance(cause, OperationFailure)


def _details(error: Any) -> Mapping[str, Any]:
    found = getattr(_server_error(error), "details", None)
    return found if isinstance(found, dict) else {}


def _texts(error: Any) -> str:
    """Where ``errorContains`` looks: the message, and the single errors of a collection's bulk write."""
    from pymongo.errors import BulkWriteError

    if isinstance(error, BulkWriteError):
        return f"{error} {error.details}".lower()
    cause = _server_error(error)
    return f"{error} {cause}".lower() if cause is not error else str(error).lower()


def wrong_in_error(
    expected: ExpectedError, error: BaseException, entities: Entities | None = None, operators: Any = ()
) -> Iterator[tuple[str, str, tuple[Mismatch, ...]]]:
    """Yield the key of the expectation that doesn't hold, a sentence, and mismatches where there are any."""
    client = is_client_error(error)
    if expected.is_client_error is not None and expected.is_client_error is not client:
        what = "the server's reply" if expected.is_client_error else "the client or the network"
        yield (
            "isClientError",
            f"expected {str(expected.is_client_error).lower()}, but the error is of {what}",
            (),
        )
    timeout = bool(getattr(error, "timeout", False))
    if expected.is_timeout_error is not None and expected.is_timeout_error is not timeout:
        yield (
            "isTimeoutError",
            f"expected {str(expected.is_timeout_error).lower()}, observed {str(timeout).lower()}",
            (),
        )
    if expected.error_contains is not None and expected.error_contains.lower() not in _texts(error):
        yield "errorContains", f'"{expected.error_contains}" is not in the error\'s message', ()
    yield from _wrong_code(expected, error)
    yield from _wrong_labels(expected, error)
    for key, wanted, observed in _documents(expected, error):
        mismatches = match_value(wanted, observed, root=True, entities=entities, operators=operators)
        if mismatches:
            yield (
                key,
                f"{len(mismatches)} differences" if len(mismatches) > 1 else "one difference",
                mismatches,
            )
    yield from _wrong_counts(expected, error)


def _wrong_code(expected: ExpectedError, error: BaseException) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    details = _details(error)
    code = details.get("code", getattr(_server_error(error), "code", None))
    if expected.error_code is not None and code != expected.error_code:
        yield "errorCode", f"expected {expected.error_code}, observed {code}", ()
    if expected.error_code_name is not None:
        names = {str(name).lower() for name in _code_names(details)}
        if expected.error_code_name.lower() not in names:
            observed = ", ".join(sorted(names)) or "none"
            yield "errorCodeName", f"expected {expected.error_code_name}, observed {observed}", ()


def _code_names(details: Mapping[str, Any]) -> Iterator[Any]:
    for each in (details, *details.get("writeErrors", ()), *details.get("writeConcernErrors", ())):
        if isinstance(each, dict) and "codeName" in each:
            yield each["codeName"]


def _wrong_labels(
    expected: ExpectedError, error: BaseException
) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    has = getattr(_server_error(error), "has_error_label", lambda _label: False)
    outer = getattr(error, "has_error_label", has)
    missing = [label for label in expected.error_labels_contain if not (has(label) or outer(label))]
    if missing:
        yield "errorLabelsContain", f"the error lacks the label {' and '.join(missing)}", ()
    present = [label for label in expected.error_labels_omit if has(label) or outer(label)]
    if present:
        yield "errorLabelsOmit", f"the error has the label {' and '.join(present)}", ()


def _documents(expected: ExpectedError, error: Any) -> Iterator[tuple[str, Any, Any]]:
    if expected.error_response is not None:
        yield "errorResponse", expected.error_response, _details(error) or MISSING
    observed = {each.get("index", each.get("idx")): each for each in _write_errors(error)}
    for index, wanted in (expected.write_errors or {}).items():
        yield f"writeErrors.{index}", wanted, observed.get(index, MISSING)
    found = _write_concern_errors(error)
    for index, wanted in enumerate(expected.write_concern_errors or ()):
        if index < len(found):
            yield f"writeConcernErrors[{index}]", wanted, found[index]
    if expected.expect_result:
        yield "expectResult", expected.expect_result, partial_result(error)


def _wrong_counts(expected: ExpectedError, error: Any) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    if expected.write_errors is not None:
        indexes = {each.get("index", each.get("idx")) for each in _write_errors(error)}
        further = sorted(indexes - set(expected.write_errors), key=str)
        if further:
            yield "writeErrors", f"write {', '.join(map(str, further))} failed too", ()
    if expected.write_concern_errors is not None:
        found = len(_write_concern_errors(error))
        if found != len(expected.write_concern_errors):
            yield "writeConcernErrors", f"expected {len(expected.write_concern_errors)}, observed {found}", ()


def _write_errors(error: Any) -> list[dict[str, Any]]:
    details = getattr(error, "details", None)
    found = details.get("writeErrors") if isinstance(details, dict) else None
    return [_named(each) for each in found or ()]


def _write_concern_errors(error: Any) -> list[dict[str, Any]]:
    details = getattr(error, "details", None)
    found = details.get("writeConcernErrors") if isinstance(details, dict) else None
    return [_named(each) for each in found or ()]


def _named(found: Mapping[str, Any]) -> dict[str, Any]:
    """A write error under the specification's name for its message as well as the server's."""
    named = dict(found)
    if "errmsg" in named:
        named.setdefault("message", named["errmsg"])
    return named


def partial_result(error: Any) -> Any:
    """Return what an error tells of the writes that were done; MISSING where it tells nothing."""
    from pymongo.errors import BulkWriteError, ClientBulkWriteException

    if isinstance(error, BulkWriteError):
        return results.bulk_write_error(error.details)
    if isinstance(error, ClientBulkWriteException) and error.partial_result is not None:
        return results.client_bulk_write(error.partial_result)
    return MISSING


def told(error: BaseException) -> str:
    """Return an error as one line: its class, its code and its message, secrets aside."""
    from mongotape.rendering import scrubbed

    code = getattr(error, "code", None)
    name = type(error).__name__ + (f" {code}" if isinstance(code, int) else "")
    return scrubbed(f"{name}: {str(error).splitlines()[0] if str(error) else '(no message)'}")
