"""Loading the XML files of the technology boxes (manual, chapter 7; behaviours I-1, I-12, I-13).

Loading opens no connection and does not look whether the directories it names exist.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal import get_localzone

from shared.contracts.said import said
from shared.domain.addresses import domain_of
from shared.errors import ConfigProblem, ConfigurationError
from shared.settings.box import Box
from shared.settings.box_checks import check_file, check_together, name_of
from shared.settings.draft import Draft, read_draft
from shared.settings.file_name import file_name
from shared.settings.keys import KEY_BY_NAME, KEYS
from shared.settings.values import (
    NotAllowedError,
    absolute_folder,
    absolute_path,
    is_windows_path,
    label,
)
from shared.settings.vocabulary_keys import VOCABULARY_KEYS

_PATHS = tuple(
    key.name for key in KEYS if key.key.parse in {absolute_path, absolute_folder, file_name}
)


@dataclass(frozen=True, slots=True)
class LoadedBoxes:
    """The boxes of all files, in their order.

    Attributes:
        boxes: One for each file.
        warnings: What is odd but does not stop the start, as keys that nothing knows.
        idle: Keys that this version knows but does not act on, for `check` to say.
    """

    boxes: tuple[Box, ...]
    warnings: tuple[ConfigProblem, ...]
    idle: tuple[ConfigProblem, ...] = ()


class NamedPath(NamedTuple):
    """A directory or file, the key that names it, and where that is."""

    key: str
    path: Path
    place: str


def load_boxes(
    paths: Sequence[Path], *, host_zone: Callable[[], ZoneInfo] = get_localzone
) -> LoadedBoxes:
    """Load one box from each file.

    Args:
        paths: The XML files, as the operator named them.
        host_zone: Finds the zone of boxes without `timeZone`.

    Raises:
        ConfigurationError: With every problem of every file.
    """
    drafts = [read_draft(path) for path in paths]
    for draft in drafts:
        _fill_in(draft, host_zone)
        if draft.is_xml:
            check_file(draft)
    check_together(drafts)
    problems = [problem for draft in drafts for problem in draft.report.problems]
    if problems:
        raise ConfigurationError(problems)
    warnings = tuple(warning for draft in drafts for warning in draft.report.warnings)
    idle = tuple(one for draft in drafts for one in _idle(draft))
    return LoadedBoxes(tuple(_box(draft) for draft in drafts), warnings, idle)


def named_paths(paths: Sequence[Path]) -> Iterator[NamedPath]:
    """Yield the directories and files that the files name, as far as they can be read at all.

    So that one look finds a path that is wrong beside a key that is.
    """
    for draft in map(read_draft, paths):
        for key in _PATHS:
            for line, path in draft.values.get(key, ()):
                # A rule file stands beside its box; the others are absolute, here or on Windows.
                beside = Path() if is_windows_path(str(path)) else draft.path.absolute().parent
                yield NamedPath(key, beside / str(path), draft.report.place(line))


def _idle(draft: Draft) -> Iterator[ConfigProblem]:
    """Yield the given keys that do nothing yet, in the order of the file."""
    given = sorted((found[0][0], name) for name, found in draft.values.items())
    for line, name in given:
        if not KEY_BY_NAME[name].key.acts:
            what = said("{name} has no effect in this version", name=name)
            remedy = said("Do not rely on it yet; the line may stay.")
            yield ConfigProblem(draft.report.place(line), what, remedy)


def _fill_in(draft: Draft, host_zone: Callable[[], ZoneInfo]) -> None:
    """Check the defaults that come from outside the file: its name and the host's zone."""
    if not draft.is_xml:
        return
    if "name" not in draft.named:
        try:
            label(draft.path.stem)
        except NotAllowedError as error:
            what, remedy = (
                said("the file's name is no name for a box"),
                said("Add name: {allowed}.", allowed=error.allowed),
            )
            draft.report.problem(None, what, remedy)
    if "timeZone" not in draft.named:
        try:
            draft.values["timeZone"] = [(0, host_zone())]
        except (ZoneInfoNotFoundError, ValueError, OSError):
            what, remedy = said("the host's time zone cannot be found"), said("Add timeZone.")
            draft.report.problem(None, what, remedy)


def _box(draft: Draft) -> Box:
    email = str(draft.value("pop3Email"))
    fields: dict[str, object] = {"name": name_of(draft)}
    for name, found in draft.values.items():
        key = KEY_BY_NAME[name]
        values = tuple(value for _, value in found)
        if key.field:
            fields[key.field] = values if key.repeatable else values[0]
    if isinstance(file := fields.get("rules_file"), Path):
        fields["rules_file"] = draft.path.absolute().parent / file
        # A rule may move or delete a mail once it is recorded, so that it has to be there then.
        fields["dispose_after"] = "recorded"
    own = {domain_of(email)} | {str(value) for _, value in draft.values.get("ownDomain", ())}
    fields["own_domains"] = frozenset(own)
    fields["vocabulary"] = {
        key.name: tuple(str(value) for _, value in draft.values.get(key.name, ()))
        for key in VOCABULARY_KEYS
    }
    return Box.model_validate(fields)
