"""A deployment that was given: replica set, TLS and credentials in the URI work, and no password is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from pymongo import MongoClient
from secantus import SecantusDBServer

PASSWORD = "s3cret-Pa55word"


@pytest.fixture(scope="module")
def guarded_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that speaks TLS only and lets nobody in without the password."""
    folder: Path = tmp_path_factory.mktemp("guarded")
    storage = str(folder / "data")
    open_server = SecantusDBServer(storage_path=storage)
    open_server.start()
    with MongoClient(open_server.uri) as client:
        client.admin.command("createUser", "me", pwd=PASSWORD, roles=["root"])
    open_server.stop()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    issued = authority.issue_cert("127.0.0.1", "localhost")
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    for part in issued.cert_chain_pems:
        part.write_to_path(str(folder / "cert.pem"), append=True)
    server = SecantusDBServer(
        storage_path=storage,
        require_auth=True,
        tls_cert_file=str(folder / "cert.pem"),
        tls_key_file=str(folder / "key.pem"),
    )
    server.start()
    host = server.uri.removeprefix("mongodb://").rstrip("/")
    yield f"mongodb://me:{PASSWORD}@{host}/admin?replicaSet=secantus&tls=true&tlsCAFile={folder / 'ca.pem'}"
    server.stop()


def test_it_is_used_and_its_password_is_never_shown(pytester: pytest.Pytester, guarded_uri: str) -> None:
    """Neither in the header, nor in a failing test's arguments, nor among the recorded events."""
    pytester.makepyfile(
        """
        from mongotape import assert_events, expect

        def test_passes(mongo_database, event_recorder, failpoint):
            mongo_database.items.insert_one({})
            assert_events(event_recorder.log.commands("insert"), [expect.command_started("insert")])

        def test_fails(mongo_uri, mongo_client, event_recorder):
            mongo_client.admin.command("ping")
            assert_events(event_recorder, [expect.command_started("hello")])

        def test_fails_plainly(mongo_uri, mongo_client, event_recorder):
            mongo_client.admin.command("ping")
            assert mongo_uri is None
        """
    )
    result = pytester.runpytest_subprocess(
        "-pno:cacheprovider", "-vv", "--showlocals", "--tape-show", f"--tape-uri={guarded_uri}"
    )
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["mongotape: server mongodb://[*][*][*]@127.0.0.1:*"])
    assert PASSWORD not in result.stdout.str() + result.stderr.str()
