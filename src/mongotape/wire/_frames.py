"""Bytes to requests and replies to bytes: OP_MSG, and OP_QUERY for a driver's first hello.

Source: MongoDB wire protocol and the OP_MSG specification.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import bson
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import BSONError

from mongotape.wire._requests import CommandFailure, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADER = struct.Struct("<iiii")  # length, request id, response to, opcode
OP_REPLY, OP_QUERY, OP_COMPRESSED, OP_MSG = 1, 2004, 2012, 2013
MAX_MESSAGE_BYTES = 48_000_000
MAX_BSON_BYTES = 16 * 1024 * 1024

CHECKSUM_PRESENT, MORE_TO_COME, EXHAUST_ALLOWED = 1, 2, 1 << 16
_REQUIRED_BITS = 0xFFFF  # a receiver must refuse an unknown bit among these

_INT = struct.Struct("<i")
_UINT = struct.Struct("<I")
_MSG_REPLY = struct.Struct("<iiiiIB")  # header, flags, kind 0
_QUERY_REPLY = struct.Struct("<iiiiiqii")  # header, flags, cursor id, starting from, number returned
_AWAIT_CAPABLE = 8

#: Datetimes that Python can't hold arrive as ``DatetimeMS`` instead of failing the request.
DEFAULT_CODEC_OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(
    datetime_conversion=DatetimeConversion.DATETIME_AUTO
)


class FrameError(Exception):
    """The bytes are no message: where the next one starts can't be told, so the connection is closed."""


def parse_request(frame: memoryview, codec_options: CodecOptions[dict[str, Any]]) -> Request:
    """The request in one whole frame.

    Raises:
        CommandFailure: the frame is whole but what it holds can't be read.
        FrameError: the opcode is none that a server of this age answers.
    """
    _, request_id, _, opcode = HEADER.unpack_from(frame)
    if opcode == OP_MSG:
        return _parse_msg(frame, request_id, codec_options)
    if opcode == OP_QUERY:
        return _parse_query(frame, request_id, codec_options)
    if opcode == OP_COMPRESSED:
        raise FrameError("OP_COMPRESSED, though this server's hello names no compressor")
    raise FrameError(f"opcode {opcode} is not OP_MSG")


def _parse_msg(frame: memoryview, request_id: int, options: CodecOptions[dict[str, Any]]) -> Request:
    end = len(frame)
    if end < 21:
        raise CommandFailure(22, "the OP_MSG message ends before its first section")
    (flags,) = _UINT.unpack_from(frame, 16)
    if flags & _REQUIRED_BITS & ~(CHECKSUM_PRESENT | MORE_TO_COME):
        raise CommandFailure(223, f"the OP_MSG flags 0x{flags:x} hold a bit that is not known")
    if flags & CHECKSUM_PRESENT:
        end -= 4  # loopback doesn't corrupt bytes: the checksum is skipped
    command = _read_sections(frame, end, options)
    database = command.get("$db")
    if not isinstance(database, str):
        raise CommandFailure(40571, "OP_MSG requests require a $db argument")
    return Request(
        command,
        next(iter(command)),
        database,
        request_id,
        exhaust_allowed=bool(flags & EXHAUST_ALLOWED),
        more_to_come=bool(flags & MORE_TO_COME),
    )


def _read_sections(frame: memoryview, end: int, options: CodecOptions[dict[str, Any]]) -> dict[str, Any]:
    """The body with the document sequences merged in; a sequence may come before the body."""
    bodies: list[dict[str, Any]] = []
    sequences: dict[str, list[dict[str, Any]]] = {}
    position = 20
    while position < end:
        kind = frame[position]
        position += 1
        section_end = position + _size(frame, position, end)
        if kind == 0:
            bodies.append(_decode(frame[position:section_end], options))
        elif kind == 1:
            name, start = _cstring(frame, position + 4, section_end)
            if name in sequences:
                raise CommandFailure(22, f"the document sequence {name!r} comes twice")
            sequences[name] = _decode_all(frame[start:section_end], options)
        else:
            raise CommandFailure(22, f"the OP_MSG section kind {kind} is not known")
        position = section_end
    if len(bodies) != 1 or not bodies[0]:
        raise CommandFailure(22, f"the OP_MSG message holds {len(bodies)} bodies; one command is expected")
    command = bodies[0]
    for name, documents in sequences.items():
        if name in command:
            raise CommandFailure(22, f"{name!r} is both a field of the command and a document sequence")
        command[name] = documents
    return command


