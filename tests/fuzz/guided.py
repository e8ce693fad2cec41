"""`python -m tests.fuzz.guided PART SECONDS SEED`: one part, led by what its input reaches.

atheris (libFuzzer) keeps the inputs that reach new code in `data/fuzz-corpus/PART`, and begins with
them the next time. It ends the process itself, so each part has one of its own, which `fuzz_guided`
starts.
"""

import random
import re
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

_CORPUS = Path("data/fuzz-corpus")
_MOST_BYTES = 60_000
_MEMORY_MB = 3000
_HANGS_SECONDS = 300
_SLOWER = 20.0
"""How much longer instrumented code may take."""

_DONE = re.compile(r"^Done (\d+) runs", re.MULTILINE)


def is_installed() -> bool:
    """Whether atheris can be imported; it has no build for every machine."""
    return find_spec("atheris") is not None


def fuzz_guided(parts: Sequence[str], seconds: float, seed: int) -> int:
    """Fuzz `parts` one after the other, `seconds` together; return how many found something."""
    failed = 0
    for part in parts:
        share = max(1, round(seconds / len(parts)))
        call = [sys.executable, "-m", "tests.fuzz.guided", part, str(share), str(seed)]
        ended = subprocess.run(call, stderr=subprocess.PIPE, check=False, text=True)
        failed += bool(ended.returncode)
        runs = _DONE.findall(ended.stderr)
        last = "" if runs else ended.stderr[-500:]
        sys.stdout.write(f"{part}: {runs[-1] if runs else 'ended early'} inputs\n{last}")
        sys.stdout.flush()
    sys.stdout.write(
        f"led by coverage, seed {seed}: {failed} of {len(parts)} parts have findings\n"
    )
    return failed


def _fuzz(part: str, seconds: str, seed: str) -> None:
    import atheris  # noqa: PLC0415 - what is imported after it, below, is instrumented

    with atheris.instrument_imports(include=["services", "shared"]):
        from tests.fuzz.mutations import mutated  # noqa: PLC0415
        from tests.fuzz.seeds import seeds  # noqa: PLC0415
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415
        from tests.fuzz.trouble import FOUND, keep, troubles  # noqa: PLC0415

    found: set[str] = set()
    begun = [one[:_MOST_BYTES] for one in seeds(part)]

    def try_one(raw: bytes) -> None:
        if (trouble := troubles(TARGETS[part], raw, _SLOWER)) and trouble not in found:
            found.add(trouble)
            keep(part, raw, trouble)

    def damaged(raw: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)  # noqa: S311 - damage, no secret
        by_library = chance.random() < 0.5
        return atheris.Mutate(raw, most) if by_library else mutated(raw, begun, chance)[:most]

    corpus = _CORPUS / part
    for folder in (corpus, FOUND):
        folder.mkdir(parents=True, exist_ok=True)
    for number, raw in enumerate(begun):
        (corpus / f"seed-{number}").write_bytes(raw)
    bounds = f"-max_len={_MOST_BYTES} -rss_limit_mb={_MEMORY_MB} -timeout={_HANGS_SECONDS}"
    told = [*bounds.split(), f"-max_total_time={seconds}", f"-seed={int(seed) % 2**31 + 1}"]
    kept = f"-artifact_prefix={FOUND}/{part}-"
    atheris.Setup([part, *told, kept, str(corpus)], try_one, custom_mutator=damaged)
    atheris.Fuzz()


if __name__ == "__main__":
    _fuzz(*sys.argv[1:])
