"""Official tests that fail on the embedded server, each with its reason; one that starts to pass must leave the list.

For the files of PyMongo 4.20 on SecantusDB 0.7.0b3, both APIs. PyMongo's own runner fails on the same ones
because of the server, but for those that it does not look at closely enough (``FINDINGS``, told in
``docs/runner.md``) and those that it never runs (``NEVER_RUN_THERE``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_WRITES = "retryable_writes/unified/"
_TRANSACTIONS = "transactions/unified/"
_SDAM = "discovery_and_monitoring/unified/"

#: What a strict runner finds in PyMongo.
FINDINGS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "PyMongo gives a partial result of an ordered client bulk write although its first operation failed": (
        (
            "crud/unified/client-bulkWrite-partialResults.json",
            "partialResult is unset when first operation fails during an ordered bulk write (verbose)",
        ),
        (
            "crud/unified/client-bulkWrite-partialResults.json",
            "partialResult is unset when first operation fails during an ordered bulk write (summary)",
        ),
    ),
    "PyMongo forgets the numbers of transactions that were started before a session's first command": (
        (f"{_TRANSACTIONS}commit.json", "rerun commit after empty transaction"),
    ),
}

NEVER_RUN_THERE: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "the file asks for a time-out and sets none": (
        (
            "csot/runCursorCommand.json",
            "Tailable cursor awaitData iteration timeoutMS is refreshed for getMore - failure",
        ),
    ),
    "the files are for Atlas Data Lake and its data": (
        ("data_lake/unified/aggregate.json", "Aggregate with pipeline (project, sort, limit)"),
        ("data_lake/unified/estimatedDocumentCount.json", "estimatedDocumentCount succeeds"),
        ("data_lake/unified/find.json", "Find with projection and sort"),
        ("data_lake/unified/getMore.json", "A successful find event with getMore"),
    ),
    "SecantusDB has no JavaScript for $where": (
        (
            f"{_SDAM}interruptInUse-pool-clear.json",
            "Connection pool clear uses interruptInUseConnections=true after monitor timeout",
        ),
        (
            f"{_SDAM}interruptInUse-pool-clear.json",
            "Error returned from connection pool clear with interruptInUseConnections=true is retryable",
        ),
        (
            f"{_SDAM}interruptInUse-pool-clear.json",
            "Error returned from connection pool clear with interruptInUseConnections=true is retryable for write",
        ),
    ),
    "SecantusDB creates no encrypted collections": (
        ("client-side-encryption/spec/unified/bypassAutoEncryption.json", "Insert with bypassAutoEncryption"),
        (
            "client-side-encryption/spec/unified/bypassAutoEncryption.json",
            "Insert with bypassAutoEncryption for local schema",
        ),
        (
            "client-side-encryption/spec/unified/fle2v2-BypassQueryAnalysis.json",
            "BypassQueryAnalysis decrypts",
        ),
    ),
}

#: What the embedded server lacks.
SERVER: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "SecantusDB accepts the fail point onPrimaryTransactionalWrite and does nothing with it": (
        (f"{_WRITES}bulkWrite.json", "First command is retried"),
        (f"{_WRITES}bulkWrite.json", "BulkWrite with unordered execution"),
        (f"{_WRITES}bulkWrite.json", "First insertOne is never committed"),
        (f"{_WRITES}bulkWrite.json", "Second updateOne is never committed"),
        (f"{_WRITES}bulkWrite.json", "Third updateOne is never committed"),
        (f"{_WRITES}deleteOne.json", "DeleteOne is committed on first attempt"),
        (f"{_WRITES}deleteOne.json", "DeleteOne is never committed"),
        (f"{_WRITES}findOneAndDelete.json", "FindOneAndDelete is committed on first attempt"),
        (f"{_WRITES}findOneAndDelete.json", "FindOneAndDelete is never committed"),
        (f"{_WRITES}findOneAndReplace.json", "FindOneAndReplace is committed on first attempt"),
        (f"{_WRITES}findOneAndReplace.json", "FindOneAndReplace is never committed"),
        (f"{_WRITES}findOneAndUpdate.json", "FindOneAndUpdate is committed on first attempt"),
        (f"{_WRITES}findOneAndUpdate.json", "FindOneAndUpdate is never committed"),
        (f"{_WRITES}insertMany.json", "InsertMany succeeds after one network error"),
        (f"{_WRITES}insertMany.json", "InsertMany with unordered execution"),
        (f"{_WRITES}insertMany.json", "InsertMany fails after multiple network errors"),
        (f"{_WRITES}insertOne.json", "InsertOne is committed on first attempt"),
        (f"{_WRITES}insertOne.json", "InsertOne is never committed"),
        (f"{_WRITES}replaceOne.json", "ReplaceOne is committed on first attempt"),
        (f"{_WRITES}replaceOne.json", "ReplaceOne is never committed"),
        (f"{_WRITES}updateOne.json", "UpdateOne is committed on first attempt"),
        (f"{_WRITES}updateOne.json", "UpdateOne is never committed"),
        (f"{_WRITES}updateOne.json", "UpdateOne with upsert is never committed"),
        ("unified-test-format/valid-pass/poc-retryable-writes.json", "FindOneAndUpdate is never committed"),
    ),
    "SecantusDB answers a retried write from memory, without the fail point's write concern error": (
        (
            f"{_WRITES}insertOne-errorLabels.json",
            "InsertOne fails after multiple retryable writeConcernErrors",
        ),
        (
            "unified-test-format/valid-pass/poc-retryable-writes.json",
            "InsertOne fails after multiple retryable writeConcernErrors",
        ),
    ),
    "SecantusDB runs a retried bulkWrite again": (
        (
            f"{_WRITES}client-bulkWrite-serverErrors.json",
            "client bulkWrite with no multi: true operations succeeds after retryable writeConcernError",
        ),
    ),
    "SecantusDB refuses bulkWrite with a readConcern": (
        (
            "causal_consistency/causal-consistency-clientBulkWrite.json",
            "clientBulkWrite includes afterClusterTime in causally consistent session",
        ),
    ),
    "SecantusDB reads the newest data in a snapshot session": tuple(
        ("sessions/snapshot-sessions.json", description)
        for description in (
            "Find operation with snapshot",
            "Distinct operation with snapshot",
            "Aggregate operation with snapshot",
            "Mixed operation with snapshot",
            "Write commands with snapshot session do not affect snapshot reads",
        )
    ),
    "SecantusDB has one member, so that no secondary is ever found": (
        (f"{_TRANSACTIONS}read-pref.json", "secondary readPreference"),
        (f"{_TRANSACTIONS}run-command.json", "run command fails with explicit secondary read preference"),
        (
            f"{_TRANSACTIONS}run-command.json",
            "run command fails with secondary read preference from transaction options",
        ),
        (f"{_TRANSACTIONS}transaction-options.json", "readPreference inherited from client"),
        (
            f"{_TRANSACTIONS}transaction-options.json",
            "readPreference inherited from defaultTransactionOptions",
        ),
        (f"{_TRANSACTIONS}transaction-options.json", "startTransaction overrides readPreference"),
        (f"{_SDAM}logging-replicaset.json", "Topology lifecycle"),
        (f"{_SDAM}rediscover-quickly-after-step-down.json", "Rediscover quickly after replSetStepDown"),
        (f"{_SDAM}replicaset-emit-topology-changed-before-close.json", "Topology lifecycle"),
        ("server_selection_logging/replica-set.json", "A successful operation"),
        (
            "server_selection_logging/replica-set.json",
            "Server selection fails due to unsatisfiable read preference",
        ),
    ),
}

KNOWN: Final[Mapping[tuple[str, str], str]] = {
    place: reason
    for group in (FINDINGS, NEVER_RUN_THERE, SERVER)
    for reason, places in group.items()
    for place in places
}
