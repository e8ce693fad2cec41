"""What says "Pure" is pure, down to the last module that it leans on: no I/O, clock, log, chance.

A module says so in its docstring, or in that of one of its functions; the rules and what decides
with them are always meant.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

CORE = re.compile(
    r"services\.classifier\.(rules(\..+)?|chain|policy|decide|extract|tokens|scope|linking"
    r"|assignment)|services\.writer\.claim"
)
HARMLESS = set(
    (
        "abc array base64 binascii bisect calendar codecs collections contextlib copy dataclasses "
        "datetime decimal difflib email enum fractions functools hashlib heapq hmac html ipaddress "
        "itertools json math operator pathlib quopri re string struct textwrap types typing "
        "typing_extensions unicodedata urllib.parse uuid zlib zoneinfo "
        # Libraries that compute: each has a home, and none reads a file or a clock for us.
        "chardet email_validator flufl.bounce icalendar mailparser_reply nh3 pydantic selectolax "
        "tzlocal.windows_tz unidecode pybase64"
    ).split()
)
"""What pure modules may import from outside; of a package with I/O only the part named."""

ALLOWED = {
    # It only silences the library, which would log pieces of mails.
    ("services.classifier.parse.dialects", "logging"),
    # Python's own table of types, not the host's files.
    ("services.classifier.parse.file_names", "mimetypes"),
    # The default of a parameter; tests give their own.
    ("shared.retry", "random"),
}
IMPURE_CALLS = set(
    "open print input now today utcnow uuid1 uuid4 monotonic perf_counter process_time sleep cwd "
    "home exists is_file is_dir is_symlink iterdir glob rglob stat lstat read_text read_bytes "
    "write_text write_bytes mkdir touch unlink rmdir rename resolve getLogger".split()
)
"""Functions and methods that ask or change the world, whatever they are called on."""


def _trees() -> Mapping[str, ast.Module]:
    """Modules of the services and of what they share, by their dotted names."""
    paths = [path for top in ("services", "shared") for path in sorted(Path(top).rglob("*.py"))]
    return {
        ".".join(path.with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            path.read_text("utf-8")
        )
        for path in paths
    }


def _says_pure(tree: ast.Module) -> bool:
    texts = [ast.get_docstring(tree)]
    texts += [ast.get_docstring(one) for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
    return any(re.search(r"\bPure\b", text or "") for text in texts)


def _imports(tree: ast.Module, modules: Mapping[str, ast.Module]) -> Iterator[str]:
    """Dotted names that a module imports, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                yield deeper if deeper in modules else node.module


def _is_harmless(name: str) -> bool:
    parts = name.split(".")
    return any(".".join(parts[: depth + 1]) in HARMLESS for depth in range(len(parts)))


def _leans_on(pure: set[str], modules: Mapping[str, ast.Module]) -> Mapping[str, str]:
    """Every module that `pure` ones lean on, with the way there."""
    ways = {name: name for name in sorted(pure)}
    waiting = list(ways)
    while waiting:
        module = waiting.pop()
        for name in _imports(modules[module], modules):
            if name in modules and name not in ways:
                ways[name] = f"{ways[module]} > {name}"
                waiting.append(name)
    return ways


def _faults(modules: Mapping[str, ast.Module]) -> Iterator[str]:
    pure = {name for name, tree in modules.items() if CORE.fullmatch(name) or _says_pure(tree)}
    for name, way in _leans_on(pure, modules).items():
        for imported in _imports(modules[name], modules):
            is_ours = imported in modules
            if not is_ours and not _is_harmless(imported) and (name, imported) not in ALLOWED:
                yield f"{way}: imports {imported}"
        called = {_called(node) for node in ast.walk(modules[name]) if isinstance(node, ast.Call)}
        silenced = {"getLogger"} if (name, "logging") in ALLOWED else set()
        yield from (f"{way}: calls {one}" for one in sorted(called & IMPURE_CALLS - silenced))


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def test_what_says_pure_is_pure() -> None:
    """House: rules and whatever calls itself pure have no I/O, clock or log, at any depth."""
    modules = _trees()

    assert sum(map(_says_pure, modules.values())) > 10
    assert list(_faults(modules)) == []


def test_impurity_is_noticed_at_any_depth() -> None:
    """House: the check above follows imports, also those inside functions, and sees calls."""
    sources = {
        "services.a": '"""A. Pure."""\nfrom services import b\n',
        "services.b": "def f():\n    import services.c\n",
        "services.c": "import os.path\nx = datetime.now()\n",
        "services.d": "import socket\n",
        "services.e": 'def f():\n    """E. Pure."""\n    return open("x")\n',
    }
    modules = {name: ast.parse(source) for name, source in sources.items()}

    assert sorted(_faults(modules)) == [
        "services.a > services.b > services.c: calls now",
        "services.a > services.b > services.c: imports os.path",
        "services.e: calls open",
    ]
