"""The house keeps its own rules: sizes, homes of packages, docs that tell the truth."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from services.answers.records import TABLES
from services.classifier.policy import POLICY
from services.operator.commands import app
from shared.broker.topology import (
    CALENDAR_CHANGES,
    CALENDAR_LEASE,
    DELIVERY_LIMIT,
    RETRY_SECONDS,
    WORK_QUEUES,
    WRITER_BOXES,
    WRITER_DEAD_LETTERS,
)
from shared.errors import ExitCode
from tests.modules import PRODUCT, nodes, source, tree

HOMES = {
    "publicsuffixlist": {"shared/domain/organisations.py"},
    "unidecode": {"shared/domain/folding.py"},
    "email_validator": {"shared/domain/addresses.py"},
    "idna": {"shared/domain/addresses.py"},
    "lxml": {"shared/safe_xml.py"},
    "chardet": {"services/classifier/parse/charset_guess.py"},
    "selectolax": {
        "services/classifier/parse/html.py",
        "services/classifier/parse/html_links.py",
        "services/classifier/parse/html_lists.py",
        "services/classifier/parse/html_quotes.py",
    },
    "nh3": {"services/classifier/parse/html.py"},
    "firebird": {"shared/netgenium/database/firebird.py"},
    "icalendar": {"services/classifier/parse/calendar_values.py"},
    "flufl": {"services/classifier/parse/dialects.py"},
    "mailparser_reply": {"services/classifier/parse/quotes.py"},
    "imapclient": {"services/fetcher/sources/imap/session.py"},
    "msal": {"shared/oauth/msal_client.py"},
    "requests": {"shared/oauth/http.py"},
    "pika": {
        "shared/broker/rabbitmq/address.py",
        "shared/broker/rabbitmq/admin.py",
        "shared/broker/rabbitmq/connection.py",
        "shared/broker/rabbitmq/properties.py",
    },
    "msgraph": {
        "services/calsync/calendars/graph/directory.py",
        "services/calsync/calendars/graph/items.py",
        "services/calsync/calendars/graph/requests.py",
        "services/calsync/calendars/graph/rounds.py",
        "services/calsync/calendars/graph/trouble.py",
        "services/calsync/calendars/graph/wire.py",
    },
    "kiota_abstractions": {
        "services/calsync/calendars/graph/directory.py",
        "services/calsync/calendars/graph/guards.py",
        "services/calsync/calendars/graph/lists.py",
        "services/calsync/calendars/graph/pages.py",
        "services/calsync/calendars/graph/requests.py",
        "services/calsync/calendars/graph/rounds.py",
        "services/calsync/calendars/graph/trouble.py",
        "services/calsync/calendars/graph/wire.py",
    },
    "kiota_http": {
        "services/calsync/calendars/graph/guards.py",
        "services/calsync/calendars/graph/wire.py",
    },
    "httpx": {
        "services/calsync/calendars/graph/guards.py",
        "services/calsync/calendars/graph/trouble.py",
        "services/calsync/calendars/graph/wire.py",
    },
    "prometheus_client": {"shared/metrics.py"},
    "jinja2": {"services/mailer/rendering.py"},
    "smtplib": {"services/mailer/smtp.py"},
    "sqlite3": {"services/fetcher/memory.py"},
    "re2": {"services/classifier/custom/expressions.py"},
    "tree_sitter": {"services/classifier/custom/toml_lines.py"},
    "tree_sitter_toml": {"services/classifier/custom/toml_lines.py"},
    "alembic": {
        "shared/netgenium/own/migration.py",
        "shared/netgenium/own/migrations/env.py",
        "shared/netgenium/own/migrations/versions/v0001_journal.py",
        "shared/netgenium/own/migrations/versions/v0002_changes.py",
        "shared/netgenium/own/migrations/versions/v0003_change_order.py",
        "shared/netgenium/own/migrations/versions/v0004_effects_by_record.py",
        "shared/netgenium/own/migrations/versions/v0005_legacy_log.py",
        "shared/netgenium/own/migrations/versions/v0006_counters.py",
        "shared/netgenium/own/migrations/versions/v0007_causes.py",
        "shared/netgenium/own/migrations/versions/v0008_timeline.py",
        "shared/netgenium/own/migrations/versions/v0009_journal_memory.py",
        "shared/netgenium/own/migrations/versions/v0010_outbox.py",
        "shared/netgenium/own/migrations/versions/v0011_calendar.py",
        "shared/netgenium/own/migrations/versions/v0012_finding.py",
        "shared/netgenium/own/migrations/versions/v0013_box_sources.py",
        "shared/netgenium/own/migrations/versions/v0015_calendar_answers.py",
        "shared/netgenium/own/migrations/versions/v0014_held_marks.py",
        "shared/netgenium/own/migrations/versions/v0016_whose_key.py",
        "shared/netgenium/own/migrations/versions/v0017_outbox_tries.py",
        "shared/netgenium/own/migrations/versions/v0018_outbox_tasks.py",
        "shared/netgenium/own/migrations/versions/v0019_journal_mailbox.py",
        "shared/netgenium/own/migrations/versions/v0020_returned_mail.py",
        "shared/netgenium/own/migrations/versions/v0021_notices_first.py",
    },
}
BROAD_EXCEPT = {
    "shared/runner.py",
    "services/classifier/parse/guard.py",
    # The last resort of the command line, which turns a bug into a sentence.
    "services/operator/command_line.py",
}


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in nodes(tree(path)):
        if isinstance(node, ast.FunctionDef):
            yield node


@cache
def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in nodes(tree(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_functions_and_files_stay_small() -> None:
    """House: no function above 50 lines, half at most 10, nine in ten at most 30; files 300."""
    lengths = sorted(
        (node.end_lineno or 0) - node.lineno + 1 for path in PRODUCT for node in _functions(path)
    )
    files = {path: len(source(path).splitlines()) for path in PRODUCT}

    assert lengths[-1] <= 50
    assert lengths[len(lengths) // 2] <= 10
    assert lengths[len(lengths) * 9 // 10] <= 30
    assert {path: size for path, size in files.items() if size > 310} == {}


@pytest.mark.parametrize("package", HOMES)
def test_a_package_has_one_home(package: str) -> None:
    """House: one home per third-party package."""
    assert {path.as_posix() for path in PRODUCT if package in _imports(path)} == HOMES[package]


def test_only_two_modules_and_the_last_resort_catch_everything() -> None:
    """House: a broad except is in the runner, the guard and the command line's last resort."""
    broad = re.compile(r"except (Exception|BaseException)|except:")

    assert {p.as_posix() for p in PRODUCT if broad.search(source(p))} == BROAD_EXCEPT


