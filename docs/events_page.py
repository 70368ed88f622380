"""Writes events.md from the vocabulary: ``python docs/events_page.py > docs/events.md``."""

from __future__ import annotations

from mongotape.events import Kind

INTRODUCTION = """\
# The 23 events

Each under its specification name, with PyMongo's class and attributes. The fields in **bold** can be asserted in
specification files; in Python and in `.events.yml` files all of them can. In mappings a field has its name in camelCase
(`request_id` is `requestId`), but for `interrupt_connections`, which is `interruptInUseConnections`. A command event
also takes the format's `hasServiceId` and `hasServerConnectionId`, and every event takes `client` and, where it happens
on a connection, `connection`."""


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for kind in Kind:
        builder = f"expect.{kind.name.lower()}()"
        parts.append(
            f"## {kind.value}\n\nFamily `{kind.family}`, `pymongo.monitoring.{kind.event_class}`, `{builder}`."
        )
        rows = ["| field | value |", "|---|---|"]
        for field in kind.fields.values():
            name = f"**`{field.name}`**" if field.in_format else f"`{field.name}`"
            rows.append(f"| {name} | {field.type}{f', in {field.unit}' if field.unit else ''} |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201
