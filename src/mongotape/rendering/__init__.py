"""Failure values made into text; nothing here decides whether something failed.

A text is plain (``str(text)``, stable enough to be compared with a saved one) and knows its colours
(``text.coloured``). Secrets (passwords, tokens, the credentials of a connection string) never appear in it.
"""

from __future__ import annotations

from mongotape.rendering._circumstances import Circumstances
from mongotape.rendering._failure import render_failure
from mongotape.rendering._log import render_log
from mongotape.rendering._mismatches import mismatch_text, render_mismatches
from mongotape.rendering._secrets import scrubbed
from mongotape.rendering._text import Rendered
from mongotape.rendering._values import show
from mongotape.rendering._wait import render_unwanted, render_wait

__all__ = [
    "Circumstances",
    "Rendered",
    "mismatch_text",
    "render_failure",
    "render_log",
    "render_mismatches",
    "render_unwanted",
    "render_wait",
    "scrubbed",
    "show",
]
