"""The fixtures as a user's tests see them, each in a pytest session of its own."""

from __future__ import annotations

from importlib.metadata import version

import pytest

ASYNCIO = "-pno:cacheprovider", "-oasyncio_default_fixture_loop_scope=function"


def run(pytester: pytest.Pytester, *options: str, **files: str) -> pytest.RunResult:
    """Run the files in a fresh pytest process that knows nothing of this suite's settings."""
    pytester.makepyfile(**files)
    return pytester.runpytest_subprocess("-pno:cacheprovider", *options)


def test_the_client_carries_the_recorder(pytester: pytest.Pytester) -> None:
    """A test that asks for both sees its own commands and no others."""
    run(
        pytester,
        test_it="""
        def test_one(mongo_database, event_recorder):
            mongo_database.items.insert_one({})
            assert [e.command_name for e in event_recorder.log.commands()] == ["insert"]
            assert mongo_database.client.address is not None

        def test_other(mongo_database, mongo_uri, event_recorder):
            assert event_recorder.log.commands().kinds == []
            assert mongo_database.list_collection_names() == []
            assert mongo_uri.endswith("/")
        """,
    ).assert_outcomes(passed=2)


def test_what_a_test_left_is_dropped_on_the_embedded_server(pytester: pytest.Pytester) -> None:
    """Also when the test used the URI only; what a wider fixture made stays until that fixture is over."""
    run(
        pytester,
        test_it="""
        import pytest
        from pymongo import MongoClient

        @pytest.fixture(scope="module")
        def seeded(mongo_uri):
            with MongoClient(mongo_uri) as client:
                client.seeded.items.insert_one({})
                yield client

        def test_leaves(mongo_uri, seeded):
            with MongoClient(mongo_uri) as client:
                client.left_behind.items.insert_one({})

        def test_finds(seeded):
            assert "seeded" in seeded.list_database_names()
            assert "left_behind" not in seeded.list_database_names()
        """,
    ).assert_outcomes(passed=2)


def test_nothing_else_is_dropped_on_a_given_server(pytester: pytest.Pytester, mongo_uri, make_client) -> None:
    """On a server that was given only the fresh database of a test goes."""
    client = make_client()
    client.somebodys.items.insert_one({})
    result = run(
        pytester,
        f"--tape-uri={mongo_uri}",
        test_it="""
        def test_it(mongo_database, mongo_client):
            mongo_database.items.insert_one({})
            mongo_client.side_effect.items.insert_one({})
            print("fresh:", mongo_database.name)
        """,
    )
    result.assert_outcomes(passed=1)
    names = client.list_database_names()
    assert {"somebodys", "side_effect"} <= set(names)
    assert not [name for name in names if name.startswith("test_")]


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_async_fixtures_under_pytest_asyncio(pytester: pytest.Pytester, mode: str) -> None:
    """Both modes, on the test's own loop whatever its scope."""
    result = run(
        pytester,
        *ASYNCIO,
        f"-oasyncio_mode={mode}",
        test_it="""
        import pytest

        @pytest.mark.asyncio
        async def test_function(async_mongo_database, event_recorder):
            await async_mongo_database.items.insert_one({})
            assert len(event_recorder.log.commands("insert")) == 1

        @pytest.mark.asyncio(loop_scope="module")
        async def test_module(async_mongo_database, event_recorder):
            await async_mongo_database.items.insert_one({})
            assert len(event_recorder.log.commands("insert")) == 1

        @pytest.mark.asyncio(loop_scope="session")
        async def test_session(async_mongo_client, event_recorder):
            await async_mongo_client.admin.command("ping")
            assert len(event_recorder.log.commands("ping")) == 1
        """,
    )
    result.assert_outcomes(passed=3)


@pytest.mark.parametrize(
    "options", [["-pno:asyncio"], [*ASYNCIO, "-oasyncio_mode=strict"]], ids=["alone", "beside"]
)
def test_async_fixtures_under_anyio(pytester: pytest.Pytester, options: list[str]) -> None:
    """Anyio alone, or beside pytest-asyncio's strict mode; trio is skipped with a sentence."""
    result = run(
        pytester,
        *options,
        "-rs",
        test_it="""
        import pytest

        @pytest.fixture(params=["asyncio", "trio"])
        def anyio_backend(request):
            return request.param

        @pytest.mark.anyio
        async def test_it(async_mongo_database, event_recorder):
            await async_mongo_database.items.insert_one({})
            assert len(event_recorder.log.commands("insert")) == 1

        @pytest.mark.anyio
        async def test_next(async_mongo_client):
            await async_mongo_client.admin.command("ping")
        """,
    )
    result.assert_outcomes(passed=2, skipped=2)
    result.stdout.fnmatch_lines(["*runs on asyncio only, and this test runs on trio*"])


