"""The command line: results go to standard output, messages to standard error.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 partly done, 4 credentials refused, 5 server
unreachable, 78 configuration wrong, 130 interrupted (behaviour O-6).
"""

import sys
import tempfile
import traceback
from contextlib import suppress

from typer.exceptions import TyperException

from services.assembly import signals
from services.operator import output
from services.operator.commands import app
from services.operator.present.visible import visible
from shared.contracts.said import Said, said
from shared.errors import CRMServiceError, ExitCode

PROGRAM = "crmservice"
_INTERRUPTED = said("interrupted: the next run does what is left")
"""As `signals.SENTENCE`, which is told before anything can be said in other languages."""


def call(*, as_json: bool) -> int:
    """Run the command that the arguments name, and return its exit code; never show a traceback.

    Args:
        as_json: A failure is told as one JSON line on standard error.
    """
    try:
        output.prepare()
        code = _run(as_json=as_json)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    code = signals.ending(code)
    if code == ExitCode.INTERRUPTED:
        _tell(_INTERRUPTED, ExitCode.INTERRUPTED, as_json=as_json)
    return code


def _run(*, as_json: bool) -> int:
    try:
        code = int(app(standalone_mode=False, prog_name=PROGRAM) or ExitCode.DONE)
    except SystemExit as ended:
        # So typer ends the shell's completion, and what met a reader that has gone.
        lost = output.lost()
        return _output_lost(lost, as_json=as_json) if lost else int(ended.code or ExitCode.DONE)
    except TyperException as error:
        return _wrong_use(error, as_json=as_json)
    except Exception as error:  # noqa: BLE001 - the last resort: a sentence for the person, the rest to a file
        lost = output.lost() if isinstance(error, OSError) else None
        return _output_lost(lost, as_json=as_json) if lost else _failure(error, as_json=as_json)
    lost = output.lost()
    return code or (_output_lost(lost, as_json=as_json) if lost else code)


def _wrong_use(error: TyperException, *, as_json: bool) -> ExitCode:
    # The kinds that name the option and the nearest one have a message of their own.
    sentence = str(getattr(error, "format_message", error.__str__)())
    context = getattr(error, "ctx", None)
    if context and sentence == context.get_help():
        # Called without a command: the help is the whole message.
        sys.stderr.write(f"{sentence}\n")
    else:
        # Here, because most calls are right, and `--help` does without what languages need.
        from services.operator.wrong_use import command_of, in_our_words  # noqa: PLC0415

        path = context.command_path if context else f"{PROGRAM} {command_of(sys.argv[1:])}".strip()
        refusal = in_our_words(sentence)
        words = said("{sentence}\ntry: {path} --help", sentence=refusal, path=path)
        _tell(words, ExitCode.WRONG_USE, as_json=as_json)
    return ExitCode.WRONG_USE


def _output_lost(error: OSError, *, as_json: bool) -> ExitCode:
    if isinstance(error, BrokenPipeError):
        # Whoever reads has what it wanted, as `head` does.
        return ExitCode.DONE
    sentence = said("standard output cannot be written: {reason}", reason=error.strerror)
    _tell(sentence, ExitCode.FAILED, as_json=as_json)
    return ExitCode.FAILED


def _failure(error: Exception, *, as_json: bool) -> ExitCode:
    if _came_of_interruption(error):
        return ExitCode.INTERRUPTED
    if isinstance(error, CRMServiceError):
        sentence, code = error.sentence, error.exit_code
    else:
        sentence = said("unexpected error; {details}", details=_details(error))
        code = ExitCode.FAILED
    _tell(sentence, code, as_json=as_json)
    return code


def _came_of_interruption(error: BaseException | None) -> bool:
    """Whether it only says that something was in the middle of its work when it had to end."""
    if "KeyboardInterrupt" in str(error):
        # So libraries tell of it that turn every exception into one of their own.
        return True
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _tell(sentence: Said, code: ExitCode, *, as_json: bool) -> None:
    with suppress(OSError):
        # Where nothing can be told, the exit code tells.
        if as_json:
            output.write_json({"error": sentence, "code": int(code)}, sys.stderr)
        else:
            sys.stderr.write(f"crmservice: {visible(_in_words(sentence))}\n")


def _in_words(sentence: Said) -> str:
    # Here, because most calls tell nothing, and catalogues cost time.
    from services.operator.spoken import spoken  # noqa: PLC0415

    return spoken().tell(sentence)


def _details(error: Exception) -> Said:
    """Return where a bug's details are; where no file can be written, its kind must do."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="crmservice-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            traceback.print_exception(error, file=file)
    except OSError:
        return said("its details cannot be written: {kind}", kind=type(error).__name__)
    return said("details in {file}", file=file.name)