def _parse_query(frame: memoryview, request_id: int, options: CodecOptions[dict[str, Any]]) -> Request:
    namespace, position = _cstring(frame, 20, len(frame))
    position += 8  # documents to skip and to return
    size = _size(frame, position, len(frame))
    command = _decode(frame[position : position + size], options)
    command = command.get("$query", command)
    database, _, collection = namespace.partition(".")
    if collection != "$cmd" or not command or not is_hello(name := next(iter(command))):
        what = name if command and collection == "$cmd" else f"a query on {namespace}"
        raise CommandFailure(352, f"Unsupported OP_QUERY command: {what}; only hello may come that way")
    return Request(command, name, database, request_id, legacy=True)


def is_hello(name: str) -> bool:
    """Whether a command's name is one of hello's three."""
    return name in {"hello", "isMaster", "ismaster"}


def _size(frame: memoryview, position: int, end: int) -> int:
    if position + 4 > end:
        raise CommandFailure(22, "the message ends within a section's size")
    size: int = _INT.unpack_from(frame, position)[0]
    if size < 5 or position + size > end:
        raise CommandFailure(22, f"a section of {size} bytes does not fit into its message")
    return size


def _cstring(frame: memoryview, start: int, end: int) -> tuple[str, int]:
    for position in range(start, min(end, start + 1024)):
        if frame[position] == 0:
            try:
                return str(frame[start:position], "utf-8"), position + 1
            except UnicodeDecodeError as error:
                raise CommandFailure(22, f"a name in the message is not UTF-8: {error}") from None
    raise CommandFailure(22, "a name in the message has no end")


def _decode(data: memoryview, options: CodecOptions[dict[str, Any]]) -> dict[str, Any]:
    try:
        return bson.decode(data, options)
    except (BSONError, ValueError, OverflowError, RecursionError) as error:
        raise CommandFailure(22, f"the message holds invalid BSON: {error}") from None


def _decode_all(data: memoryview, options: CodecOptions[dict[str, Any]]) -> list[dict[str, Any]]:
    try:
        return bson.decode_all(data, options)
    except (BSONError, ValueError, OverflowError, RecursionError) as error:
        raise CommandFailure(22, f"a document sequence holds invalid BSON: {error}") from None


def reply_frame(
    reply: Mapping[str, Any],
    *,
    request_id: int,
    response_to: int,
    codec_options: CodecOptions[Any],
    more_to_come: bool = False,
    legacy: bool = False,
) -> bytes:
    """One reply as bytes: OP_MSG, or OP_REPLY to what came as OP_QUERY."""
    body = bson.encode(reply, codec_options=codec_options)
    if len(body) > MAX_BSON_BYTES + 16 * 1024:  # a reply may outgrow a document by a server's own fields
        raise CommandFailure(10334, f"the reply of {len(body)} bytes is larger than a BSON document may be")
    if legacy:
        head = _QUERY_REPLY.pack(36 + len(body), request_id, response_to, OP_REPLY, _AWAIT_CAPABLE, 0, 0, 1)
    else:
        flags = MORE_TO_COME if more_to_come else 0
        head = _MSG_REPLY.pack(21 + len(body), request_id, response_to, OP_MSG, flags, 0)
    return head + body


def frame_ids(frame: memoryview) -> tuple[int, bool, bool]:
    """What is needed to answer a frame that can't be read.

    Returns:
        Its request id, whether it is OP_QUERY, and whether its sender reads no reply.
    """
    _, request_id, _, opcode = HEADER.unpack_from(frame)
    unacknowledged = opcode == OP_MSG and len(frame) >= 20 and bool(frame[16] & MORE_TO_COME)
    return request_id, opcode == OP_QUERY, unacknowledged
