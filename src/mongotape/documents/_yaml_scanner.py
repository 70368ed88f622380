"""PyYAML's own parser, made to accept two spellings that the official files use and libyaml refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

if TYPE_CHECKING:
    from yaml.tokens import AliasToken, AnchorToken

_ENDS_A_NAME = "\0 \t\r\n\x85\u2028\u2029,[]{}"


class TolerantParser(Reader, Scanner, Parser):  # type: ignore[misc, unused-ignore]
    """Reads ``{a:b}`` (one key without a value) and anchor names such as ``&aws:name1``."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def scan_anchor(self, TokenClass: type[AnchorToken | AliasToken]) -> Any:  # noqa: N803 - PyYAML's signature
        """An anchor's or alias's name: everything up to a space or a flow indicator.

        Source: YAML 1.2.2, "Node Anchors".
        """
        start = self.get_mark()
        self.forward()
        length = 0
        while self.peek(length) not in _ENDS_A_NAME:
            length += 1
        if not length:
            found = self.peek()
            raise ScannerError(
                "while scanning an anchor or alias",
                start,
                f"expected a name, but found {found!r}",
                self.get_mark(),
            )
        name = self.prefix(length)
        self.forward(length)
        return TokenClass(name, start, self.get_mark())
