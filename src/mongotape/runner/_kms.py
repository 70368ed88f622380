"""Options of client-side encryption, and the credentials that a file leaves to the environment.

A file writes ``{$$placeholder: 1}`` where a credential stands; the environment has it under the names that the
drivers' own test suites use. The local provider's key is any 96 bytes.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from mongotape.runner._options import keywords, snake
from mongotape.runner._outcome import UnsupportedError
from mongotape.spec import fresh

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mongotape.spec import ClientEncryptionEntity

_LOCAL_KEY: Final = bytes(range(96))

#: The environment's variable of each credential.
_VARIABLES: Final[Mapping[tuple[str, str], str]] = {
    ("aws", "accessKeyId"): "FLE_AWS_KEY",
    ("aws", "secretAccessKey"): "FLE_AWS_SECRET",
    ("aws", "sessionToken"): "CSFLE_AWS_TEMP_SESSION_TOKEN",
    ("azure", "tenantId"): "FLE_AZURE_TENANTID",
    ("azure", "clientId"): "FLE_AZURE_CLIENTID",
    ("azure", "clientSecret"): "FLE_AZURE_CLIENTSECRET",
    ("azure", "accessToken"): "CSFLE_AZURE_ACCESS_TOKEN",
    ("gcp", "email"): "FLE_GCP_EMAIL",
    ("gcp", "privateKey"): "FLE_GCP_PRIVATEKEY",
    ("gcp", "accessToken"): "CSFLE_GCP_ACCESS_TOKEN",
    ("kmip", "endpoint"): "FLE_KMIP_ENDPOINT",
}


def kms_providers(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the providers with their credentials filled in.

    Raises:
        UnsupportedError: the environment lacks one; the sentence names its variable.
    """
    return {
        name: {key: _credential(name, key, value) for key, value in options.items()}
        for name, options in given.items()
    }


def _credential(provider: str, key: str, value: Any) -> Any:
    if not (isinstance(value, dict) and "$$placeholder" in value):
        return value
    kind = provider.partition(":")[0]
    if (kind, key) == ("local", "key"):
        return _LOCAL_KEY
    variable = _VARIABLES.get((kind, key))
    if variable is None or variable not in os.environ:
        named = f"environment variable {variable}" if variable else "a credential that has no known variable"
        raise UnsupportedError(f"the KMS provider {provider} needs {key}: set the {named}")
    return os.environ[variable]


def auto_encryption_options(given: Mapping[str, Any]) -> Any:
    """Return PyMongo's options of automatic encryption.

    Raises:
        UnsupportedError: pymongocrypt is not installed, or a credential is missing.
    """
    from pymongo.encryption_options import AutoEncryptionOpts
    from pymongo.errors import ConfigurationError

    options = fresh(dict(given))
    providers = kms_providers(options.pop("kmsProviders", {"local": {"key": {"$$placeholder": 1}}}))
    extra = {snake(name): value for name, value in options.pop("extraOptions", {}).items()}
    if library := os.environ.get("CRYPT_SHARED_LIB_PATH"):
        extra.setdefault("crypt_shared_lib_path", library)
    namespace = options.pop("keyVaultNamespace")
    try:
        return AutoEncryptionOpts(
            providers, namespace, **keywords(AutoEncryptionOpts.__init__, options, {}), **extra
        )
    except ConfigurationError as error:
        raise UnsupportedError(f"client-side encryption: {error}") from error


def client_encryption(entity: ClientEncryptionEntity, client: Any, api: str) -> Any:
    """Return PyMongo's object of explicit encryption.

    Raises:
        UnsupportedError: pymongocrypt is not installed, or a credential is missing.
    """
    from bson.codec_options import CodecOptions
    from pymongo.errors import ConfigurationError

    encryption: Any
    if api == "sync":
        from pymongo.encryption import ClientEncryption as encryption  # noqa: N813
    else:
        from pymongo.asynchronous.encryption import AsyncClientEncryption as encryption  # noqa: N813
    more = {} if entity.key_expiration_ms is None else {"key_expiration_ms": entity.key_expiration_ms}
    try:
        return encryption(
            kms_providers(entity.kms_providers),
            entity.key_vault_namespace,
            client,
            CodecOptions(),
            **keywords(encryption.__init__, more, {}),
        )
    except ConfigurationError as error:
        raise UnsupportedError(f"client-side encryption: {error}") from error