def test_the_environment_is_read_in_one_place() -> None:
    """House: os.environ in shared/settings/environment.py alone."""
    readers = {p.as_posix() for p in PRODUCT if re.search(r"environ\b|getenv", source(p))}

    assert {path for path in readers if "os.environ" in Path(path).read_text("utf-8")} == {
        "shared/settings/environment.py"
    }


def test_a_database_is_known_by_its_dialect_in_one_place() -> None:
    """NG-9: a dialect's name may carry its driver, so only `servers` compares it by hand."""
    # SQLAlchemy calls these two what everybody calls them.
    plain = re.compile(r"dialect\.name (==|in) (\"sqlite\"|_COUNT_UTF16)")
    compared = re.compile(r"dialect\.name\s*(==|!=|in\b|not in)")
    found = {
        path.as_posix()
        for path in PRODUCT
        if any(compared.search(plain.sub("", line)) for line in source(path).split("\n"))
    }

    assert found <= {"shared/netgenium/database/servers.py"}


def test_a_database_url_is_shown_in_one_place() -> None:
    """O-6: a password may stand in its query, too, so one function renders it for people."""
    shows = re.compile(r"render_as_string|hide_password")

    assert {p.as_posix() for p in PRODUCT if shows.search(source(p))} == {
        "shared/netgenium/database/engine.py"
    }


