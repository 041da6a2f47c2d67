"""The commands of `./yingshang`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.errors import BotError

SERVING = {"serve", "talk", "evaluate_answers"}
"""Modules of commands that answer and do not train in their own process."""
ARITHMETIC_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
"""Sums as small as those of one message only cost more on several cores: the others spin while they wait."""
TODAY_HELP = "serve what holds on this day, e.g. 2027-01-02; or from a moment on, e.g. 2026-10-10T10:00 (Hangzhou time)"
Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status. Errors made on purpose are printed as one line, not as a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["rasa"]:  # everything behind it belongs to Rasa's own parser
        from bot.commands.rasa import run_rasa

        return run_rasa(given[1:])
    options = _parser().parse_args(given)
    try:
        return int(options.run(options))
    except BotError as error:
        print(f"yingshang: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="yingshang", description="营商小助: the business-service assistant")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands)
    _add_train(commands)
    _add_evaluations(commands)
    _add_small(commands)
    _add_wechat(commands)
    _add_user(commands)
    _add_enterprise(commands)
    commands.add_parser("rasa", help="pass through to Rasa's own command line (train, test, data validate …)")
    commands.add_parser("test", help="lint, types, unit, integration and browser tests")
    return parser


def _lazy(module: str, function: str) -> Command:
    """Import a command's module when it runs: Rasa takes seconds, and `--help` should not wait for it."""

    def run(options: argparse.Namespace) -> int:
        from importlib import import_module

        if module in SERVING:
            for name in ARITHMETIC_THREADS:  # before numpy is imported
                os.environ.setdefault(name, "1")
            from bot.dialogue.tensorflow_stand_in import install_for_serving

            install_for_serving()

        return int(getattr(import_module(f"bot.commands.{module}"), function)(options))

    return run


