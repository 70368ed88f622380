"""The wire server: what a handler is given, what becomes of its answers, and what clients can't break."""

from __future__ import annotations

import struct
import threading

import bson
import pymongo
import pytest

from mongotape.errors import MongotapeError, ServerUnavailableError, UsageError
from mongotape.wire import CloseConnection, CommandFailure, WireServer, hello_reply, is_hello


def echo(request, connection):
    """Answers with what it was given."""
    return {"ok": 1, "saw": {k: v for k, v in request.command.items() if k != "$db"}, "db": request.database}


def test_sections_are_merged_into_the_command(serve, dial):
    """A document sequence arrives as an array of the command, wherever it stands."""
    client = dial(serve(echo))
    sequence = b"documents\0" + bson.encode({"a": 1}) + bson.encode({"a": 2})
    kind_1 = b"\1" + struct.pack("<i", 4 + len(sequence)) + sequence
    empty = b"\1" + struct.pack("<i", 4 + 4) + b"ids\0"
    body = b"\0" + bson.encode({"insert": "items", "$db": "shop"})
    for sections in ((body, kind_1, empty), (kind_1, body, empty)):
        client.message(*sections)
        document, more, response_to, _ = client.reply()
        assert document["saw"] == {"insert": "items", "documents": [{"a": 1}, {"a": 2}], "ids": []}
        assert document["db"] == "shop"
        assert (more, response_to) == (False, 7)


def test_a_checksum_is_accepted(serve, dial):
    """With the checksumPresent bit the last four bytes belong to no section."""
    client = dial(serve(echo))
    client.message(b"\0" + bson.encode({"ping": 1, "$db": "a"}), flags=1, tail=b"\1\2\3\4")
    assert client.reply()[0]["saw"] == {"ping": 1}


def test_the_request_tells_its_flags(serve, dial):
    seen = []
    client = dial(serve(lambda request, connection: seen.append(request) or {"ok": 1}))
    client.command({"a": 1}, flags=1 << 16)
    client.reply()
    client.command({"b": 1}, flags=2)
    client.command({"c": 1})
    client.reply()
    assert [(r.name, r.exhaust_allowed, r.more_to_come) for r in seen] == [
        ("a", True, False),
        ("b", False, True),
        ("c", False, False),
    ]


def test_an_unacknowledged_request_gets_no_reply(serve, dial):
    """Neither its result nor its error is sent: the next reply answers the next request."""

    def handler(request, connection):
        if request.name == "bad":
            raise ValueError("not to be sent")
        return {"ok": 1, "name": request.name}

    client = dial(serve(handler))
    client.command({"good": 1}, flags=2, request_id=1)
    client.command({"bad": 1}, flags=2, request_id=2)
    client.message(b"\0" + b"\5\0\0\0\0", flags=2, request_id=3)
    client.command({"last": 1}, request_id=4)
    document, _, response_to, _ = client.reply()
    assert (document["name"], response_to) == ("last", 4)


def test_requests_sent_at_once_are_answered_in_order(serve, dial):
    client = dial(serve(echo))
    one, two = (bson.encode({"n": n, "$db": "a", "pad": "x" * 20_000}) for n in (1, 2))
    data = b"".join(
        struct.pack("<iiiiIB", 21 + len(b), number, 0, 2013, 0, 0) + b for number, b in ((1, one), (2, two))
    )
    client.send(data)
    assert [client.reply()[2], client.reply()[2]] == [1, 2]


def test_a_hello_by_op_query_is_answered_with_op_reply(serve, dial):
    """Drivers before PyMongo 4.10 ask their first hello that way."""

    def handler(request, connection):
        assert request.legacy
        return hello_reply(request, connection, {"isWritablePrimary": True})

    client = dial(serve(handler))
    client.query("admin.$cmd", {"ismaster": 1, "helloOk": True, "client": {"application": {"name": "old"}}})
    document, _, response_to, opcode = client.reply()
    assert (document["ismaster"], document["helloOk"], response_to, opcode) == (True, True, 9, 1)
    assert "isWritablePrimary" not in document


def test_other_commands_by_op_query_are_refused(serve, dial):
    client = dial(serve(echo))
    client.query("test.$cmd", {"find": "items"})
    document, _, _, opcode = client.reply()
    assert (document["code"], document["codeName"], opcode) == (352, "UnsupportedOpQueryCommand", 1)
    assert "find" in document["errmsg"]


