"""Company files: a small company in TOML, read and checked as a whole.

References between records are by natural key: a role's name, a user's login, a number.
"""

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from services.operator.setup.company_entries import ENTRIES, Company
from shared.contracts.said import Said, said, verbatim
from shared.errors import ConfigProblem, ConfigurationError


def load_company(path: Path) -> Company:
    """Read and check a company file.

    Raises:
        ConfigurationError: Everything that is wrong with it.
    """
    try:
        company = Company.model_validate(tomllib.loads(_text(path)))
    except tomllib.TOMLDecodeError as error:
        problem = ConfigProblem(
            str(path), said("is not TOML: {error}", error=error), said("correct the file")
        )
        raise ConfigurationError([problem]) from None
    except RecursionError:
        problem = ConfigProblem(str(path), said("is nested too deeply"), said("correct the file"))
        raise ConfigurationError([problem]) from None
    except ValidationError as error:
        raise ConfigurationError(_invalid(path, error)) from None
    problems = [*_doubled(path, company), *_dangling(path, company), *_circles(path, company)]
    if problems:
        raise ConfigurationError(problems)
    return company


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        what, remedy = (
            said("cannot be read: {reason}", reason=error.strerror),
            said("correct the path"),
        )
    except UnicodeDecodeError as error:
        what = said(
            "is not UTF-8: {reason} at byte {start}", reason=error.reason, start=error.start
        )
        remedy = said("save the file as UTF-8")
    raise ConfigurationError([ConfigProblem(str(path), what, remedy)])


def _doubled(path: Path, company: Company) -> Iterator[ConfigProblem]:
    lists: Mapping[str, Iterable[str]] = {
        "activity_types": company.activity_types,
        "[[roles]]": (entry.name for entry in company.roles),
        "[[users]]": (entry.login for entry in company.users),
        "[[relationships]]": (entry.name for entry in company.relationships),
        "[[contracts]]": (entry.number for entry in company.contracts),
        "[[orders]]": (entry.number for entry in company.orders),
        "[[opportunities]]": (entry.number for entry in company.opportunities),
        "[[tasks]]": (entry.number for entry in company.tasks),
    }
    for name, keys in lists.items():
        seen: set[str] = set()
        twice: dict[str, None] = {}
        for key in keys:
            if key in seen:
                twice[key] = None
            seen.add(key)
        for key in twice:
            yield ConfigProblem(
                f"{path} {name}", said("{key} stands twice", key=key), said("each key stands once")
            )


def _dangling(path: Path, company: Company) -> Iterator[ConfigProblem]:
    """Yield references to records that the file does not have."""
    known: Mapping[str, Mapping[str, None]] = {
        "role": dict.fromkeys(entry.name for entry in company.roles),
        "user": dict.fromkeys(entry.login for entry in company.users),
        "relationship": dict.fromkeys(entry.name for entry in company.relationships),
        "contract": dict.fromkeys(entry.number for entry in company.contracts),
        "contact": dict.fromkeys(
            email.lower() for entry in company.contacts() for email in entry.emails
        ),
    }
    for place, kind, key in _references(company):
        if key is not None and key not in known[kind]:
            near = difflib.get_close_matches(key, list(known[kind]), 1)
            remedy = (
                said("did you mean {near}?", near=near[0])
                if near
                else said("add the {kind}", kind=kind)
            )
            yield ConfigProblem(
                f"{path} {place}", said("there is no {kind} {key}", kind=kind, key=key), remedy
            )


def _references(company: Company) -> Iterator[tuple[str, str, str | None]]:
    """Yield (place, kind, natural key) of every reference in the file."""
    for role in company.roles:
        yield f"role {role.name}", "role", role.parent
    for user in company.users:
        yield f"user {user.login}", "role", user.role
    for contract in company.contracts:
        yield f"contract {contract.number}", "relationship", contract.relationship
        for login in contract.team:
            yield f"contract {contract.number}", "user", login
    for order in company.orders:
        yield f"order {order.number}", "contract", order.contract
        yield f"order {order.number}", "relationship", order.relationship
    for opportunity in company.opportunities:
        yield f"opportunity {opportunity.number}", "relationship", opportunity.relationship
    for task in company.tasks:
        for person in (*task.solvers, task.approver):
            yield f"task {task.number}", "user", person
        yield f"task {task.number}", "contract", task.contract
        # E-mail addresses are the same in any letter case.
        yield f"task {task.number}", "contact", task.contact and task.contact.lower()


def _circles(path: Path, company: Company) -> Iterator[ConfigProblem]:
    """Yield roles that are above themselves, which then have no depth."""
    parents = {role.name: role.parent for role in company.roles}
    settled: set[str] = set()
    for role in parents:
        way: dict[str, None] = {}
        above: str | None = role
        while above and above not in settled and above not in way:
            way[above] = None
            above = parents.get(above)
        if above in way:
            what = said("the role {above} is above itself", above=above)
            yield ConfigProblem(f"{path} role {above}", what, said("correct its parent"))
        settled |= way.keys()


_SAID: Mapping[str, tuple[Said, Said]] = {
    "missing": (said("is missing"), said("add it")),
    "string_type": (said("is no text"), said("write it in quotes")),
    "string_too_short": (said("is empty"), said("give a text")),
    "too_short": (said("is empty"), said("name at least one")),
    "tuple_type": (said("is no list"), said('write it as ["one", "two"]')),
    "bool_type": (said("is neither true nor false"), said("write true or false, without quotes")),
    "bool_parsing": (
        said("is neither true nor false"),
        said("write true or false, without quotes"),
    ),
    "model_type": (said("is no record"), said("write its keys below a heading in [[ ]]")),
}


def _invalid(path: Path, error: ValidationError) -> Iterator[ConfigProblem]:
    for detail in error.errors(include_url=False, include_input=False):
        place, last = _place(detail["loc"])
        if detail["type"] == "extra_forbidden":
            where = f"{path} {place}".rstrip()
            yield ConfigProblem(
                where, said("there is no key {last}", last=last), _nearest_key(detail["loc"], last)
            )
            continue
        what, remedy = _SAID.get(
            detail["type"], (verbatim(detail["msg"].lower()), said("correct the value"))
        )
        if last in ENTRIES:
            remedy = said("write each record under [[{last}]]", last=last)
        yield ConfigProblem(f"{path} {place} {last}".replace("  ", " ").rstrip(), what, remedy)


def _place(loc: Sequence[Any]) -> tuple[str, str]:
    """Return the record in words, counted from 1, and the key in it: `[[users]] 2`, `email`."""
    records, rest = [], list(loc)
    while len(rest) > 1 and rest[0] in ENTRIES and isinstance(rest[1], int):
        records.append(f"[[{rest[0]}]] {rest[1] + 1}")
        rest = rest[2:]
    key = " ".join(str(step + 1) if isinstance(step, int) else step for step in rest)
    return " ".join(records), key


def _nearest_key(loc: Sequence[Any], key: str) -> Said:
    lists = [step for step in loc[:-1] if isinstance(step, str)]
    known = list((ENTRIES[lists[-1]] if lists else Company).model_fields)
    near = difflib.get_close_matches(key.lower(), known, 1)
    if near:
        return said("did you mean {near}?", near=near[0])
    return said("known are {names}", names=", ".join(known))
