"""Which server is chosen, how it is named without secrets, and what a fail point refuses."""

from __future__ import annotations

import pytest
from pymongo import MongoClient

from mongotape.errors import ServerUnavailableError, UsageError
from mongotape.servers import FailPoints, addresses, choose, database_free, redacted, start


@pytest.mark.parametrize(
    ("uri", "server", "environment", "kind", "shown"),
    [
        (None, None, {}, "embedded", "embedded (default)"),
        (None, "mock", {"MONGODB_URI": "mongodb://e"}, "mock", "mock (--tape-server)"),
        (None, None, {"MONGODB_URI": "mongodb://e"}, "given", "mongodb://e/ (MONGODB_URI)"),
        ("mongodb://u", "mock", {"MONGODB_URI": "mongodb://e"}, "given", "mongodb://u/ (--tape-uri)"),
        (None, None, {"MONGODB_URI": ""}, "embedded", "embedded (default)"),
    ],
)
def test_the_choice(uri, server, environment, kind, shown) -> None:
    """--tape-uri, else --tape-server, else MONGODB_URI, else the embedded server."""
    choice = choose(uri, server, environment)
    assert (choice.kind, str(choice)) == (kind, shown)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("mongodb://a:1,b:2", "mongodb://a:1,b:2/"),
        ("mongodb://me:s%40cret@a/db?w=1", "mongodb://***@a/db?w=1"),
        (
            "mongodb+srv://me:p:w@cluster.example/?retryWrites=false",
            "mongodb+srv://***@cluster.example/?retryWrites=false",
        ),
        (
            "mongodb://a/?authMechanismProperties=AWS_SESSION_TOKEN:x&tlsCertificateKeyFilePassword=y",
            "mongodb://a/",
        ),
        ("mongodb://%2Ftmp%2Fmongodb.sock", "mongodb://%2Ftmp%2Fmongodb.sock/"),
    ],
)
def test_a_uri_is_shown_without_secrets(uri: str, shown: str) -> None:
    """Neither credentials nor options that may hold one are shown."""
    assert redacted(uri) == shown


@pytest.mark.parametrize(
    ("uri", "free"),
    [
        ("mongodb://a", "mongodb://a/"),
        ("mongodb://a/db", "mongodb://a/"),
        ("mongodb://me:pw@a/db", "mongodb://me:pw@a/?authSource=db"),
        ("mongodb://me:pw@a/db?tls=true", "mongodb://me:pw@a/?tls=true&authSource=db"),
        ("mongodb://me:pw@a/db?authsource=admin", "mongodb://me:pw@a/?authsource=admin"),
        ("mongodb://me:pw@a,b:2/?replicaSet=rs", "mongodb://me:pw@a,b:2/?replicaSet=rs"),
    ],
)
def test_a_database_in_the_path_stays_the_source_of_sign_in(uri: str, free: str) -> None:
    """The database goes, what it meant for authentication stays."""
    assert database_free(uri) == free


@pytest.mark.parametrize("bad", ["localhost:27017", "http://me:s3cret@a/", "mongodb://", "mongodb:///db"])
def test_what_is_no_uri_is_refused_without_showing_secrets(bad: str) -> None:
    """One sentence that says what a URI looks like."""
    with pytest.raises(UsageError, match="has the form mongodb://") as caught:
        addresses(bad)
    assert "s3cret" not in str(caught.value)


def test_a_server_that_refuses_to_be_used_says_so(mongo_uri) -> None:
    """A failing ping is told with the server's own words."""
    with MongoClient(mongo_uri) as client:
        points = FailPoints(client)
        with points("ping", code=13), pytest.raises(ServerUnavailableError, match="refuses to be used"):
            start(choose(mongo_uri, None, {}))


def test_a_server_without_fail_points_says_so(mongo_uri) -> None:
    """The sentence says how to have them; nothing stays armed."""

    class Refusing:
        """An admin client of a server that was started without test commands."""

        def command(self, _command: object) -> None:
            from pymongo.errors import OperationFailure

            raise OperationFailure("no such command: 'configureFailPoint'", 59)

        admin = property(lambda self: self)

    points = FailPoints(Refusing())
    for _ in range(2):
        with pytest.raises(ServerUnavailableError, match="enableTestCommands"), points("find", code=1):
            pass


def test_a_fail_point_of_a_given_server_hits_its_own_clients_only(mongo_uri) -> None:
    """With an appName other clients of the same server go on."""
    with MongoClient(mongo_uri, appname="ours") as ours, MongoClient(mongo_uri) as other:
        with FailPoints(other, "ours")("insert", code=51):
            other.failpoints.items.insert_one({})
            with pytest.raises(Exception, match="failCommand"):
                ours.failpoints.items.insert_one({})
        with (
            FailPoints(other, "ours")("insert", code=51, app_name=None),
            pytest.raises(Exception, match="failCommand"),
        ):
            other.failpoints.items.insert_one({})


def test_the_embedded_server_starts_and_stops_quickly() -> None:
    """Its own two seconds of stopping are not waited for, and nobody listens afterwards."""
    import time

    server = start(choose(None, "embedded", {}))
    server.ping()
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 1.5


def test_own_databases_are_never_dropped(mongo_uri) -> None:
    """Whatever is asked for, admin, local and config stay."""
    server = start(choose(mongo_uri, None, {}))
    try:
        server.admin.config.items.insert_one({"kept": 1})
        server.admin.to_drop.items.insert_one({})
        server.drop(["admin", "config", "local", "to_drop"])
        assert server.admin.config.items.find_one({"kept": 1})
        assert "to_drop" not in server.databases()
    finally:
        server.admin.config.items.drop()
        server.stop()
