"""The served mock and ``publish_events`` compared with the embedded server, operation by operation.

``python -m benchmarks.parity`` writes ``docs/parity.md``; ``--check`` says whether it is up to date.
"""
