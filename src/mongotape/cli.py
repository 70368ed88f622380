# ruff: noqa: T201 - a command prints
"""The command ``mongotape``: one small table of subcommands.

A subcommand is a `Command`: what it is called, its arguments, and a function from the parsed arguments to the
exit code. What it needs it imports when it runs.

Exit codes: 0 all is well, 1 something was found, 2 the command was not understood or could not be run.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mongotape.errors import MongotapeError, SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mongotape.documents import Complaint

FINE, FOUND, USAGE = 0, 1, 2


@dataclass(frozen=True)
class Command:
    """One subcommand."""

    name: str
    summary: str  #: one line for the list of subcommands
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


# --- check -------------------------------------------------------------------------------------------------


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="specification files (YAML or JSON), *.events.yml files, or folders to look for them in",
    )
    parser.add_argument(
        "--lint", action="store_true", help="also say what the specifications' authors advise against"
    )
    parser.add_argument(
        "--schema",
        action="store_true",
        help="write a JSON Schema of specification files to the standard output, for editors",
    )


def check_command(arguments: argparse.Namespace) -> int:
    """Checks specification files; every complaint is a line that starts with ``file:line:column``."""
    if arguments.schema:
        import json

        from mongotape.spec import json_schema

        print(json.dumps(json_schema(), indent=2))
        return FINE
    if not arguments.files:
        return _usage("check: name the files to check, or ask for --schema")
    missing = [name for name in arguments.files if not Path(name).exists()]
    if missing:
        return _usage(f"check: {missing[0]}: there is no such file or folder")
    checked = faulty = told = 0
    for path in _files(arguments.files):
        checked += 1
        sentences = list(_complaints(path, lint=arguments.lint))
        faulty += bool(sentences)
        told += len(sentences)
        for sentence in sentences:
            print(sentence)
    if not checked:
        return _usage(f"check: no specification file in {', '.join(arguments.files)}")
    if not told:
        print(f"{_counted(checked, 'file')} checked, nothing to complain of", file=sys.stderr)
        return FINE
    verb = "has" if faulty == 1 else "have"
    print(f"{faulty} of {_counted(checked, 'file')} {verb} {_counted(told, 'complaint')}", file=sys.stderr)
    return FOUND


def _files(names: Sequence[str]) -> Iterator[Path]:
    """The files named, and of the folders named those that hold specification tests or expected events."""
    from mongotape.documents import read_document
    from mongotape.spec import is_event_file, recognise, spec_files

    for name in names:
        root = Path(name)
        if not root.is_dir():
            yield root
            continue
        yield from sorted(path for path in root.rglob("*") if is_event_file(path.relative_to(root)))
        for path in spec_files(root):
            try:
                if recognise(read_document(path)) is None:
                    continue  # a folder may hold other files; one that is named is checked whatever it is
            except SpecError:
                pass  # what can't be read is told
            yield path


def _complaints(path: Path, *, lint: bool) -> Iterator[Complaint | SpecError | str]:
    from mongotape.event_files import check_expectations
    from mongotape.spec import check, is_event_file
    from mongotape.spec import lint as lint_spec

    try:
        if is_event_file(path):
            yield from check_expectations(path)
            return
        complaints = check(path)
        yield from complaints
        if lint and not complaints:
            yield from (f"{advice} (advice)" for advice in lint_spec(path))
    except SpecError as error:
        yield error


# --- corpus ------------------------------------------------------------------------------------------------


def _corpus_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    fetch = actions.add_parser("fetch", help="bring the official tests into the user's cache, through pip")
    listing = actions.add_parser("list", help="count the fetched files and tests by specification")
    for action in (fetch, listing):
        action.add_argument(
            "--pymongo", metavar="VERSION", help="whose tests; by default those of the installed PyMongo"
        )
    fetch.add_argument(
        "--sdist", metavar="FILE", help="PyMongo's source distribution, where pip can't download it"
    )
    listing.add_argument("--path", metavar="FOLDER", help="count the files of this folder instead")


def corpus_command(arguments: argparse.Namespace) -> int:
    """Fetches the official specification tests, or counts them."""
    from mongotape import corpus

    if arguments.action == "fetch":
        say = lambda sentence: print(sentence, file=sys.stderr)  # noqa: E731 - the folder alone goes to the output
        print(corpus.fetch(arguments.pymongo, sdist=arguments.sdist, say=say))
        return FINE
    folder = Path(arguments.path) if arguments.path else corpus.locate(arguments.pymongo)
    specifications = corpus.listing(folder)
    if not specifications:
        return _usage(f"corpus: no specification file below {folder}")
    width = max(len("specification"), *(len(item.name) for item in specifications))
    print(f"{'specification':{width}}  files  tests  formats")
    for item in specifications:
        print(f"{item.name:{width}}  {item.files:5}  {item.tests:5}  {', '.join(sorted(item.formats))}")
    files = sum(item.files for item in specifications)
    tests = sum(item.tests for item in specifications)
    print(f"{'all':{width}}  {files:5}  {tests:5}")
    faults = [fault for item in specifications for fault in item.faults]
    for fault in faults:
        print(fault)
    return FOUND if faults else FINE


# --- replay ------------------------------------------------------------------------------------------------


def _replay_arguments(parser: argparse.ArgumentParser) -> None:
    from mongotape.replay import replay_arguments

    replay_arguments(parser)


def replay_command(arguments: argparse.Namespace) -> int:
    """Replays specification files on a server."""
    from mongotape import replay

    return replay.replay_command(arguments)


# --- the command itself ------------------------------------------------------------------------------------

COMMANDS: tuple[Command, ...] = (
    Command("replay", "replay specification files on a server", _replay_arguments, replay_command),
    Command(
        "check",
        "check specification files and files of expected events, without a server",
        _check_arguments,
        check_command,
    ),
    Command("corpus", "fetch and count the official specification tests", _corpus_arguments, corpus_command),
)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _usage(sentence: str) -> int:
    print(f"mongotape {sentence}", file=sys.stderr)
    return USAGE


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    whole = argparse.ArgumentParser(
        prog="mongotape",
        description="Records what a MongoDB driver does, and replays MongoDB driver specification tests.",
    )
    whole.add_argument("--version", action="store_true", help="print mongotape's version")
    subparsers = whole.add_subparsers(dest="command", metavar="COMMAND")
    for command in COMMANDS:
        sub = subparsers.add_parser(
            command.name, help=command.summary, description=f"{command.summary.capitalize()}."
        )
        command.arguments(sub)
        sub.set_defaults(run=command.run)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file may hold what a terminal can't show
    try:
        parsed = parser().parse_args(arguments)
    except SystemExit as exit_:  # argparse has said why
        return exit_.code if isinstance(exit_.code, int) else USAGE
    if parsed.version:
        from importlib import metadata

        print(metadata.version("mongotape"))
        return FINE
    if parsed.command is None:
        names = ", ".join(command.name for command in COMMANDS)
        return _usage(f"needs a command: {names}; see mongotape --help")
    try:
        code: int = parsed.run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough: ``mongotape check --schema | head``
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except MongotapeError as error:
        return _usage(f"{parsed.command}: {error}")
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
