"""The command line: arguments in, exit code out; each command imports only what it needs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from types import TracebackType

from nodegraph.cli.console import Console, guarded, one_line
from nodegraph.cli.exit_codes import BAD, CANCELLED, FAILED

EPILOG = """exit codes: 0 done, 1 a node failed, 2 bad usage or bad file, 130 cancelled"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code. Every failure is one sentence on stderr; `--debug` adds the traceback.

    What happens to the output never changes what a command does, and not its exit code either, except that a full
    disk under the output of a command that only prints is a failure.
    """
    with guarded() as (out, _):
        arguments = _parser().parse_args(argv)
        if not arguments.debug:
            sys.excepthook = _one_line
        try:
            code = _dispatch(arguments)
        except KeyboardInterrupt:
            print("nodegraph: cancelled.", file=sys.stderr)
            return CANCELLED
        out.flush()
        if out.error is None or isinstance(out.error, BrokenPipeError) or arguments.command == "run":
            return code
        reason = out.error.strerror or str(out.error)
        print(f"nodegraph: the output could not be written ({reason}).", file=sys.stderr)
        return code or FAILED


def _dispatch(arguments: argparse.Namespace) -> int:
    from nodegraph.support.errors import NodegraphError

    try:
        return _command(arguments)
    except NodegraphError as error:
        if arguments.debug:
            raise
        print(f"nodegraph: {one_line(str(error))}", file=sys.stderr)
        return BAD


def _command(arguments: argparse.Namespace) -> int:
    match arguments.command:
        case "run":
            from nodegraph.cli.running import run
            from nodegraph.support.logs import open_log

            open_log(arguments.log_level)

            return run(arguments)
        case "check" | "plan":
            from nodegraph.cli import planning

            return planning.check(arguments) if arguments.command == "check" else planning.plan(arguments)
        case "nodes" | "models" | "info" | "explain":
            from nodegraph.cli import listing

            commands = {
                "nodes": listing.nodes,
                "models": listing.models,
                "info": listing.info,
                "explain": listing.explain,
            }
            return commands[arguments.command](arguments)
        case "export":
            from nodegraph.cli.exporting import export

            return export(arguments)
        case _:
            from nodegraph.cli.editing import edit
            from nodegraph.support.logs import open_log

            open_log(arguments.log_level)
            return edit(arguments)


def _one_line(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    # The streams of the command are gone by now.
    console = Console(sys.stderr)
    console.write(
        f"nodegraph: something went wrong inside the program ({kind.__name__}: {one_line(str(error))}); "
        "run it again with --debug and report what it prints.\n"
    )
    console.let_go()


class _Version(argparse.Action):
    """Looks the version up only where it is asked for, which takes as long as all else that a command needs."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"nodegraph {version('nodegraph')}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nodegraph",
        description="Wire nodes into a picture. Without a command, the editor opens.",
        epilog=EPILOG,
    )
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    parser.add_argument(
        "--log-level",
        choices=("debug", "info", "warning", "error"),
        default="",
        help="what is written to the log in the state folder (default: warning)",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="say the program's version and exit")
    parser.set_defaults(command="edit", files=[])
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    edit = commands.add_parser("edit", help="open the editor")
    edit.add_argument("files", nargs="*", metavar="FILE", help="workflows or pictures to open")
    _run(commands.add_parser("run", help="run a workflow, or the workflow a picture carries", epilog=EPILOG))
    check = commands.add_parser("check", help="say what is wrong with a workflow")
    check.add_argument("file", metavar="FILE")
    _models(check)
    _allowed(check)
    plan = commands.add_parser("plan", help="say what would run, in which order, and why")
    plan.add_argument("file", metavar="FILE")
    _sets(plan)
    _engine(plan)
    nodes = commands.add_parser("nodes", help="list the node types, or explain one")
    nodes.add_argument("type", nargs="?", metavar="TYPE")
    nodes.add_argument("--json", action="store_true", help="print JSON")
    models = commands.add_parser("models", help="list the model files and what they are")
    models.add_argument("--json", action="store_true", help="print one JSON object a line")
    _models(models)
    info = commands.add_parser(
        "info", help="say what workflow, seed and versions a picture or workflow carries"
    )
    info.add_argument("file", metavar="FILE")
    _models(info)
    explain = commands.add_parser("explain", help="tell what a workflow does, step by step, in plain words")
    explain.add_argument("file", metavar="FILE")
    export = commands.add_parser("export", help="write a workflow as another program's file")
    export.add_argument("file", metavar="FILE", help="a workflow (.json) or a picture that carries one")
    export.add_argument("--to", choices=("comfyui",), required=True, help="the program that is to read it")
    export.add_argument("--api", action="store_true", help="write the form that ComfyUI's server runs")
    export.add_argument(
        "--out", metavar="FILE", help="the file to write (default: FILE with .comfyui.json as its ending)"
    )
    return parser


def _gigabytes(text: str) -> int:
    """A positive number of gigabytes as bytes."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of gigabytes; write one such as 6 or 3.5")
    return int(found * 1e9)


def _run(run: argparse.ArgumentParser) -> None:
    run.add_argument("file", metavar="FILE", help="a workflow (.json) or a picture that carries one")
    _sets(run)
    run.add_argument(
        "--out", metavar="DIR", default="output", help="where files are written (default: output)"
    )
    run.add_argument("--no-metadata", action="store_true", help="do not write the workflow into the pictures")
    run.add_argument("--verify-cache", action="store_true", help="compute cached results again and compare")
    run.add_argument("--json", action="store_true", help="print one JSON object for each event")
    run.add_argument(
        "--cache-size", metavar="MB", type=int, default=1024, help="memory for results (default: 1024)"
    )
    _engine(run)


def _sets(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--set", metavar="NODE.PARAM=VALUE", action="append", default=[], dest="sets", help="change a value"
    )
    command.add_argument("--to", metavar="NODE", action="append", help="run only what this node needs")


def _models(command: argparse.ArgumentParser) -> None:
    command.add_argument("--models", metavar="DIR", action="append", default=[], help="a folder of models")


def _allowed(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--allow-path",
        metavar="PATH",
        action="append",
        default=[],
        dest="allowed",
        help="a file or folder outside the workflow's folder that it may read",
    )


def _engine(command: argparse.ArgumentParser) -> None:
    _models(command)
    _allowed(command)
    command.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    command.add_argument("--dtype", choices=("auto", "float32", "bfloat16", "float16"), default="auto")
    for name, where in (("vram", "on the device (default: 90 %)"), ("ram", "in RAM (default: half of it)")):
        takes = f"what models and their work may take {where.replace('%', '%%')}"
        command.add_argument(f"--{name}", metavar="GB", type=_gigabytes, help=takes)
    cache = command.add_mutually_exclusive_group()
    cache.add_argument("--cache-dir", metavar="DIR", help="keep results in this folder for the next time")
    cache.add_argument("--no-cache", action="store_true", help="compute everything")
