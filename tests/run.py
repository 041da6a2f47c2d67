"""Everything that must hold before a change is taken: `./yingshang test [--fast] [-k …] [pytest arguments]`.

Lint, types, the front ends' own checks, unit and integration tests (with PostgreSQL and Redis), browser tests.
`--fast` leaves out what needs a server, a browser or a trained model. Any argument for pytest leaves out the rest.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.private_servers import ServerDidNotStart, private_servers
from tests.system_packages import SystemPackagesMissing, ensure_system_packages, find_chromium

ROOT = Path(__file__).resolve().parent.parent
TYPED = ("bot", "actions", "knowledge", "simulator", "benchmarks", "tests", "docs")
NOTHING_SELECTED = 5
"""pytest's exit status when its arguments match no test."""
TIMED_OUT = 124
SERVICES = "tests/bot/services"
"""About half of the time that unit tests take: run beside the others, for most of them wait more than they compute."""
UNIT_LIMIT_S = 1_300


@dataclass(frozen=True)
class Step:
    """A command, where it runs, and when it counts as hanging."""

    name: str
    command: Sequence[str]
    folder: Path = ROOT
    limit_s: int = 300


@dataclass(frozen=True)
class Result:
    """How a step ended."""

    name: str
    status: int
    seconds: float
    nothing_to_do: bool = False

    @property
    def failed(self) -> bool:
        return self.status != 0 and not self.nothing_to_do


def main() -> int:
    """Run the steps, print the summary; return 0 when all of them passed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)  # also where the caller ignores Ctrl-C
    options, for_pytest = _parse(sys.argv[1:])
    selection = [*(["-k", options.k] if options.k else []), *for_pytest]
    groups = list(_steps(options.fast, selection))
    started = time.monotonic()
    results: list[Result] = []
    try:
        with ExitStack() as stack:
            environment = _environment(stack, options.fast)
            for group in groups:
                results.extend(_run(group, environment, bool(selection)))
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
    except (SystemPackagesMissing, ServerDidNotStart) as error:
        print(f"tests cannot start: {error}", file=sys.stderr)
        return 1
    return _summarise(results, time.monotonic() - started)


def _parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="yingshang test", description=__doc__)
    parser.add_argument("--fast", action="store_true", help="no servers, no browser, no slow test")
    parser.add_argument("-k", metavar="EXPRESSION", help="only the tests whose names match, as in pytest")
    return parser.parse_known_args(arguments)


def _steps(fast: bool, selection: list[str]) -> Iterator[Sequence[Step]]:
    """Yield what is run at the same time, group by group."""
    if not selection:
        yield from ([step] for step in [*_static_checks(), *_front_end_checks()])
    pytest = [sys.executable, "-m", "pytest", "-q", *selection, "-m"]
    if fast:
        yield [Step("unit tests", [*pytest, "not browser and not slow"], limit_s=600)]
        return
    name = "unit and integration tests"
    if selection:
        yield [Step(name, [*pytest, "not browser"], limit_s=UNIT_LIMIT_S)]
    else:
        others = [*pytest, "not browser", f"--ignore={SERVICES}"]
        services = [*pytest, "not browser", SERVICES]
        yield [Step(name, others, limit_s=UNIT_LIMIT_S), Step(f"{name} of services", services, limit_s=UNIT_LIMIT_S)]
    yield [Step("browser tests", [*pytest, "browser"], limit_s=480)]


def _static_checks() -> Iterator[Step]:
    ruff = [sys.executable, "-m", "ruff"]
    yield Step("lint", [*ruff, "check", "--quiet", "."])
    yield Step("format", [*ruff, "format", "--check", "--quiet", "."])
    yield Step("types", [sys.executable, "-m", "mypy", *filter(_has_python, TYPED)])


def _has_python(folder: str) -> bool:
    return next((ROOT / folder).rglob("*.py"), None) is not None


def _front_end_checks() -> Iterator[Step]:
    for package in sorted(ROOT.glob("frontend/*/package.json")):
        scripts = json.loads(package.read_text(encoding="utf-8")).get("scripts", {})
        for script in ("check", "test"):
            if script in scripts:
                yield Step(f"front end {package.parent.name}: {script}", ["npm", "run", script], package.parent)


def _environment(stack: ExitStack, fast: bool) -> dict[str, str]:
    """Start the servers and return the environment for all steps, free of the developer's own settings."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("YINGSHANG_") or name.startswith("YINGSHANG_TEST_")
    }
    if fast:
        return inherited
    ensure_system_packages()
    chromium = find_chromium() or ""
    return inherited | {"YINGSHANG_TEST_CHROMIUM": chromium} | stack.enter_context(private_servers())


def _run(group: Sequence[Step], environment: Mapping[str, str], selected: bool) -> list[Result]:
    """Run the steps at the same time, the first with its output on ours, the others' shown when all have ended.

    Past its limit a step is killed with everything it started.
    """
    print(f"── {' · '.join(step.name for step in group)}", flush=True)
    started, results = time.monotonic(), []
    with ExitStack() as stack:
        outputs = [None, *(stack.enter_context(tempfile.TemporaryFile()) for _ in group[1:])]
        processes = [_start(step, environment, output) for step, output in zip(group, outputs, strict=True)]
        for process in processes:
            stack.callback(_end, process, signal.SIGKILL)
        try:
            for step, process in zip(group, processes, strict=True):
                results.append(_wait(step, process, started, selected))
        except KeyboardInterrupt:
            for process in processes:
                _end(process, signal.SIGINT)
            raise
        for output in filter(None, outputs):
            output.seek(0)
            print(output.read().decode(errors="replace"), flush=True)
    for result in results:
        print(f"── {result.name}: {_word(result)} in {result.seconds:.1f} s\n", flush=True)
    return results


def _start(step: Step, environment: Mapping[str, str], output: IO[bytes] | None) -> subprocess.Popen[bytes]:
    errors = subprocess.STDOUT if output else None
    return subprocess.Popen(step.command, cwd=step.folder, env=environment, start_new_session=True, stdout=output, stderr=errors)


def _wait(step: Step, process: subprocess.Popen[bytes], started: float, selected: bool) -> Result:
    try:
        status = process.wait(max(0.0, started + step.limit_s - time.monotonic()))
    except subprocess.TimeoutExpired:
        print(f"{step.name}: still running after {step.limit_s} s, killed", flush=True)
        status = TIMED_OUT
    return Result(step.name, status, time.monotonic() - started, selected and status == NOTHING_SELECTED)


def _end(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the step's process group, also what its leader left behind; kill what does not end within ten seconds."""
    try:
        os.killpg(process.pid, number)
        process.wait(10)
    except ProcessLookupError:
        pass
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _word(result: Result) -> str:
    if result.nothing_to_do:
        return "nothing selected"
    return "FAILED" if result.failed else "passed"


def _summarise(results: Sequence[Result], seconds: float) -> int:
    for result in results:
        print(f"{_word(result):>16}  {result.seconds:7.1f} s  {result.name}")
    failures = [result.name for result in results if result.failed]
    if all(result.nothing_to_do for result in results):
        failures.append("no test matches")
    verdict = f"FAILED: {', '.join(failures)}" if failures else "all passed"
    print(f"{verdict}, {seconds:.0f} s in all", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