def test_the_connection_learns_who_its_client_is(serve):
    seen = []

    def handler(request, connection):
        seen.append((connection.number, connection.app_name, connection.metadata["driver"]["name"]))
        connection.state["requests"] = connection.state.get("requests", 0) + 1
        if is_hello(request.name):
            return hello_reply(request, connection, {"isWritablePrimary": True})
        return {"ok": 1, "requests": connection.state["requests"]}

    server = serve(handler)
    with pymongo.MongoClient(*server.address, appname="shop", directConnection=True) as client:
        first = client.admin.command("ping")["requests"]
        assert client.admin.command("ping")["requests"] == first + 1
        assert {name for _, name, _ in seen} == {"shop"}
        assert all(driver.startswith("PyMongo") for _, _, driver in seen)
        assert len(server.connections) >= 2  # the monitor's and the pool's
    assert len({number for number, _, _ in seen}) >= 2


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (CommandFailure(11000, "twice", labels=["L"], fields={"keyPattern": {"a": 1}}), {"code": 11000}),
        (ValueError("broken"), {"code": 8, "errmsg": "ValueError: broken"}),
        (KeyboardInterrupt("stop"), {"code": 8, "errmsg": "KeyboardInterrupt: stop"}),
        (pytest.fail.Exception("failed in a handler"), {"code": 8}),
    ],
)
def test_what_a_handler_raises_is_an_error_reply(serve, dial, outcome, expected):
    """Never a dropped connection: the next request is answered."""

    def handler(request, connection):
        if request.name == "raise":
            raise outcome
        return {"ok": 1}

    server = serve(handler)
    client = dial(server)
    client.command({"raise": 1})
    document = client.reply()[0]
    assert document["ok"] == 0
    assert expected.items() <= document.items()
    if isinstance(outcome, CommandFailure):
        assert document["errorLabels"] == ["L"]
        assert document["keyPattern"] == {"a": 1}
        assert server.errors == ()
    else:
        assert server.errors == (outcome,)
    client.command({"ping": 1})
    assert client.reply()[0] == {"ok": 1}


@pytest.mark.parametrize("answer", [None, 3, [{"ok": 1}], {"ok": 1, "value": {1, 2}}, {"ok": 1, "n": 2**70}])
def test_an_answer_that_cannot_be_sent_is_an_error_reply(serve, dial, answer):
    """A handler's wrong type, and what BSON can't hold, are told to the client and kept."""
    server = serve(lambda request, connection: answer)
    client = dial(server)
    client.command({"ping": 1})
    assert client.reply()[0]["code"] == 8
    assert len(server.errors) == 1


def test_a_reply_beyond_the_size_of_a_document_is_an_error_reply(serve, dial):
    client = dial(serve(lambda request, connection: {"ok": 1, "x": b"\0" * (17 * 1024 * 1024)}))
    client.command({"ping": 1})
    assert client.reply()[0]["code"] == 10334


@pytest.mark.parametrize("how", ["raised", "returned", "class"])
def test_close_connection_hangs_up_without_a_reply(serve, dial, how):
    def handler(request, connection):
        if how == "raised":
            raise CloseConnection
        return CloseConnection() if how == "returned" else CloseConnection

    client = dial(serve(handler))
    client.command({"ping": 1})
    assert client.at_end()


def test_a_streamed_reply_ends_with_what_the_generator_returns(serve, dial):
    def handler(request, connection):
        yield {"n": 1}
        yield {"n": 2}
        return {"n": 3}

    client = dial(serve(handler))
    client.command({"stream": 1}, flags=1 << 16)
    replies = [client.reply() for _ in range(3)]
    assert [(reply["n"], more) for reply, more, _, _ in replies] == [(1, True), (2, True), (3, False)]


def test_a_cursor_that_is_exhausted_ends_a_stream(serve, dial):
    """As in an exhaust getMore: the batch whose cursor id is 0 carries no moreToCome."""
    handler = lambda request, connection: iter(
        [{"cursor": {"id": 5}, "ok": 1}, {"cursor": {"id": 0}, "ok": 1}, {"never": "sent"}]
    )
    client = dial(serve(handler))
    client.command({"getMore": 1}, flags=1 << 16)
    assert [client.reply()[1], client.reply()[1]] == [True, False]
    client.command({"getMore": 1})
    document, more, _, _ = client.reply()
    assert (document["cursor"]["id"], more) == (5, False)


def test_an_error_within_a_stream_is_its_last_reply(serve, dial):
    def handler(request, connection):
        yield {"n": 1, "ok": 1}
        raise CommandFailure(43, "gone")

    client = dial(serve(handler))
    client.command({"stream": 1}, flags=1 << 16)
    assert client.reply()[1]
    document, more, _, _ = client.reply()
    assert (document["code"], more) == (43, False)


