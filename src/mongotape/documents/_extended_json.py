"""Extended JSON, canonical and relaxed: ``{"$numberLong": "1"}`` becomes what it stands for."""

from __future__ import annotations

from typing import Any

from bson import json_util
from bson.binary import UuidRepresentation
from bson.codec_options import DatetimeConversion

OPTIONS = json_util.JSONOptions(
    uuid_representation=UuidRepresentation.UNSPECIFIED,  # a UUID stays Binary subtype 4, as matching wants it
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,  # years beyond 9999 are kept as DatetimeMS
    tz_aware=False,
)


def decoded(mapping: dict[str, Any]) -> Any:
    """What a mapping stands for, the values inside it being decoded already.

    Raises:
        ValueError: It looks like Extended JSON and is none.
    """
    try:
        return json_util.object_hook(mapping, OPTIONS)
    except Exception as error:
        wrapper = next((key for key in mapping if key.startswith("$")), "")
        raise ValueError(f"{wrapper} is not valid Extended JSON: {error}") from error