def _data_dir(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-dir", type=Path, help="where database and models lie (default: var)")


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser("serve", help="serve the assistant; sets up what is missing")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--today", metavar="DATE", help=TODAY_HELP)
    serve.add_argument("--demo", action="store_true", help="reserved for sample conversations of the desk")
    _data_dir(serve)
    serve.set_defaults(run=_lazy("serve", "serve"))


def _add_train(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    train = commands.add_parser("train", help="train a model on data/ and knowledge/ and let it serve")
    _data_dir(train)
    train.set_defaults(run=_lazy("models", "train"))
    models = commands.add_parser("models", help="list models, let one serve, go back to the one before")
    models.add_argument("action", choices=["list", "promote", "rollback"])
    models.add_argument("model_id", nargs="?")
    _data_dir(models)
    models.set_defaults(run=_lazy("models", "manage"))


def _add_evaluations(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    answers = commands.add_parser("evaluate-answers", help="ask each question in a new conversation and count")
    answers.add_argument("--questions", type=Path, required=True)
    answers.add_argument("--details", type=Path, help="write each question and what happened to this JSONL file")
    answers.add_argument("--today", metavar="DATE", help=TODAY_HELP)
    answers.add_argument("--json", action="store_true")
    _data_dir(answers)
    answers.set_defaults(run=_lazy("evaluate_answers", "evaluate_answers"))
    intents = commands.add_parser("evaluate-intents", help="train the pipeline on one file and test it on another")
    for name in ("train", "test"):
        intents.add_argument(f"--{name}", type=Path, required=True)
    intents.add_argument("--dev", type=Path, help="fit the rejection threshold on this file")
    intents.add_argument("--json", action="store_true")
    intents.set_defaults(run=_lazy("evaluate_intents", "evaluate_intents"))
    search = commands.add_parser("evaluate-search", help="measure the search on a collection")
    for name in ("corpus", "queries", "qrels"):
        search.add_argument(f"--{name}", type=Path, required=True)
    search.add_argument("--json", action="store_true")
    search.set_defaults(run=_lazy("evaluate_search", "evaluate_search"))


def _add_wechat(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    menu = commands.add_parser(
        "wechat-menu", help="show how the Official Account's menu differs from wechat-menu.yml, or apply it"
    )
    menu.add_argument("--apply", action="store_true", help="make the account's menu what the file says")
    menu.add_argument("--file", type=Path)
    _data_dir(menu)
    menu.set_defaults(run=_lazy("wechat_menu", "wechat_menu"))
    simulator = commands.add_parser("wechat-simulator", help="a page that behaves as the WeChat client and platform")
    simulator.add_argument("--port", type=int, default=8300)
    simulator.add_argument(
        "--callback", metavar="URL", help="address of a server that runs already, e.g. http://127.0.0.1:8000/wechat"
    )
    simulator.add_argument("--mode", choices=["safe", "compatible", "plain"], default="safe")
    simulator.add_argument("--no-customer-service", action="store_true", help="an account that may only answer, not send")
    simulator.add_argument("--bot-port", type=int, default=8301, help="port of the assistant that is started along")
    _data_dir(simulator)
    simulator.set_defaults(run=_lazy("wechat_simulator", "wechat_simulator"))


def _add_user(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    user = commands.add_parser("user", help="accounts of those who work at the desk")
    actions = user.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser("add", help="create an account and print its one-time password")
    add.add_argument("name", metavar="NAME", help="2 to 32 of a-z 0-9 . _ -")
    add.add_argument("--role", choices=["agent", "supervisor", "admin", "department", "readonly"], default="agent")
    add.add_argument("--department", metavar="ID", help="of cases.yml; needed for the role department")
    add.add_argument("--display-name", metavar="TEXT", help="what users and colleagues see (default: the name)")
    add.add_argument("--team", action="append", metavar="ID", help="a team of desk.yml; may be given several times")
    add.add_argument("--skill", action="append", metavar="SUBJECT", help="what the person knows best; may be given several times")
    add.add_argument("--capacity", type=int, default=5, metavar="N", help="how many chats at a time (default: 5)")
    reset = actions.add_parser("reset", help="print a new one-time password; ends sessions and a lock after wrong passwords")
    disable = actions.add_parser("disable", help="let nobody sign in with it; ends its sessions")
    enable = actions.add_parser("enable", help="let its owner sign in again")
    for named in (reset, disable, enable):
        named.add_argument("name", metavar="NAME")
    listing = actions.add_parser("list", help="list all accounts")
    functions = {"add": add, "reset": reset, "disable": disable, "enable": enable, "show_all": listing}
    for function, action in functions.items():
        _data_dir(action)
        action.set_defaults(run=_lazy("users", function))


def _add_enterprise(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    enterprise = commands.add_parser("enterprise", help="enterprises, and invitations to speak for one")
    actions = enterprise.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser("add", help="add an enterprise")
    add.add_argument("code", metavar="CODE", help="its 统一社会信用代码, 18 characters")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--district", metavar="TEXT")
    invite = actions.add_parser(
        "invite", help="print a code by which one person is bound to the enterprise, once, within 72 hours"
    )
    invite.add_argument("code", metavar="CODE", help="the enterprise's 统一社会信用代码")
    invite.add_argument("--role", choices=["legal_representative", "handler"], default="handler")
    invite.add_argument("--name", default="", metavar="TEXT", help="whom it is for")
    listing = actions.add_parser("list", help="list all enterprises")
    for function, action in {"add": add, "invite": invite, "show_all": listing}.items():
        _data_dir(action)
        action.set_defaults(run=_lazy("enterprises", function))


def _add_small(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    talk = commands.add_parser("talk", help="chat in the terminal")
    talk.add_argument("--today", metavar="DATE", help=TODAY_HELP)
    _data_dir(talk)
    talk.set_defaults(run=_lazy("talk", "talk"))
    check = commands.add_parser("check-knowledge", help="check every knowledge file and name what is wrong")
    check.add_argument("--folder", type=Path)
    check.set_defaults(run=_lazy("knowledge", "check_knowledge"))


if __name__ == "__main__":
    sys.exit(main())