def test_a_stream_that_breaks_its_promise_hangs_up(serve, dial):
    """The client must not wait for a reply that never comes."""
    client = dial(serve(lambda request, connection: iter([{"n": 1, "ok": 1}])))
    client.command({"stream": 1}, flags=1 << 16)
    assert client.reply()[1]
    assert client.at_end()


def test_a_stream_stops_when_its_client_vanishes(serve, dial):
    """Also while the generator waits: it is closed at once, not after its wait."""
    waiting, closed = threading.Event(), threading.Event()

    def handler(request, connection):
        try:
            yield {"n": 1, "ok": 1}
            waiting.set()
            connection.wait(60)
            yield {"n": 2, "ok": 1}
        finally:
            closed.set()

    client = dial(serve(handler))
    client.command({"stream": 1}, flags=1 << 16)
    client.reply()
    assert waiting.wait(5)
    client.close()
    assert closed.wait(5)


def test_a_request_that_arrives_during_a_wait_does_not_end_it(serve, dial):
    """Bytes from the client are no reason to take it for gone."""
    waiting, release = threading.Event(), threading.Event()

    def handler(request, connection):
        if request.name == "wait":
            with connection.watched(release.set):
                waiting.set()
                release.wait(10)
            return {"ok": 1, "closed": connection.closed}
        return {"ok": 1}

    client = dial(serve(handler))
    client.command({"wait": 1})
    assert waiting.wait(5)
    client.command({"ping": 1})
    assert not release.wait(0.05)
    release.set()
    assert client.reply()[0]["closed"] is False
    assert client.reply()[0] == {"ok": 1}


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        struct.pack("<iiii", 48_000_001, 1, 0, 2013),
        struct.pack("<iiii", 15, 1, 0, 2013),
        struct.pack("<iiii", -5, 1, 0, 2013),
        struct.pack("<iiii", 20, 1, 0, 9999) + b"\0\0\0\0",
        struct.pack("<iiiiiiB", 25, 1, 0, 2012, 2013, 0, 2),
    ],
    ids=["text", "oversized", "undersized", "negative", "opcode", "compressed"],
)
def test_garbage_closes_its_own_connection_only(serve, dial, data):
    server = serve(echo)
    other, client = dial(server), dial(server)
    client.send(data)
    assert client.at_end()
    other.command({"ping": 1})
    assert other.reply()[0]["ok"] == 1
    assert server.errors == ()


@pytest.mark.parametrize(
    ("sections", "code"),
    [
        ([], 22),
        ([b"\0" + struct.pack("<i", 900) + b"\0"], 22),
        ([b"\0" + struct.pack("<i", 9) + b"\xff\xff\xff\xff\0"], 22),
        ([b"\7" + bson.encode({"ping": 1})], 22),
        ([b"\0" + bson.encode({"ping": 1})], 40571),
        ([b"\0" + bson.encode({"ping": 1, "$db": 3})], 40571),
        ([b"\0" + bson.encode({})], 22),
        ([b"\0" + bson.encode({"ping": 1, "$db": "a"})] * 2, 22),
        ([b"\0" + bson.encode({"a": 1, "d": [], "$db": "a"}), b"\1\6\0\0\0d\0"], 22),
        ([b"\0" + bson.encode({"a": 1, "$db": "a"}), b"\1\6\0\0\0d\0", b"\1\6\0\0\0d\0"], 22),
        ([b"\0" + bson.encode({"a": 1, "$db": "a"}), b"\1\7\0\0\0ddd"], 22),
        ([b"\0" + bson.encode({"a": 1, "$db": "a"}), b"\1\6\0\0\0\xff\0"], 22),
        ([b"\0" + bson.encode({"a": 1, "$db": "a"}), b"\1"], 22),
    ],
)
def test_a_malformed_message_is_answered_and_the_connection_goes_on(serve, dial, sections, code):
    """The frame's length is known, so the next request can be read."""
    client = dial(serve(echo))
    client.message(*sections)
    document, _, response_to, _ = client.reply()
    assert (document["ok"], document["code"], response_to) == (0, code, 7)
    client.command({"ping": 1})
    assert client.reply()[0]["ok"] == 1


def test_an_unknown_required_flag_is_refused(serve, dial):
    client = dial(serve(echo))
    client.message(b"\0" + bson.encode({"ping": 1, "$db": "a"}), flags=4)
    assert client.reply()[0]["code"] == 223


def test_a_truncated_message_leaves_the_server_running(serve, dial):
    server = serve(echo)
    client = dial(server)
    client.send(struct.pack("<iiii", 500, 1, 0, 2013) + b"only this")
    client.close()
    other = dial(server)
    other.command({"ping": 1})
    assert other.reply()[0]["ok"] == 1