def test_an_async_fixture_without_a_loop_says_what_to_do(pytester: pytest.Pytester) -> None:
    """A plain test can't use an asynchronous client, and each of them is told so."""
    result = run(
        pytester,
        *ASYNCIO,
        test_it="""
        import pytest

        def test_it(async_mongo_client): pass

        def test_other(async_mock_mongo_client): pass

        def test_another(async_mongo_client, async_mock_mongo_client): pass

        @pytest.mark.asyncio
        async def test_marked(async_mongo_client, async_mock_mongo_client): pass
        """,
    )
    result.assert_outcomes(errors=3, passed=1)
    assert str(result.stdout).count("belongs to an event loop and this test runs on none") >= 3
    result.stdout.fnmatch_lines(["*runs on none: mark the test with @pytest.mark.asyncio*"])


def test_failpoint_is_always_disarmed(pytester: pytest.Pytester) -> None:
    """After the block, after an exception inside it, and for the next test."""
    run(
        pytester,
        test_it="""
        import pytest
        from pymongo.errors import OperationFailure

        def test_block(mongo_database, failpoint):
            with failpoint("insert", code=51, labels=["Odd"]), pytest.raises(OperationFailure) as caught:
                mongo_database.items.insert_one({})
            assert caught.value.has_error_label("Odd")
            mongo_database.items.insert_one({})

        def test_raises(mongo_database, failpoint):
            with pytest.raises(ZeroDivisionError), failpoint("insert", code=51):
                1 / 0
            mongo_database.items.insert_one({})

        left_open = []

        def test_left_open(mongo_database, failpoint):
            left_open.append(failpoint("insert", code=51))  # nor does the garbage collector end it
            left_open[0].__enter__()

        def test_next(mongo_database):
            mongo_database.items.insert_one({})

        def test_two(failpoint):
            with failpoint("insert", code=51), pytest.raises(ValueError, match="armed already"):
                failpoint("find", code=51).__enter__()

        @pytest.mark.parametrize(("commands", "how", "sentence"), [
            ((), {"code": 1}, "name the commands"),
            (("find",), {}, "nothing would fail"),
            (("find",), {"code": 1, "times": 0}, "positive"),
            (("find",), {"code": 1, "times": 1, "skip": 1}, "not both"),
        ])
        def test_refused(failpoint, commands, how, sentence):
            with pytest.raises(ValueError, match=sentence):
                failpoint(*commands, **how).__enter__()
        """,
    ).assert_outcomes(passed=9)


def test_a_failing_fail_point_is_no_retry_trap(pytester: pytest.Pytester) -> None:
    """A retried write is seen: failed, then succeeded, without waiting for the default heartbeat."""
    run(
        pytester,
        test_it="""
        def test_it(mongo_database, event_recorder, failpoint):
            with failpoint("insert", code=91, times=1, labels=["RetryableWriteError"]):
                mongo_database.items.insert_one({})
            kinds = event_recorder.log.of("command").kinds
            assert kinds == ["commandStartedEvent", "commandFailedEvent",
                             "commandStartedEvent", "commandSucceededEvent"]
        """,
    ).assert_outcomes(passed=1)


def test_errors_of_the_recorder_are_raised_at_teardown(pytester: pytest.Pytester) -> None:
    """A test can't pass over a recording that failed."""
    result = run(pytester, test_it="def test_it(event_recorder): event_recorder.started('no event')")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*RecorderError: the recorder failed to keep 1 events*TypeError*"])


def test_capture_by_marker(pytester: pytest.Pytester) -> None:
    """A marked test sees the clients it makes itself, also those of fixtures named before the recorder."""
    run(
        pytester,
        "--strict-markers",
        test_it="""
        import pytest
        from pymongo import MongoClient

        @pytest.fixture
        def application(mongo_uri):
            with MongoClient(mongo_uri) as client:
                yield client

        @pytest.mark.mongo_capture
        def test_marked(application, event_recorder):
            application.db.command("ping")
            assert len(event_recorder.log.commands("ping")) == 1

        def test_unmarked(application, event_recorder):
            application.db.command("ping")
            assert len(event_recorder.log) == 0
        """,
    ).assert_outcomes(passed=2)


