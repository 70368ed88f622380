"""The official specification tests: PyMongo's source distribution, fetched through pip into a cache."""

from mongotape.corpus._fetch import PINNED, fetch, locate
from mongotape.corpus._folder import cache_folder, default_version
from mongotape.corpus._listing import Specification, listing, specification_of

__all__ = [
    "PINNED",
    "Specification",
    "cache_folder",
    "default_version",
    "fetch",
    "listing",
    "locate",
    "specification_of",
]
