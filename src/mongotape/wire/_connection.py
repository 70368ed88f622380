"""One accepted connection: its thread reads requests, calls the handler and sends what it answers."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from bson.binary import UuidRepresentation

from mongotape.wire import _frames
from mongotape.wire._frames import FrameError
from mongotape.wire._requests import Answer, CloseConnection, CommandFailure, Reply, Request, error_reply

if TYPE_CHECKING:
    from bson.codec_options import CodecOptions

Handler = Callable[[Request, "Connection"], Answer]
_BUFFER_BYTES = 16 * 1024


class Watching(Protocol):
    """What notices, while a handler is busy, that the client has gone away."""

    def watch(self, connection: Connection) -> None:
        """Look at this connection from now on."""

    def unwatch(self, connection: Connection) -> None:
        """Look at it no longer."""


class Connection:
    """A client's connection, as a handler sees it.

    Attributes:
        number: the server's number of it, from 1; what hello reports as ``connectionId``.
        peer: the client's host and port.
        metadata: the ``client`` document of its first hello, or None before one came.
        state: a dict for whatever a handler keeps for this connection.
    """

    def __init__(
        self,
        sock: socket.socket,
        number: int,
        peer: tuple[str, int],
        *,
        handler: Handler,
        codec_options: CodecOptions[Any],
        watcher: Watching,
        on_error: Callable[[BaseException], None],
    ) -> None:
        self.number = number
        self.peer = peer
        self.metadata: Mapping[str, Any] | None = None
        self.state: dict[str, Any] = {}
        self._socket = sock
        self._handler = handler
        self._decoding = codec_options
        self._encoding = codec_options.with_options(uuid_representation=UuidRepresentation.STANDARD)
        self._watcher = watcher
        self._on_error = on_error
        self._gone = threading.Event()
        self._wakes: list[Callable[[], None]] = []
        self._wakes_lock = threading.Lock()
        self._sent = 0
        self._after_reply: list[Callable[[], object]] = []
        self._on_close: list[Callable[[], object]] = []

    def __repr__(self) -> str:
        return f"<Connection {self.number} from {self.peer[0]}:{self.peer[1]}{' closed' * self.closed}>"

    @property
    def closed(self) -> bool:
        """Whether the client has gone, the handler hung up or the server stopped."""
        return self._gone.is_set()

    @property
    def app_name(self) -> str | None:
        """The ``appName`` that the client gave in its first hello."""
        application = (self.metadata or {}).get("application")
        name = application.get("name") if isinstance(application, Mapping) else None
        return name if isinstance(name, str) else None

    def close(self) -> None:
        """Hangs up: the client reads the end of the stream, and whoever waits in a handler is woken."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._gone.set()  # after the shutdown, so that a handler woken by it sends nothing any more
        with self._wakes_lock:
            wakes = list(self._wakes)
        for wake in wakes:
            wake()

    @contextlib.contextmanager
    def watched(self, wake: Callable[[], None]) -> Iterator[None]:
        """While a handler waits inside this block, ``wake`` is called when the connection closes.

        Outside it nobody reads the socket while a handler runs, so a client that vanishes is noticed only
        when the reply is sent.
        """
        with self._wakes_lock:
            self._wakes.append(wake)
        self._watcher.watch(self)
        try:
            if self.closed:
                wake()
            yield
        finally:
            self._watcher.unwatch(self)
            with self._wakes_lock:
                self._wakes.remove(wake)

    def wait(self, seconds: float) -> bool:
        """Sleeps for some seconds, or until the connection closes.

        Returns:
            Whether the connection is still open.
        """
        with self.watched(lambda: None):
            return not self._gone.wait(seconds)

    def after_reply(self, act: Callable[[], object]) -> None:
        """Calls ``act`` once when the reply that the handler is about to give has been sent."""
        self._after_reply.append(act)

    def on_close(self, act: Callable[[], object]) -> None:
        """Calls ``act`` once when the connection has ended."""
        self._on_close.append(act)

    # The thread's side.

    def serve(self) -> None:
        """Answers requests until either side hangs up."""
        try:
            self._serve()
        except OSError:
            pass  # the client went away; what it left unread concerns nobody
        except Exception as error:  # noqa: BLE001 - a defect here must not end the server in silence
            self._on_error(error)
        finally:
            self.close()
            while self._on_close:
                self._on_close.pop(0)()

    def _serve(self) -> None:
        buffer = bytearray(_BUFFER_BYTES)
        have = 0
        while not self.closed:
            view = memoryview(buffer)
            have = self._receive(view, have, 16)
            if have < 16:
                return
            length = _frames.HEADER.unpack_from(buffer)[0]
            if not 16 <= length <= _frames.MAX_MESSAGE_BYTES:
                return  # garbage or oversized: there is no next message to be found
            if length > len(buffer):
                larger = bytearray(length)
                larger[:have] = view[:have]
                buffer, view = larger, memoryview(larger)
            have = self._receive(view, have, length)
            if have < length:
                return
            try:
                self._answer(view[:length])
            except (FrameError, CloseConnection):
                return
            finally:
                while self._after_reply:
                    self._after_reply.pop(0)()
            have -= length
            if len(buffer) > _BUFFER_BYTES or have:
                rest = bytes(view[length : length + have])
                buffer = bytearray(max(_BUFFER_BYTES, have))
                buffer[:have] = rest

    def _receive(self, view: memoryview, have: int, wanted: int) -> int:
        """Reads until that many bytes are there, or the client's last one; how many are there."""
        while have < wanted:
            received = self._socket.recv_into(view[have:])
            if not received:
                break
            have += received
        return have

    def _answer(self, frame: memoryview) -> None:
        try:
            request = _frames.parse_request(frame, self._decoding)
        except CommandFailure as failure:
            request_id, legacy, unacknowledged = _frames.frame_ids(frame)
            if not unacknowledged:
                self._send(failure.reply(), Request({}, "", "", request_id, legacy=legacy))
            return
        if self.metadata is None and _frames.is_hello(request.name):
            metadata = request.command.get("client")
            self.metadata = metadata if isinstance(metadata, Mapping) else None
        answer = self._call(request)
        if isinstance(answer, CloseConnection) or answer is CloseConnection:
            raise CloseConnection
        if isinstance(answer, Mapping):
            if not request.more_to_come:
                self._send(answer, request)
        elif isinstance(answer, Iterator):
            self._stream(answer, request)
        else:
            self._send(self._complain(_no_answer(request, answer)), request)

    def _call(self, request: Request) -> Answer:
        try:
            return self._handler(request, self)
        except CommandFailure as failure:
            return failure.reply()
        except CloseConnection:
            raise
        except BaseException as error:  # noqa: BLE001 - pytest.fail in a handler is a BaseException
            return self._complain(error)

    def _stream(self, replies: Iterator[Reply], request: Request) -> None:
        """Sends every yielded reply with moreToCome and the returned one as the last."""
        close = getattr(replies, "close", None)
        try:
            response_to = request.request_id
            while not self.closed:
                reply, last = self._next(replies)
                if last or not request.exhaust_allowed or _ends_a_stream(reply):
                    if not request.more_to_come:
                        self._send(reply, request, response_to=response_to)
                    return
                response_to = self._send(reply, request, response_to=response_to, more_to_come=True)
        finally:
            if close is not None:
                close()

    def _next(self, replies: Iterator[Reply]) -> tuple[Reply, bool]:
        try:
            return next(replies), False
        except StopIteration as stop:
            if isinstance(stop.value, Mapping):
                return stop.value, True
            raise CloseConnection from None  # more was promised: the client must not wait for it
        except CommandFailure as failure:
            return failure.reply(), True
        except CloseConnection:
            raise
        except BaseException as error:  # noqa: BLE001 - as in _call
            return self._complain(error), True

    def _send(
        self,
        reply: Reply,
        request: Request,
        *,
        response_to: int | None = None,
        more_to_come: bool = False,
    ) -> int:
        """Sends one reply; its own id is returned."""
        self._sent += 1
        number = self._sent
        addressed = request.request_id if response_to is None else response_to
        options: dict[str, Any] = {
            "request_id": number,
            "response_to": addressed,
            "codec_options": self._encoding,
            "legacy": request.legacy,
        }
        try:
            frame = _frames.reply_frame(reply, more_to_come=more_to_come, **options)
        except CommandFailure as failure:
            frame = _frames.reply_frame(failure.reply(), **options)
        except Exception as error:  # noqa: BLE001 - whatever BSON can't hold is the handler's, not the client's
            frame = _frames.reply_frame(self._complain(error), **options)
            more_to_come = False
        self._socket.sendall(frame)
        return number

    def _complain(self, error: BaseException) -> dict[str, Any]:
        self._on_error(error)
        return error_reply(8, f"{type(error).__name__}: {error}")


def _no_answer(request: Request, answer: object) -> TypeError:
    return TypeError(
        f"the handler answered {request.name!r} with a {type(answer).__name__}; "
        "a mapping, an iterator of mappings or CloseConnection is expected"
    )


def _ends_a_stream(reply: Reply) -> bool:
    """An error and the last batch of a cursor end a stream by themselves, as on a server."""
    if not reply.get("ok", 1):
        return True
    cursor = reply.get("cursor")
    return isinstance(cursor, Mapping) and cursor.get("id") == 0
