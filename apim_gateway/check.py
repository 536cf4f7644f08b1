"""The command `check`: what do policy documents do to a stream, and would they be taken?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from apim_gateway import check_folder
from apim_gateway.errors import ConfigError
from apim_gateway.reading import files, folder
from apim_gateway.reading.scopes import API, GLOBAL, Source
from apim_gateway.streaming.facts import Facts, facts
from apim_gateway.streaming.findings import LEVELS
from apim_gateway.streaming.formats import FORMATS
from apim_gateway.streaming.report import PRODUCT, Around, Report, check

STREAMING_ONLY = ("doubtful-expression", "not-run-here")  # are left out with --streaming-only
NEVER = "never"


@dataclass(frozen=True)
class Result:
    """Hold what is to be printed, what could not be read, and the exit status."""

    text: str
    problems: tuple[str, ...]
    status: int


def run(options: argparse.Namespace, named_values: Mapping[str, str]) -> Result:
    """Check every document; one that cannot be read does not keep the others from it.

    The status is 2 where one could not be read, 1 for findings as bad as --fail-on. Raises
    ConfigError where a file around the documents cannot be read.
    """
    around = _around(options, named_values)
    reports, problems = [], []
    for path in options.files:
        try:
            if folder.is_one(path):
                found = check_folder.reports(path, around)
            else:
                found = [_report(file, options, around) for file in _documents(path)]
            reports += [_of_streams(each) for each in found] if options.streaming_only else found
        except ConfigError as problem:
            problems.append(str(problem))
    bad = options.fail_on != NEVER and any(
        LEVELS.index(found.level) >= LEVELS.index(options.fail_on)
        for report in reports
        for found in report.findings
    )
    return Result(FORMATS[options.format](reports), tuple(problems), 2 if problems else int(bad))


def _report(file: Path, options: argparse.Namespace, around: Around) -> Report:
    source = _source(file)
    if options.operation:  # the document is its parent, and what runs is the operation's
        above = replace(around, scopes={**around.scopes, API: source})
        return replace(check(_source(options.operation), above), file=source.file)
    return check(source, around)


def _of_streams(report: Report) -> Report:
    kept = tuple(found for found in report.findings if found.rule not in STREAMING_ONLY)
    return replace(report, findings=kept)


def _around(options: argparse.Namespace, named_values: Mapping[str, str]) -> Around:
    if options.api and options.operation:
        raise ConfigError("give --api or --operation: FILE is the other of the two")
    given = {GLOBAL: getattr(options, "global"), PRODUCT: options.product, API: options.api}
    scopes = {scope: _source(file) for scope, file in given.items() if file}
    fragments = dict(options.fragment)
    if options.fragments:
        fragments = {**dict(_fragments(options.fragments)), **fragments}
    service = Facts()
    if options.template:
        service = _facts(options.template, files.read(options.template))
    elif options.bicep:
        from apim_gateway import bicep  # with the modules that start processes

        service = _facts(options.bicep, bicep.compiled(options.bicep))
    return Around(
        scopes, {name: _source(file) for name, file in fragments.items()}, named_values, service
    )


def _source(file: Path) -> Source:
    return Source(files.read(file), str(file))


def _documents(path: Path) -> list[Path]:
    """Return the file itself, or of a folder the documents and fragments in it, by name."""
    if not path.is_dir():
        return [path]
    found = [file for file in _walked(path) if _is_policy(file)]
    if not found:
        raise ConfigError(f"{path} has no policy documents in it: files that end in .xml")
    return found


def _walked(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.rglob("*.xml")
        if not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )


def _is_policy(file: Path) -> bool:
    text = files.read(file)
    return "<policies" in text or "<fragment" in text


def _fragments(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield each fragment of a folder by name: NAME.xml, or NAME/policy.xml as APIOps has it."""
    if not folder.is_dir():
        raise ConfigError(f"--fragments {folder}: is no folder")
    for file in _walked(folder):
        yield file.parent.name if file.name == "policy.xml" else file.stem, file


def _facts(file: Path, text: str) -> Facts:
    return facts(files.json_object(file, text, "ARM template"))
