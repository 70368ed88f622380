"""The server's own thread accepts connections and notices clients that vanish while a handler waits.

It also closes the sockets, so that a descriptor is never closed under another thread's feet.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mongotape.wire._connection import Connection


class Watcher:
    """One selector over the listening socket and the connections whose handlers wait.

    Args:
        listener: the bound socket; the watcher closes it when it ends.
        accept: called with each accepted socket and its peer.
        finish: called with each connection whose thread has done its work, to join it and close its socket.
    """

    def __init__(
        self,
        listener: socket.socket,
        *,
        accept: Callable[[socket.socket, tuple[str, int]], None],
        finish: Callable[[Connection], None],
        name: str,
    ) -> None:
        self._listener = listener
        self._accept = accept
        self._finish = finish
        self._selector = selectors.DefaultSelector()
        self._waker, self._woken = socket.socketpair()
        for sock in (self._waker, self._woken, self._listener):
            sock.settimeout(0)
        self._orders: deque[Callable[[], None]] = deque()
        self._stopping = False
        self._ended = False
        self._lock = threading.Lock()
        self._depth: dict[Connection, int] = {}
        self._selector.register(self._listener, selectors.EVENT_READ, None)
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def watch(self, connection: Connection) -> None:
        """From now on the connection is closed as soon as its client has gone."""
        self._order(lambda: self._add(connection))

    def unwatch(self, connection: Connection) -> None:
        """Ends one :meth:`watch`."""
        self._order(lambda: self._drop(connection))

    def finished(self, connection: Connection) -> None:
        """The last act of a connection's thread: lets the watcher join it and close its socket."""
        if not self._order(lambda: self._close(connection)):
            connection._socket.close()  # the server has stopped: who stops it joins the threads

    def stop(self) -> None:
        """Closes the listening socket and ends the thread; returns when it has ended."""
        self._stopping = True
        self._wake()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _order(self, order: Callable[[], None]) -> bool:
        with self._lock:
            if self._ended:
                return False
            self._orders.append(order)
        self._wake()
        return True

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # full: it is awake already; closed: it needs no waking
            self._waker.send(b"!")

    def _run(self) -> None:
        try:
            while not self._stopping:
                for key, _ in self._selector.select():
                    if key.fileobj is self._listener:
                        self._accept_waiting()
                    elif key.fileobj is self._woken:
                        with contextlib.suppress(BlockingIOError):
                            self._woken.recv(4096)
                    else:
                        self._look_at(key.data)
                self._carry_out()
        finally:
            with self._lock:
                self._ended = True
            self._carry_out()
            self._selector.close()
            self._listener.close()
            self._waker.close()
            self._woken.close()

    def _carry_out(self) -> None:
        while self._orders:
            self._orders.popleft()()

    def _accept_waiting(self) -> None:
        while not self._stopping:
            try:
                sock, peer = self._listener.accept()
            except OSError:
                return  # nobody left to accept, or gone again already
            self._accept(sock, peer[:2])

    def _add(self, connection: Connection) -> None:
        depth = self._depth.get(connection, 0)
        self._depth[connection] = depth + 1
        if not depth and not connection.closed and not self._ended:
            self._selector.register(connection._socket, selectors.EVENT_READ, connection)

    def _drop(self, connection: Connection) -> None:
        depth = self._depth.pop(connection, 0) - 1
        if depth > 0:
            self._depth[connection] = depth
        else:
            self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(connection._socket)

    def _close(self, connection: Connection) -> None:
        self._depth.pop(connection, None)
        self._forget(connection)
        self._finish(connection)

    def _look_at(self, connection: Connection) -> None:
        try:
            gone = not connection._socket.recv(1, socket.MSG_PEEK | getattr(socket, "MSG_DONTWAIT", 0))
        except BlockingIOError:
            return
        except OSError:
            gone = True
        self._forget(connection)  # gone, or its next request is waiting: either way this would spin
        if gone:
            connection.close()
