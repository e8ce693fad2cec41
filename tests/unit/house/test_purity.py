"""What says "Pure" is pure, down to the last function that it uses: no I/O, clock, log or chance.

A module says so in its docstring, or a function in its own; the rules and what decides with them
are always meant. Names are followed from definition to definition, so a pure function may stand
beside impure ones.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tests.modules import PRODUCT, nodes, tree

CORE = re.compile(
    r"services\.classifier\.(rules(\..+)?|chain|policy|decide|extract|tokens|scope|linking"
    r"|assignment)|services\.writer\.claim"
)
HARMLESS = set(
    (
        "abc array base64 binascii bisect builtins calendar codecs collections contextlib copy "
        "dataclasses datetime decimal difflib email enum fractions functools hashlib heapq hmac "
        "html ipaddress itertools json math operator pathlib quopri re string struct textwrap "
        "tomllib types typing unicodedata urllib.parse uuid zlib zoneinfo "
        # Libraries that compute: each has a home, and none reads a file or a clock for us.
        "chardet email_validator flufl.bounce icalendar lxml.etree mailparser_reply nh3 pybase64 "
        "pydantic pydantic_core publicsuffixlist idna re2 selectolax tree_sitter tree_sitter_toml "
        "tzlocal.windows_tz unidecode"
    ).split()
)
"""What may be used from outside; of a package with I/O only the part named."""

ALLOWED = {
    # Python's own table of types, not the host's files.
    ("services.classifier.parse.file_names", "mimetypes"),
    # The default of a parameter; tests give their own.
    ("shared.retry", "random"),
}
IMPURE_CALLS = set(
    "open print input now today utcnow uuid1 uuid4 monotonic perf_counter process_time sleep cwd "
    "home exists is_file is_dir is_symlink iterdir glob rglob stat lstat read_text read_bytes "
    "write_text write_bytes mkdir touch unlink rmdir rename resolve getLogger execute".split()
)
"""Functions and methods that ask or change the world, whatever they are called on."""

Definition = tuple[str, str]
"""A module, and the name of something in it."""


class Module(NamedTuple):
    """What a module defines at its top, and what its names from elsewhere mean."""

    tree: ast.Module
    defined: Mapping[str, ast.stmt]
    imported: Mapping[str, Definition]


def _module(parsed: ast.Module) -> Module:
    defined: dict[str, ast.stmt] = {}
    for node in parsed.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            defined |= {one.id: node for one in targets if isinstance(one, ast.Name)}
    imported: dict[str, Definition] = {}
    for one in nodes(parsed):
        if isinstance(one, ast.Import):
            imported |= {
                (each.asname or each.name.partition(".")[0]): (each.name, "") for each in one.names
            }
        elif isinstance(one, ast.ImportFrom) and one.module:
            imported |= {each.asname or each.name: (one.module, each.name) for each in one.names}
    return Module(parsed, defined, imported)


def _modules() -> Mapping[str, Module]:
    """Modules of the services and of what they share, by their dotted names."""
    return {
        ".".join(path.with_suffix("").parts).removesuffix(".__init__"): _module(tree(path))
        for path in PRODUCT
    }


def _says_pure(node: ast.AST) -> bool:
    return isinstance(node, ast.Module | ast.FunctionDef) and bool(
        re.search(r"\bPure\b", ast.get_docstring(node) or "")
    )


def _meant(modules: Mapping[str, Module]) -> Iterator[Definition]:
    """Definitions that must be pure: all of a module, or single functions."""
    for name, module in modules.items():
        if CORE.fullmatch(name) or _says_pure(module.tree):
            yield from ((name, each) for each in module.defined)
        else:
            yield from ((name, each) for each, node in module.defined.items() if _says_pure(node))


def _used(name: str, node: ast.stmt, modules: Mapping[str, Module]) -> Iterator[Definition]:
    """What a definition uses: its neighbours, and what is imported; of a module, its attribute."""
    own = modules[name]
    for one in nodes(node):
        base = one.value if isinstance(one, ast.Attribute) else one
        if not isinstance(base, ast.Name):
            continue
        if base.id in own.imported:
            source, original = own.imported[base.id]
            dotted = f"{source}.{original}" if original else source
            if dotted in modules and isinstance(one, ast.Attribute):
                yield dotted, one.attr
            elif dotted not in modules:
                yield source, original
        elif base.id in own.defined:
            yield name, base.id


def _faults(modules: Mapping[str, Module]) -> Iterator[str]:
    waiting = dict.fromkeys(_meant(modules), "")
    seen = set(waiting)
    while waiting:
        (name, what), way = waiting.popitem()
        here = f"{way}{name}.{what}"
        node = modules[name].defined.get(what)
        if node is None:
            # Handed on from another module, as by a package's `__init__`.
            further = [modules[name].imported[what]] if what in modules[name].imported else []
        else:
            further = list(_used(name, node, modules))
            yield from (f"{here} calls {one}" for one in sorted(_called(node) & IMPURE_CALLS))
        for source, original in dict.fromkeys(further):
            if source not in modules:
                if not _is_harmless(f"{source}.{original}") and (name, source) not in ALLOWED:
                    yield f"{here} uses {source}"
            elif (source, original) not in seen:
                seen.add((source, original))
                waiting[source, original] = f"{here} > "


def _is_harmless(name: str) -> bool:
    parts = name.split(".")
    return any(".".join(parts[: depth + 1]) in HARMLESS for depth in range(len(parts)))


def _called(node: ast.AST) -> set[str]:
    calls = [one.func for one in nodes(node) if isinstance(one, ast.Call)]
    names = {one.id for one in calls if isinstance(one, ast.Name)}
    return names | {one.attr for one in calls if isinstance(one, ast.Attribute)}


def test_what_says_pure_is_pure() -> None:
    """House: rules and whatever calls itself pure use no I/O, clock or log, at any depth."""
    modules = _modules()

    assert len(set(_meant(modules))) > 200
    assert sorted(_faults(modules)) == []


def test_impurity_is_noticed_at_any_depth() -> None:
    """House: the check above follows names through modules, and sees calls and libraries."""
    sources = {
        "services": "",
        "services.a": '"""A. Pure."""\nfrom services import b\nfrom services.b import k\n'
        "def f():\n    return b.g() + k()\n",
        "services.b": "import socket\nfrom services.c import h\ndef g():\n    return h()\n"
        "def k():\n    return 1\ndef impure():\n    return socket.socket()\n",
        "services.c": "import os.path\ndef h():\n    return os.path.join(str(datetime.now()))\n",
        "services.d": "import time\ndef slow():\n    time.sleep(1)\n"
        'def e():\n    """E. Pure."""\n    return open("x")\n',
    }
    modules = {name: _module(ast.parse(source)) for name, source in sources.items()}

    assert sorted(_faults(modules)) == [
        "services.a.f > services.b.g > services.c.h calls now",
        "services.a.f > services.b.g > services.c.h uses os.path",
        "services.d.e calls open",
    ]
