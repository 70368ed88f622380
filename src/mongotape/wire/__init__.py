"""MongoDB's wire protocol served in this process: frames, connections, hello and fail points.

What ``mock/`` and ``deployment/`` are built on. Loopback only; ``threading`` and ``bson`` only.
"""

from mongotape.wire._codes import CODE_NAMES, NOT_PRIMARY_CODES, RETRYABLE_CODES, SHUTDOWN_CODES, code_name
from mongotape.wire._connection import Connection, Handler
from mongotape.wire._failpoints import FailPoints, default_labels
from mongotape.wire._frames import DEFAULT_CODEC_OPTIONS, MAX_BSON_BYTES, MAX_MESSAGE_BYTES, is_hello
from mongotape.wire._hello import (
    MAX_WIRE_VERSION,
    MAX_WRITE_BATCH_SIZE,
    MIN_WIRE_VERSION,
    TopologyClock,
    answer_hello,
    hello_reply,
    remind_after,
)
from mongotape.wire._requests import (
    Answer,
    CloseConnection,
    CommandFailure,
    Reply,
    Request,
    error_reply,
)
from mongotape.wire._server import WireServer

__all__ = [
    "CODE_NAMES",
    "DEFAULT_CODEC_OPTIONS",
    "MAX_BSON_BYTES",
    "MAX_MESSAGE_BYTES",
    "MAX_WIRE_VERSION",
    "MAX_WRITE_BATCH_SIZE",
    "MIN_WIRE_VERSION",
    "NOT_PRIMARY_CODES",
    "RETRYABLE_CODES",
    "SHUTDOWN_CODES",
    "Answer",
    "CloseConnection",
    "CommandFailure",
    "Connection",
    "FailPoints",
    "Handler",
    "Reply",
    "Request",
    "TopologyClock",
    "WireServer",
    "answer_hello",
    "code_name",
    "default_labels",
    "error_reply",
    "hello_reply",
    "is_hello",
    "remind_after",
]
