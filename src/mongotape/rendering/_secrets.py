"""What must not appear in any text: passwords, tokens, keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

HIDDEN: Final = "<hidden>"

_WORDS: Final = frozenset(
    {"token", "jwt", "pwd", "passwd", "password", "passphrase", "secret", "authorization", "credentials"}
    | {"apikey", "privatekey", "keymaterial", "clientproof", "speculativeauthenticate", "saslpayload"}
)
_ENDINGS: Final = (
    *("password", "passwd", "passphrase", "passwordhash", "secret", "secretkey", "accesskey", "apikey"),
    *("privatekey", "accesstoken", "refreshtoken", "authtoken", "sessiontoken", "idtoken", "bearertoken"),
)
_SASL: Final = frozenset({"saslstart", "saslcontinue"})
_URI: Final = re.compile(r"(mongodb(?:\+srv)?://)[^/\s]*@")
_OPTION: Final = re.compile(
    r"(?i)((?:tlsCertificateKeyFilePassword|sslPEMPassphrase|proxyPassword)=|AWS_SESSION_TOKEN:)[^&,\s'\"]+"
)


_PROSE: Final = re.compile(
    r"(?i)(\w*(?:password|passwd|pwd|secret|api_?key|token)\w*\"?\s*[:=]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&}]+)"
)


def scrubbed_prose(text: str) -> str:
    """Return a server's sentence without values that it names as secrets: ``dup key: { token: <hidden> }``."""
    return scrubbed(_PROSE.sub(rf"\1{HIDDEN}", text))


def is_secret(key: object) -> bool:
    """Whether the value of a key with this name is not to be shown."""
    if not isinstance(key, str):
        return False
    folded = key.lower().replace("_", "").replace("-", "")
    return folded in _WORDS or folded.endswith(_ENDINGS)


def secret_keys(document: Mapping[Any, Any]) -> frozenset[Any]:
    """Return the keys of a document whose values are not to be shown."""
    keys = {key for key in document if is_secret(key)}
    if any(isinstance(key, str) and key.lower() in _SASL for key in document):
        keys |= {key for key in document if key == "payload"}
    return frozenset(keys)


def holds_secret(value: Any, depth: int = 32) -> bool:
    """Whether a value that is not to be shown stands somewhere inside."""
    if depth <= 0:
        return True  # nobody looked: nothing of it is shown literally
    if isinstance(value, Mapping):
        return bool(secret_keys(value)) or any(holds_secret(each, depth - 1) for each in value.values())
    if isinstance(value, list | tuple):
        return any(holds_secret(each, depth - 1) for each in value)
    return isinstance(value, str) and scrubbed(value) != value


def scrubbed(text: str) -> str:
    """Return the text without the credentials of a connection string."""
    if "://" not in text and "=" not in text and ":" not in text:
        return text
    return _OPTION.sub(rf"\1{HIDDEN}", _URI.sub(rf"\1{HIDDEN}@", text))
