"""A small server that speaks OP_MSG on loopback, in this process.

One thread accepts, and every connection has one of its own.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from mongotape.errors import MongotapeError, ServerUnavailableError, UsageError
from mongotape.wire._connection import Connection, Handler
from mongotape.wire._frames import DEFAULT_CODEC_OPTIONS
from mongotape.wire._watch import Watcher

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from bson.codec_options import CodecOptions


class WireServer:
    """Answers MongoDB commands on loopback with what a handler returns.

    The handler is called as ``handler(request, connection)``, on the connection's own thread, one request of
    a connection at a time. It returns

    - a mapping: the reply;
    - an iterator of mappings: a streamed reply. Each yielded mapping is sent at once with moreToCome; the
      mapping that a generator *returns* is the last one. An error reply, and a cursor whose id is 0, end the
      stream too. A generator that ends without returning one closes the connection. If the client did not
      allow a streamed reply, the first mapping is the whole reply. The generator is closed when the
      connection is; one that waits does so inside ``connection.watched(wake)`` or with ``connection.wait()``;
    - :class:`CloseConnection` (or raises it): the connection is closed without an answer.

    :class:`CommandFailure` becomes its error reply; any other exception becomes error 8 with its text and is
    kept in :attr:`errors`, so a defect in a handler is never a dropped connection or a hang. The reply to an
    unacknowledged request is thrown away.

    Args:
        handler: what answers.
        host: a loopback address; anything else is refused.
        port: 0 takes a free one. A server started again takes its former one.
        name: what its threads are called.
        codec_options: how requests are decoded and replies encoded (UUIDs always as subtype 4).
    """

    def __init__(
        self,
        handler: Handler,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        name: str = "wire",
        codec_options: CodecOptions[Any] = DEFAULT_CODEC_OPTIONS,
    ) -> None:
        if not _is_loopback(host):
            raise UsageError(
                f"a wire server listens on loopback only, not on {host!r}; give 127.0.0.1 or ::1"
            )
        self.name = name
        self._handler = handler
        self._host = host
        self._port = port
        self._codec_options = codec_options
        self._lock = threading.Lock()
        self._watcher: Watcher | None = None
        self._held: socket.socket | None = None
        self._open: dict[Connection, threading.Thread] = {}
        self._count = 0
        self._errors: deque[BaseException] = deque(maxlen=100)

    def __repr__(self) -> str:
        state = "running" if self.running else "stopped"
        return f"<WireServer {self.name} {self._host}:{self._port} {state}>"

    @property
    def address(self) -> tuple[str, int]:
        """Host and port; the port is 0 until the server was first started."""
        return self._host, self._port

    @property
    def running(self) -> bool:
        """Whether it accepts connections."""
        return self._watcher is not None

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The connections open now, oldest first."""
        with self._lock:
            return tuple(connection for connection in self._open if not connection.closed)

    @property
    def errors(self) -> tuple[BaseException, ...]:
        """What the handler raised beyond its protocol (at most the last 100), each also sent as error 8."""
        return tuple(self._errors)

    def start(self) -> Self:
        """Binds and accepts; on a running server it does nothing.

        Raises:
            ServerUnavailableError: the port can't be had.
        """
        with self._lock:
            if self._watcher is not None:
                return self
            listener, self._held = self._held or self._bind(), None
            listener.listen(256)
            self._watcher = Watcher(
                listener, accept=self._accepted, finish=self._finished, name=f"{self.name}-accept"
            )
            self._watcher.start()
        return self

    def reserve(self) -> Self:
        """Takes its port without listening: connections are refused, and nobody else gets the port.

        Raises:
            ServerUnavailableError: the port can't be had.
        """
        with self._lock:
            if self._watcher is None and self._held is None:
                self._held = self._bind()
        return self

    def stop(self, *, timeout: float = 5.0) -> None:
        """Closes every connection and waits until no thread of this server is left.

        A handler may stop its own server; its thread then ends with the handler, or is waited for by the
        next call.

        Args:
            timeout: seconds to wait for handlers that don't notice that their connection is gone.

        Raises:
            MongotapeError: a handler was still running after that time.
        """
        with self._lock:
            watcher, self._watcher = self._watcher, None
            held, self._held = self._held, None
        if held is not None:
            held.close()
        if watcher is not None:
            watcher.stop()  # first: after this no connection is added
        with self._lock:
            threads = dict(self._open)
        for connection in threads:
            connection.close()
        deadline = time.monotonic() + timeout
        stuck = []
        for connection, thread in threads.items():
            if thread is threading.current_thread():
                continue
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                stuck.append(connection)
            with self._lock:
                self._open.pop(connection, None)
        if stuck:
            raise MongotapeError(
                f"{self.name}: the handler of {stuck[0]!r} still runs {timeout:g} s after stop(); "
                "let it wait with connection.wait(), which ends with the connection"
            )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _bind(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            if self._port:
                _allow_rebinding(listener)
            listener.bind((self._host, self._port))
            _allow_rebinding(listener)  # after a free port was chosen, lest it be one that another only holds
        except OSError as error:
            listener.close()
            raise ServerUnavailableError(
                f"{self.name}: can't listen on {self._host}:{self._port} ({error}); give another port, or 0"
            ) from error
        self._port = listener.getsockname()[1]
        return listener

    def _accepted(self, sock: socket.socket, peer: tuple[str, int]) -> None:
        watcher = self._watcher
        if watcher is None:
            sock.close()
            return
        sock.settimeout(None)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._count += 1
            number = self._count
            connection = Connection(
                sock,
                number,
                peer,
                handler=self._handler,
                codec_options=self._codec_options,
                watcher=watcher,
                on_error=self._errors.append,
            )
            thread = threading.Thread(
                target=self._serve, args=(connection, watcher), name=f"{self.name}-{number}", daemon=True
            )
            self._open[connection] = thread
            try:
                thread.start()
            except RuntimeError:  # no more threads can be had: this client is turned away
                del self._open[connection]
                sock.close()

    def _serve(self, connection: Connection, watcher: Watcher) -> None:
        try:
            connection.serve()
        finally:
            watcher.finished(connection)

    def _finished(self, connection: Connection) -> None:
        with self._lock:
            thread = self._open.pop(connection, None)
        if thread is not None:
            thread.join()
        connection._socket.close()


def _allow_rebinding(listener: socket.socket) -> None:
    """A port may be bound again while connections of its former server are in TIME_WAIT."""
    if os.name == "posix":  # elsewhere this option would let two servers share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
