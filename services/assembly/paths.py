"""The paths of an installation, looked at where they will be used (behaviours O-1, I-7, I-13).

`check` shows what is found; `run` and the services refuse to start with what would lose data. All
problems are told at once.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Flag, auto
from pathlib import Path
from typing import Literal

from services.assembly.folder_problems import (
    MAY_WRITE,
    folder_problems,
    volatile_problems,
    windows_problems,
)
from services.assembly.path_attempts import is_there, refusal_of, try_to_append
from services.fetcher.sources.login import tls_context
from services.fetcher.sources.of_box import BoxSource, SourceKind, sources_of
from shared.contracts.said import Said, said
from shared.errors import ConfigProblem, ConfigurationError
from shared.file_systems import file_system_of
from shared.netgenium.schema.mapping_model import Attachments
from shared.oauth.app_file import app_file, read_app
from shared.settings.box import Box
from shared.settings.environment import Environment

_SOON_DAYS, _LITTLE_MB = 30, 200
_MB = 1024 * 1024

LEGACY_LOG = "CRMService.log"
"""Below the data folder."""

Weight = Literal["stops", "unmade", "harms", "hint"]
"""Work cannot begin with it; nor with it, but `init-db` makes it; mail flows, but something is not
done; nobody uses it."""


class Use(Flag):
    """What a process does."""

    FETCH = auto()
    CLASSIFY = auto()
    WRITE = auto()
    EVERYTHING = FETCH | CLASSIFY | WRITE


@dataclass(frozen=True, slots=True)
class CheckedPath:
    """One path that was looked at.

    Attributes:
        name: What it is for.
        path: As it is written.
        problems: What is wrong with it; none: it is good.
        source: The name of the source whose own it is; None: all need it.
    """

    name: Said
    path: str
    problems: tuple[ConfigProblem, ...]
    weight: Weight = "stops"
    source: str | None = None


@dataclass(frozen=True, slots=True)
class PathCheck:
    """Looks at paths.

    Attributes:
        file_system: Returns the type of the file system that a path lies on.
    """

    file_system: Callable[[Path], str] = file_system_of

    def at_all(
        self, boxes: Sequence[Box], environment: Environment, use: Use = Use.EVERYTHING
    ) -> Iterator[CheckedPath]:
        """Yield every path that a process with `use` needs; `boxes` of one deployment."""
        yield self._data(environment.data, writes=Use.FETCH in use)
        if little := _little_space(environment.data):
            yield CheckedPath(
                said("space of the data folder"), str(environment.data), (little,), "hint"
            )
        if Use.WRITE in use:
            yield self._log(environment.data)
        if boxes:
            yield from self._root(boxes, environment, use)
        reading = [box for box in boxes if box.enabled and Use.FETCH in use]
        yield from _shared(reading)
        for box in reading:
            yield from self._sources(box)

    def _folder(
        self, folder: Path, key: str, remedy: Said, *, writes: bool, lasts: bool
    ) -> tuple[ConfigProblem, ...]:
        problems = folder_problems(folder, key, remedy, writes=writes)
        if problems or not lasts:
            return problems
        return volatile_problems(folder, key, self.file_system(folder))

    def _data(self, data: Path, *, writes: bool) -> CheckedPath:
        unmade = not is_there(data) and is_there(data.parent) and data.parent.is_dir()
        remedy = said("crmservice init-db makes it; or correct CRMSERVICE_DATA")
        if not unmade:
            remedy = said(
                "correct CRMSERVICE_DATA; of its path init-db makes the last folder alone"
            )
        problems = self._folder(data, "CRMSERVICE_DATA", remedy, writes=writes, lasts=writes)
        return CheckedPath(
            said("data folder"), str(data), problems, "unmade" if unmade else "stops"
        )

    def _log(self, data: Path) -> CheckedPath:
        """Look at the legacy log; while it cannot be written its lines wait, and no mail does."""
        log = data / LEGACY_LOG
        what = refusal_of(lambda: try_to_append(log))
        problem = ConfigProblem(str(log), said("cannot be written: {what}", what=what), MAY_WRITE)
        return CheckedPath(said("legacy log"), str(log), (problem,) if what else (), "harms")

    def _root(
        self, boxes: Sequence[Box], environment: Environment, use: Use
    ) -> Iterator[CheckedPath]:
        root = boxes[0].root_path
        remedy = said("correct rootPath: it is the directory of NET Genium")
        attachments = _attachments(environment) if Use.WRITE in use else Attachments()
        files = attachments.strategy == "directory"
        problems = self._folder(Path(root), "rootPath", remedy, writes=False, lasts=files)
        if not problems and files:
            folder = Path(root, attachments.folder)
            there = next(place for place in (folder, *folder.parents) if is_there(place))
            problems = self._folder(there, "rootPath", remedy, writes=True, lasts=True)
        if files or use == Use.EVERYTHING:
            # The logins of OAuth2 boxes need it, too: each of them tells of it.
            yield CheckedPath(said("rootPath"), root, problems, "stops" if files else "hint")

    def _sources(self, box: Box) -> Iterator[CheckedPath]:
        for source in sources_of(box):
            match source.kind:
                case SourceKind.MAILBOX:
                    yield from _of_mailbox(source)
                case SourceKind.EML_DIR:
                    yield self._eml_dir(source)

    def _eml_dir(self, source: BoxSource) -> CheckedPath:
        folder = source.box.eml_dir or Path()
        remedy = said("create it or correct emlDir")
        problems = self._folder(folder, "emlDir", remedy, writes=True, lasts=False)
        name = said("emlDir of {box}", box=source.box.name)
        return CheckedPath(name, str(folder), problems, source=source.name)


def _of_mailbox(source: BoxSource) -> Iterator[CheckedPath]:
    box = source.box
    if box.ca_file:
        problems = windows_problems(str(box.ca_file), "caFile") or _wrong(lambda: tls_context(box))
        name = said("caFile of {box}", box=box.name)
        yield CheckedPath(name, str(box.ca_file), problems, source=source.name)
    if box.pop3_oauth:
        app = app_file(box)
        problems = windows_problems(box.root_path, "rootPath") or _wrong(lambda: read_app(app))
        name = said("OAuth2 file of {box}", box=box.name)
        yield CheckedPath(name, str(app), problems, source=source.name)
        if not problems and (ending := _ends_soon(box, app)):
            name = said("OAuth2 secret of {box}", box=box.name)
            yield CheckedPath(name, str(app), (ending,), "hint", source.name)


def require_paths(
    boxes: Sequence[Box], environment: Environment, use: Use, look: PathCheck | None = None
) -> None:
    """Refuse to start where mail could not be processed without loss.

    What one source misses stops the others only if each of them has such trouble: whoever reads
    the source waits for it, and tells of it in `/ready`.

    Raises:
        ConfigurationError: With all problems.
    """
    stopping = [
        place
        for place in (look or PathCheck()).at_all(boxes, environment, use)
        if place.problems and place.weight in {"stops", "unmade"}
    ]
    sources = {one.name for box in boxes if box.enabled for one in sources_of(box)}
    of_all = any(place.source is None for place in stopping)
    if of_all or (sources and sources <= {place.source for place in stopping}):
        raise ConfigurationError(problem for place in stopping for problem in place.problems)


def _little_space(data: Path) -> ConfigProblem | None:
    try:
        found = shutil.disk_usage(data)
    except OSError:
        # What is wrong with the folder is told already.
        return None
    free = found.free // _MB
    if free >= _LITTLE_MB or not found.total:
        # A file system without a size, as /proc, is no disk.
        return None
    return ConfigProblem(
        str(data),
        said("only {free} MB are free", free=free),
        said("make room: where it is full, mail stays in its box"),
    )


def _shared(boxes: Sequence[Box]) -> Iterator[CheckedPath]:
    """Yield folders of two boxes: which of them a file belongs to would be chance."""
    for folder, count in Counter(box.eml_dir for box in boxes if box.eml_dir).items():
        if count > 1:
            names = ", ".join(box.name for box in boxes if box.eml_dir == folder)
            problem = ConfigProblem(
                str(folder),
                said("is emlDir of {names}", names=names),
                said("give each box its own"),
            )
            yield CheckedPath(said("emlDir"), str(folder), (problem,))


def _attachments(environment: Environment) -> Attachments:
    # Here, because it needs SQLAlchemy, which the fetcher does without.
    from shared.netgenium.schema.mapping import load_mapping  # noqa: PLC0415

    try:
        return load_mapping(environment.mapping).attachments
    except ConfigurationError:
        # Whoever needs the mapping tells of it.
        return Attachments()


def _ends_soon(box: Box, app: Path) -> ConfigProblem | None:
    try:
        expires = read_app(app).expires
    except ConfigurationError:
        return None
    left = (expires - datetime.now(box.time_zone).date()).days if expires else _SOON_DAYS
    if left >= _SOON_DAYS:
        return None
    when = (
        said("expires in {left} day(s)", left=left)
        if left >= 0
        else said("expired {left} day(s) ago", left=-left)
    )
    return ConfigProblem(
        str(app), said("the client secret {when}", when=when), said("make a new one in time")
    )


def _wrong(look: Callable[[], object]) -> tuple[ConfigProblem, ...]:
    try:
        look()
    except ConfigurationError as error:
        return error.problems
    return ()