def test_a_public_class_has_a_name_of_its_own() -> None:
    """House: one word, one thing; whoever searches for a class finds one."""
    classes = re.compile(r"^class ([A-Z]\w*)", re.MULTILINE)
    homes = defaultdict(list)
    for path in PRODUCT:
        for name in classes.findall(source(path)):
            homes[name].append(str(path))

    assert {name: paths for name, paths in homes.items() if len(paths) > 1} == {}


def test_no_pattern_repeats_a_group_possessively() -> None:
    """House: Python 3.11.2 (Debian 12) misses matches of `(…)*+`, not of `(?>(…)*)` (gh-106052)."""
    group = re.compile(r"(?<!\\)\)(?:[*+?]|\{[^{}\n]*\}|\{\{[^\n]*\}\})\+")
    found = {str(path): group.findall(source(path)) for path in PRODUCT}

    assert {path: groups for path, groups in found.items() if groups} == {}


def test_json_for_programs_is_written_in_one_place() -> None:
    """O-6: it must be JSON in every locale, so no command writes it by itself."""
    writes = re.compile(r"json\.dumps?\(")
    setup = Path("services/operator/setup")
    faces = [
        path
        for path in PRODUCT
        if path.is_relative_to("services/operator") and not path.is_relative_to(setup)
    ]

    assert [path.name for path in faces if writes.search(source(path))] == ["output.py"]


def test_no_name_of_the_erp_stands_in_the_code() -> None:
    """NG-1: table and column names of the ERP stand in the reference mapping alone."""
    names = re.compile(r"\bng_\w+|\bsusers\b")

    assert [path for path in PRODUCT if names.search(source(path))] == []


def test_the_rules_page_is_the_policy() -> None:
    """R-17: docs/rules.md has every rule of the policy, in its order, with its chapter."""
    rows = re.findall(
        r"^\| ([RSCE]-\d+) (\w+) \| ([\d.-]+) \|", Path("docs/rules.md").read_text(), re.MULTILINE
    )

    assert rows == [(link.id, link.name, link.chapter) for link in POLICY]


def test_the_operations_page_is_true() -> None:
    """O-6: docs/operations.md has every exit code, command and list."""
    page = Path("docs/operations.md").read_text("utf-8")

    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)} == set(
        map(int, ExitCode)
    )
    commands = {command.name for command in app.registered_commands}
    groups = {group.name for group in app.registered_groups}
    assert set(re.findall(r"^\| `crmservice ([a-z-]+)", page, re.MULTILINE)) == commands | groups
    for table in TABLES:
        assert table in page


def test_the_operations_page_lists_every_queue_and_metric() -> None:
    """O-3: docs/operations.md has every queue, retry step and metric of the code, and no other."""
    page = Path("docs/operations.md").read_text("utf-8")
    metric = re.compile(r'"(crmservice_[a-z_]+)"')

    code = "".join(path.read_text("utf-8") for path in Path("shared").glob("*metrics.py"))
    assert set(re.findall(r"^\| `(crmservice_[a-z_]+)` \|", page, re.MULTILINE)) == set(
        metric.findall(code)
    )
    own = (WRITER_BOXES, WRITER_DEAD_LETTERS, CALENDAR_LEASE, CALENDAR_CHANGES)
    for queue in (*WORK_QUEUES, *own):
        assert f"| `{queue}` |" in page
    steps = ", ".join(
        f"{seconds} s" if seconds < 60 else f"{seconds // 60} min" for seconds in RETRY_SECONDS
    )
    assert f"rests {steps}," in page
    assert f"dead letter after {DELIVERY_LIMIT}." in page
    assert "`fetcher.lease.<box>`" in page


def test_the_readme_shows_the_demos_mails() -> None:
    """House: the README's figures of the demo are those of the demo's folder."""
    readme = Path("README.md").read_text("utf-8")
    mails = {path.name for path in Path("demo/mails").iterdir()}

    assert f"puts {len(mails)} mails" in readme
    shown = set(re.findall(r"^    (\d\d-[\w-]+\.eml)", readme, re.MULTILINE))
    assert shown
    assert shown <= mails