def test_a_message_of_the_largest_size_is_read(serve, dial):
    """Three sections of 15 MB: what a driver may send with 48,000,000 bytes a message."""
    client = dial(serve(lambda request, connection: {"ok": 1, "n": len(request.command["documents"])}))
    documents = b"".join(bson.encode({"x": b"\1" * 15_000_000}) for _ in range(3))
    sequence = b"documents\0" + documents
    client.message(
        b"\0" + bson.encode({"insert": "a", "$db": "a"}),
        b"\1" + struct.pack("<i", 4 + len(sequence)) + sequence,
    )
    assert client.reply()[0]["n"] == 3


def test_stop_ends_idle_waiting_and_streaming_connections(serve, dial):
    """Promptly, whatever the handlers do with connection.wait(); no thread is left."""
    started = [threading.Event(), threading.Event()]

    def handler(request, connection):
        if request.name == "wait":
            started[0].set()
            connection.wait(60)
        if request.name == "stream":
            return stream(connection)
        return {"ok": 1}

    def stream(connection):
        while True:
            yield {"ok": 1}
            started[1].set()
            connection.wait(60)

    server = serve(handler)
    clients = [dial(server) for _ in range(3)]
    clients[1].command({"wait": 1})
    clients[2].command({"stream": 1}, flags=1 << 16)
    clients[2].reply()
    reached = [event.wait(5) for event in started]
    assert reached == [True, True], (reached, server.connections, server.errors)
    server.stop(timeout=5)
    assert all(client.at_end() for client in clients)
    assert server.connections == ()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("wire")]


def test_a_handler_that_never_ends_is_named_by_stop(serve, dial):
    """It can't be killed; silence about a thread left behind would be worse."""
    entered, release = threading.Event(), threading.Event()

    def handler(request, connection):
        entered.set()
        release.wait(30)
        return {"ok": 1}

    server = serve(handler, name="wire-stuck")
    client = dial(server)
    client.command({"ping": 1})
    assert entered.wait(5)
    thread = next(thread for thread in threading.enumerate() if thread.name == "wire-stuck-1")
    with pytest.raises(MongotapeError, match=r"Connection 1 .* still runs .* connection\.wait"):
        server.stop(timeout=0.05)
    release.set()
    thread.join(5)
    assert not thread.is_alive()


def test_a_handler_may_stop_its_own_server(serve, dial):
    """A fake shutdown command: the client reads the end of the stream."""
    holder = []

    def handler(request, connection):
        holder[0].stop()
        return {"ok": 1}

    holder.append(serve(handler))
    client = dial(holder[0])
    client.command({"shutdown": 1})
    assert client.at_end()
    assert not holder[0].running


def test_a_stopped_server_starts_again_at_its_address(serve, dial):
    server = serve(echo)
    address = server.address
    first = dial(server)
    first.command({"ping": 1})
    first.reply()
    server.stop()
    with pytest.raises(ConnectionError):
        dial(server)
    server.stop()  # twice is as good as once
    server.start()
    server.start()
    assert server.address == address
    again = dial(server)
    again.command({"ping": 1})
    assert again.reply()[0]["ok"] == 1


def test_a_server_is_a_context():
    with WireServer(echo) as server:
        assert server.running
        assert server.address[1] > 0
    assert not server.running


def test_only_loopback_is_listened_on():
    for host in ("0.0.0.0", "192.0.2.1", "example.org", ""):
        with pytest.raises(UsageError, match="loopback only"):
            WireServer(echo, host=host)


def test_a_port_in_use_is_one_sentence(serve):
    server = serve(echo)
    with pytest.raises(ServerUnavailableError, match=f"can't listen on 127.0.0.1:{server.address[1]}"):
        WireServer(echo, port=server.address[1]).start()


def test_many_clients_at_once_lose_nothing(serve):
    """16 threads on one client, 100 commands each, every one answered with its own number."""

    def handler(request, connection):
        if is_hello(request.name):
            return hello_reply(request, connection, {"isWritablePrimary": True})
        return {"ok": 1, "n": request.command[request.name]}

    server = serve(handler)
    wrong = []
    with pymongo.MongoClient(*server.address, directConnection=True) as client:

        def work(start):
            for n in range(start, start + 100):
                if client.admin.command("ping", n)["n"] != n:
                    wrong.append(n)

        threads = [threading.Thread(target=work, args=(1000 * i,)) for i in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads)
    assert wrong == []
    assert server.errors == ()
