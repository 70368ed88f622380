"""The differences that are known, each with its reason; one that is missing here, or gone, fails the comparison."""

from __future__ import annotations

STARTED: dict[str, str] = {}
REPLIES: dict[str, str] = {}
PUBLISHED: dict[str, str] = {}
