"""Shapes of encryption options: KMS providers and their credentials."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mongotape.spec._expectations import EntityRef
from mongotape.spec._model import Version
from mongotape.spec._shapes import (
    Boolean,
    BsonDoc,
    Field,
    Integer,
    JsonSchema,
    MapOf,
    Object,
    Shape,
    String,
    plain_mapping,
)
from mongotape.spec._words import BROKEN, describe, did_you_mean

if TYPE_CHECKING:
    from mongotape.documents import Path
    from mongotape.spec._reading import Reading


def is_placeholder(value: object) -> bool:
    """Whether a value is ``{"$$placeholder": ...}``, to be replaced by what the environment gives."""
    return isinstance(value, dict) and list(value) == ["$$placeholder"]


class _Credential(Shape):
    """A string, or a placeholder for one."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if isinstance(value, str) or is_placeholder(value):
            return value
        return reading.complain(path, f"must be a string or {{$$placeholder: 1}}, not {describe(value)}")

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        defs.setdefault(
            "placeholder",
            {
                "type": "object",
                "properties": {"$$placeholder": {}},
                "required": ["$$placeholder"],
                "additionalProperties": False,
            },
        )
        return {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/placeholder"}]}


_CREDENTIALS = {
    "aws": ("accessKeyId", "secretAccessKey", "sessionToken"),
    "azure": ("tenantId", "clientId", "clientSecret", "identityPlatformEndpoint", "accessToken"),
    "gcp": ("email", "privateKey", "endpoint", "accessToken"),
    "kmip": ("endpoint",),
    "local": ("key",),
}


def _access_token_alone(value: dict[str, Any], path: Path, reading: Reading) -> None:
    if "accessToken" in value and len(value) > 1:
        reading.complain(
            (*path, "accessToken"), "accessToken replaces the other credentials; keep one or the other"
        )


def _provider(name: str, keys: tuple[str, ...]) -> Object:
    fields = tuple(
        Field(key, _Credential(), attribute=key, since=Version(1, 28) if key == "accessToken" else None)
        for key in keys
    )
    return Object(f"the KMS provider {name}", fields, plain_mapping, placed=False, rule=_access_token_alone)


_PROVIDERS = {name: _provider(name, keys) for name, keys in _CREDENTIALS.items()}
_PROVIDER_NAME = re.compile(r"(aws|azure|gcp|kmip|local)(:[a-zA-Z0-9_]+)?")


class KmsProviders(Shape):
    """Credentials by KMS provider; since 1.18 a provider may have a name: ``aws:name1``."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.complain(path, f"must be a mapping, not {describe(value)}")
        broken = False
        for key, item in value.items():
            match = _PROVIDER_NAME.fullmatch(key)
            if match is None:
                reading.complain(
                    (*path, key), f'no KMS provider is called "{key}"', did_you_mean(key, _PROVIDERS)
                )
                broken = True
                continue
            if match[2]:
                reading.uses(Version(1, 18), (*path, key), f"the named KMS provider {key}")
            broken = _PROVIDERS[match[1]].read(item, (*path, key), reading) is BROKEN or broken
        return BROKEN if broken else value

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        return {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {
                f"^{name}(:[a-zA-Z0-9_]+)?$": shape.schema(defs) for name, shape in _PROVIDERS.items()
            },
        }


AUTO_ENCRYPT = Object(
    "autoEncryptOpts",
    (
        Field("keyVaultNamespace", String(), attribute="keyVaultNamespace", required=True),
        Field("kmsProviders", KmsProviders(), attribute="kmsProviders", required=True),
        Field("bypassAutoEncryption", Boolean(), attribute="bypassAutoEncryption"),
        Field("schemaMap", MapOf(BsonDoc()), attribute="schemaMap"),
        Field("extraOptions", BsonDoc(), attribute="extraOptions"),
        Field("encryptedFieldsMap", MapOf(BsonDoc()), attribute="encryptedFieldsMap"),
        Field("bypassQueryAnalysis", Boolean(), attribute="bypassQueryAnalysis"),
        Field("keyExpirationMS", Integer(), attribute="keyExpirationMS"),
    ),
    plain_mapping,
    placed=False,
)

CLIENT_ENCRYPTION_OPTS = Object(
    "clientEncryptionOpts",
    (
        Field("keyVaultClient", EntityRef("client"), required=True),
        Field("keyVaultNamespace", String(), required=True),
        Field("kmsProviders", KmsProviders(), required=True),
        Field("keyExpirationMS", Integer(), attribute="key_expiration_ms", since=Version(1, 22)),
    ),
    plain_mapping,
    placed=False,
)
