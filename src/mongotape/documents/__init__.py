"""YAML and JSON files read safely into plain values that know their line and column.

The specification reader and the assertions on ``*.events.yml`` files stand on it.
"""

from mongotape.documents._document import Document, Syntax, parse_document, read_document
from mongotape.documents._places import Complaint, Path, Place, Position, Source, shown_path

__all__ = [
    "Complaint",
    "Document",
    "Path",
    "Place",
    "Position",
    "Source",
    "Syntax",
    "parse_document",
    "read_document",
    "shown_path",
]
