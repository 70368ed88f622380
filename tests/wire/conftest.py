"""A server for each test, and a client that says exactly the bytes that a test gives it."""

from __future__ import annotations

import socket
import struct
import threading

import bson
import pytest

from mongotape.wire import WireServer

HEADER = struct.Struct("<iiii")


class RawClient:
    """A socket to a wire server; reads whole replies, with the flags that drivers hide."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, timeout=5)

    def send(self, data: bytes):
        self.socket.sendall(data)

    def message(self, *sections: bytes, flags=0, request_id=7, opcode=2013, tail=b""):
        """Sends one OP_MSG of the given sections."""
        body = struct.pack("<I", flags) + b"".join(sections) + tail
        self.send(HEADER.pack(16 + len(body), request_id, 0, opcode) + body)

    def command(self, document, flags=0, request_id=7):
        self.message(b"\0" + bson.encode(document | {"$db": "test"}), flags=flags, request_id=request_id)

    def query(self, namespace, document, request_id=9):
        """Sends the command as OP_QUERY, as drivers before PyMongo 4.10 send their first hello."""
        body = (
            struct.pack("<i", 0)
            + namespace.encode()
            + b"\0"
            + struct.pack("<ii", 0, -1)
            + bson.encode(document)
        )
        self.send(HEADER.pack(16 + len(body), request_id, 0, 2004) + body)

    def read(self, size):
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def reply(self):
        """The next reply: (document, moreToCome, response to, opcode)."""
        length, _, response_to, opcode = HEADER.unpack(self.read(16))
        body = self.read(length - 16)
        if opcode == 1:
            return bson.decode(body[20:]), False, response_to, opcode
        (flags,) = struct.unpack_from("<I", body)
        return bson.decode(body[5:]), bool(flags & 2), response_to, opcode

    def at_end(self):
        """Whether the server hung up (waits for it)."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True

    def close(self):
        self.socket.close()


@pytest.fixture
def serve():
    """Starts servers from handlers; after the test they stop and leave no thread."""
    servers = []
    before = set(threading.enumerate())

    def start(handler, **options):
        server = WireServer(handler, **options)
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        server.stop()
    left = [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("wire")]
    assert not left


@pytest.fixture
def dial():
    """Opens raw clients to a server."""
    clients = []

    def open_client(server):
        clients.append(RawClient(server.address))
        return clients[-1]

    yield open_client
    for client in clients:
        client.close()
