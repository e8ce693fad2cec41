"""`crmservice`: where the process begins. Signals are heard before anything else is imported."""

import gc
import sys

from services.assembly import signals


def main() -> None:
    """Run the command line and leave with its exit code; never shows a traceback."""
    signals.hear(signals.leave)
    # Until the command is imported: what imports make stays, and to look through it takes a tenth.
    gc.disable()
    # Here, because this takes a second.
    from services.operator.command_line import call  # noqa: PLC0415

    sys.unraisablehook = _unraisable
    signals.hear(signals.interrupt)
    code = call(as_json="--json" in sys.argv)
    signals.hear_no_more()
    sys.exit(code)


def _unraisable(unraisable: "sys.UnraisableHookArgs") -> None:
    """Let an interruption count that meets code which cannot pass it on."""
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        signals.leave()
    sys.__unraisablehook__(unraisable)