@pytest.mark.parametrize("how", ["ini", "option"])
def test_capture_by_setting_sees_clients_of_imports(pytester: pytest.Pytester, mongo_uri, how: str) -> None:
    """Clients made when conftest.py or a test module is imported are recorded, each once."""
    pytester.makeconftest(f"from pymongo import MongoClient\nEARLY = MongoClient({mongo_uri!r})")
    if how == "ini":
        pytester.makeini("[pytest]\ntape_capture = true")
    result = run(
        pytester,
        *(["--tape-capture"] if how == "option" else []),
        f"--tape-uri={mongo_uri}",
        test_it=f"""
        import sys
        from pymongo import MongoClient

        IMPORTED = MongoClient({mongo_uri!r})
        EARLY = next(m.EARLY for n, m in list(sys.modules.items()) if n.endswith("conftest") and hasattr(m, "EARLY"))

        def test_one(mongo_client, event_recorder):
            for client in (EARLY, IMPORTED, mongo_client):
                client.db.command("ping")
            assert len(event_recorder.log.commands("ping")) == 3
            assert len({{event.client for event in event_recorder.log.commands("ping")}}) == 3

        def test_two(event_recorder):
            EARLY.db.command("ping")
            assert len(event_recorder.log.commands("ping")) == 1

        def test_close():
            EARLY.close()
            IMPORTED.close()
        """,
    )
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["mongotape: server mongodb://127.0.0.1:*capture on"])


def test_each_xdist_worker_has_a_server_of_its_own(pytester: pytest.Pytester) -> None:
    """Two workers, two embedded servers."""
    result = run(
        pytester,
        "-n2",
        "--dist=each",
        test_it="def test_it(mongo_uri, mongo_client):\n    mongo_client.db.items.insert_one({})",
    )
    result.assert_outcomes(passed=2)


def test_the_header_names_the_server_without_credentials(pytester: pytest.Pytester) -> None:
    """The choice is told before the first test; a password never is."""
    result = run(
        pytester,
        "--tape-uri=mongodb://me:s3cret@db.example:1/app?authMechanismProperties=TOKEN:s3cret&w=1",
        test_it="def test_it(): pass",
    )
    result.stdout.fnmatch_lines(["mongotape: server mongodb://***@db.example:1/app?w=1 (--tape-uri)"])
    result.stdout.no_fnmatch_line("*s3cret*")
    plain = run(pytester, test_it="def test_it(): pass")
    plain.stdout.fnmatch_lines(["mongotape: server embedded (default)"])


def test_a_server_that_nobody_runs_fails_with_one_sentence(pytester: pytest.Pytester) -> None:
    """The address is named without credentials, once tried, in every test that needs it."""
    result = run(
        pytester,
        "--tape-uri=mongodb://me:s3cret@127.0.0.1:1/?serverSelectionTimeoutMS=50",
        test_it="""
        def test_one(mongo_client): pass
        def test_two(mongo_client): pass
        def test_without(): pass
        """,
    )
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(["*no MongoDB server answers at 127.0.0.1:1 within 0.05 s*"])
    result.stdout.no_fnmatch_line("*s3cret*")


def test_a_setting_that_cannot_be_used_ends_the_session(pytester: pytest.Pytester) -> None:
    """An unknown kind of server is a usage error."""
    result = run(pytester, "--tape-server=embeded", test_it="def test_it(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*'embeded' is no server; known are embedded and mock*"])


def test_the_missing_extra_names_the_command_that_installs_it(pytester: pytest.Pytester) -> None:
    """Without SecantusDB the sentence says what to install or give."""
    result = run(
        pytester,
        conftest="""
        import importlib.util
        real = importlib.util.find_spec
        importlib.util.find_spec = lambda name, *rest: None if name == "secantus" else real(name, *rest)
        import mongotape.servers._running as running
        running.find_spec = importlib.util.find_spec
        """,
        test_it="def test_it(mongo_client): pass",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['*pip install "mongotape?server?"*--tape-uri*--tape-server mock*'])


def test_the_version_is_the_packages() -> None:
    """The plugin is installed as this project's package."""
    assert version("mongotape")
