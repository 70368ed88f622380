"""Every official file is read, and every file that the specification calls invalid is refused for its reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mongotape.documents import parse_document, read_document, shown_path
from mongotape.errors import SpecError
from mongotape.spec import CmapFile, SdamFile, SpecFile, UnifiedFile, check, read, recognise, spec_files
from tests.yaml_twins import yaml_twin

SELF_TESTS = ("invalid", "valid-fail")


def readable(official: Path) -> list[Path]:
    """The files that a run takes: those of a known format that are not meant to be refused."""
    return [
        path
        for path in spec_files(official)
        if not set(path.parts) & set(SELF_TESTS) and recognise(read_document(path))
    ]


def test_every_official_file_is_read(official: Path) -> None:
    """All 818 files, unified and older, without a complaint."""
    refused, kinds, tests = [], {UnifiedFile: 0, CmapFile: 0, SdamFile: 0}, 0
    for path in readable(official):
        try:
            spec = read(path)
        except SpecError as error:
            refused.append(str(error))
            continue
        kinds[type(spec)] += 1
        tests += len(spec.tests) if isinstance(spec, UnifiedFile) else 1
    assert refused == []
    assert kinds == {UnifiedFile: 600, CmapFile: 32, SdamFile: 186}
    assert tests == 2994


def test_a_file_that_is_no_specification_file_says_so(official: Path) -> None:
    """Other specifications have files of their own formats."""
    with pytest.raises(
        SpecError, match=r"1:1: this is no specification file that is understood: it has no sch"
    ):
        read(official / "bson_corpus" / "int32.json")


# --- invalid -----------------------------------------------------------------------------------------------

#: What the sentence must say, by the last word of the file's name; ``{key}`` is the word before it.
REASONS = {
    "type": r"must be .*, not |must be a mapping, not ",
    "required": r'needs the key "{key}"',
    "additionalProperties": r'has no key "\w+"|no kind of entity is called|no KMS provider is called|no event is called',
    "minItems": r"must have at least one item",
    "minProperties": r"must not be empty|has exactly one key",
    "maxProperties": r"has exactly one key",
    "items": r"\[0\]: .*must be",
    "enum": r"is not one of",
    "pattern": r"is not a version",
    "const": r"must be true, not",
}
#: Files whose name says it in another way.
OTHERS = {
    "clientEncryptionOpts-kmsProviders-invalidName": r'no KMS provider is called "aws:name_with_invalid_character\*"',
    "clientEncryptionOpts-tlsOptions_not_supported": r'clientEncryptionOpts has no key "tlsOptions"',
    "entity-client-observeLogMessages-property-type": r"observeLogMessages\.command: must be a string",
    "entity-client-observeLogMessages-property-value": r"is not one of emergency, alert",
    "operation-expectEvents-type": r'an operation has no key "expectEvents"',
    "expectedLogMessage-additionalProperties": r'has no key "foo"',
}


def reason(name: str) -> str:
    """The pattern that the sentence on an invalid file must match."""
    if name in OTHERS:
        return OTHERS[name]
    if name.startswith("entity-stream-"):
        return r'no kind of entity is called "stream"'
    if match := re.search(r"(\w+)-conflicts_with_(\w+)$", name):
        return rf"({match[1]}|{match[2]}) can't stand beside ({match[1]}|{match[2]})"
    if "events_conflicts_with" in name:
        return r"is an event of eventType \w+, not (command|cmap)"
    *_, key, kind = ["", *name.split("-")]
    return REASONS[kind].format(key=key)


def test_every_invalid_file_is_refused_for_its_reason(official: Path) -> None:
    """The first sentence names the mistake that the file's name names, and where it is."""
    wrong = []
    files = sorted((official / "unified-test-format" / "invalid").glob("*.json"))
    for path in files:
        with pytest.raises(SpecError) as caught:
            read(path)
        sentence = str(caught.value)
        if not re.match(rf"{re.escape(str(path))}:\d+:\d+: ", sentence) or not re.search(
            reason(path.stem), sentence
        ):
            wrong.append(f"{path.stem}: {sentence}\n   expected {reason(path.stem)}")
    assert len(files) == 250
    assert not wrong, "\n".join(wrong)


def test_a_complaint_points_at_the_line_of_its_key(official: Path) -> None:
    """The last key of the path stands where the position says, or the path leads to something missing."""
    for path in sorted((official / "unified-test-format" / "invalid").glob("*.json")):
        lines = path.read_text().split("\n")
        for complaint in check(path):
            line, column = complaint.place.position
            here = lines[line - 1][column - 1 :]
            last = complaint.path[-1] if complaint.path else None
            if isinstance(last, str) and not complaint.message.startswith("operation"):
                assert here.startswith(f'"{last}"'), f"{complaint}: {here}"


# --- valid-fail: what can be known without a server -----------------------------------------------------------

STATICALLY_WRONG = {
    "assertNumberConnectionsCheckedOut": 'needs the argument "client"',
    "entity-bucket-database-undefined": 'no database "foo" exists',
    "entity-collection-database-undefined": 'no database "foo" exists',
    "entity-database-client-undefined": 'no client "foo" exists',
    "entity-findCursor": 'no entity "cursor0" exists',
    "entity-findCursor-malformed": '"createFindCursor" of collection needs the argument "filter"',
    "entity-session-client-undefined": 'no client "foo" exists',
    "ignoreResultAndError-malformed": '"insertOne" of collection takes no argument "foo"',
    "operation-unsupported": 'operation "unsupportedOperation" is not known for client',
    "returnDocument-enum-invalid": '"invalid" is not one of Before or After',
    "schemaVersion-unsupported": "schemaVersion 0.1 is not understood: versions 1.0 to 1.28 are",
}


def test_valid_fail_files_are_refused_where_they_are_statically_wrong(official: Path) -> None:
    """The others fail when they run: read() accepts them."""
    for path in sorted((official / "unified-test-format" / "valid-fail").glob("*.json")):
        sentences = [str(complaint) for complaint in check(path)]
        if expected := STATICALLY_WRONG.get(path.stem):
            assert any(expected in sentence for sentence in sentences), (path.stem, sentences)
        else:
            assert sentences == []


# --- YAML is the first format --------------------------------------------------------------------------------


def test_a_file_written_as_yaml_reads_to_the_same_model(official: Path, tmp_path: Path) -> None:
    """A sample of all folders; positions are those of the YAML text."""
    files = readable(official)[::7]
    assert len(files) > 100
    for path in files:
        twin = yaml_twin(path, tmp_path)
        spec: SpecFile = read(twin)
        assert spec == read(path), path
        if isinstance(spec, UnifiedFile):
            for test in spec.tests:
                line = twin.read_text().split("\n")[test.line - 1]
                assert line.startswith("- description:"), (path, line)


def test_check_reads_a_document_too(official: Path) -> None:
    document = parse_document("schemaVersion: '1.0'\ndescription: d\ntests: []\n", name="x.yml")
    (complaint,) = check(document)
    assert str(complaint) == "x.yml:3:1: tests: must have at least one item"
    assert shown_path(complaint.path) == "tests"
