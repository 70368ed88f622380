"""The only room that knows pytest.

pytest loads this module in every run of the environment, so nothing heavy is imported here: no PyMongo, no
YAML, no deepdiff, no server. What a hook or fixture needs is imported when it is entered.
"""

from __future__ import annotations

from mongotape.pytest_plugin._async_fixtures import (
    async_mock_mongo_client,
    async_mongo_client,
    async_mongo_database,
    pytest_fixture_setup,
)
from mongotape.pytest_plugin._fixtures import (
    _mongo_database_name,
    _mongotape_around_test,
    _mongotape_server,
    _served_mock,
    event_recorder,
    failpoint,
    fake_deployment,
    mock_mongo_client,
    mock_store,
    mongo_client,
    mongo_database,
    mongo_uri,
)
from mongotape.pytest_plugin._options import (
    pytest_addoption,
    pytest_configure,
    pytest_load_initial_conftests,
    pytest_report_header,
    pytest_unconfigure,
)
from mongotape.pytest_plugin._reporting import pytest_runtest_makereport, pytest_terminal_summary

__all__ = [
    "_mongo_database_name",
    "_mongotape_around_test",
    "_mongotape_server",
    "_served_mock",
    "async_mock_mongo_client",
    "async_mongo_client",
    "async_mongo_database",
    "event_recorder",
    "failpoint",
    "fake_deployment",
    "mock_mongo_client",
    "mock_store",
    "mongo_client",
    "mongo_database",
    "mongo_uri",
    "pytest_addoption",
    "pytest_configure",
    "pytest_fixture_setup",
    "pytest_load_initial_conftests",
    "pytest_report_header",
    "pytest_runtest_makereport",
    "pytest_terminal_summary",
    "pytest_unconfigure",
]
