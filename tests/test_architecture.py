"""Arrows between folders point one way: read from the import statements of every module, also those inside functions."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

import pytest

from bot.settings import PROJECT

BUSINESS = {"bot.business", "bot.errors"}
LOWER = {*BUSINESS, "bot.settings"}
STORES = {*LOWER, "bot.persistence", "knowledge"}
RASA_SIDE = {"bot.dialogue", "bot.nlu"}
ENTRY = {"bot.bootstrap", "bot.cli", "bot.commands"}
"""What builds and starts everything may import everything; nobody below may import it."""
MAY_IMPORT = {
    "bot.errors": set(),
    "bot.settings": {"bot.errors"},
    "bot.business": {"bot.errors"},
    "knowledge": BUSINESS,
    "bot.persistence": LOWER,
    "bot.services": STORES,
    "bot.channels": {*STORES, "bot.services"},
    "bot.web": {*STORES, "bot.services", "bot.channels"},
    "bot.dialogue": {*STORES, "bot.services", "bot.nlu", "actions"},
    "bot.nlu": {*STORES, "bot.dialogue"},  # bot.dialogue puts the TensorFlow stand-in in place
    "actions": {*STORES, "bot.services"},
    "migrations": {"bot.persistence"},
}
FOREIGN = {
    ("rasa", "rasa_sdk"): {"bot.dialogue", "bot.nlu", "actions"},
    ("sqlalchemy", "alembic", "psycopg"): {"bot.persistence", "migrations"},
    ("fastapi", "starlette", "uvicorn"): {"bot.channels", "bot.web", *ENTRY},
}
ALLOWED_IN_ONE_PLACE = {
    ("bot.commands.rasa", "rasa.__main__"),  # passes through to Rasa's own command line
    ("bot.settings", "sqlalchemy.engine"),  # reads the database address, so that a bad one stops the start
    ("bot.settings", "sqlalchemy.exc"),
    ("bot.services.chat", "sqlalchemy.orm"),  # the Session type
    ("bot.services.inbox", "sqlalchemy.orm"),
    ("bot.services.passive_replies", "sqlalchemy.orm"),
}
FOLDERS = ("bot", "knowledge", "actions", "migrations")


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield (dotted name, syntax tree) of every module of ours."""
    for folder in FOLDERS:
        for path in sorted((PROJECT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")
            yield name, ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the dotted names that the module imports; `from bot import errors` gives bot.errors."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, "imports name the whole way"
            folders = {"bot", *FOLDERS}
            yield from (f"{node.module}.{a.name}" for a in node.names) if node.module in folders else [node.module]


def place_of(module: str) -> str:
    """Return the folder (bot.services) or the single module (bot.errors) that the arrows are drawn between."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "bot" else parts[0]


IMPORTS = [(module, target) for module, tree in modules() for target in imported(tree)]


def test_there_are_imports_to_judge() -> None:
    assert len({module for module, _ in IMPORTS}) > 40
    assert ("bot.services.chat", "sqlalchemy.orm") in IMPORTS


def test_no_arrow_points_backward() -> None:
    backward = [
        f"{module} imports {target}"
        for module, target in IMPORTS
        if target.split(".")[0] in FOLDERS
        and place_of(module) not in ENTRY
        and place_of(target) not in {place_of(module), "bot"} | MAY_IMPORT.get(place_of(module), set())
    ]

    assert backward == []


def test_every_folder_has_its_place_in_the_house() -> None:
    places = {place_of(module) for module, _ in modules()} - {"bot"}

    assert places - ENTRY <= set(MAY_IMPORT)


@pytest.mark.parametrize("libraries", FOREIGN, ids=lambda names: names[0])
def test_a_library_is_known_only_where_it_belongs(libraries: tuple[str, ...]) -> None:
    strangers = [
        f"{module} imports {target}"
        for module, target in IMPORTS
        if target.split(".")[0] in libraries
        and place_of(module) not in FOREIGN[libraries]
        and (module, target) not in ALLOWED_IN_ONE_PLACE
    ]

    assert strangers == []


def test_every_exception_that_is_allowed_is_still_needed() -> None:
    assert ALLOWED_IN_ONE_PLACE - set(IMPORTS) == set()


def test_services_take_only_the_session_type_from_sqlalchemy() -> None:
    names = [
        alias.name
        for module, tree in modules()
        if place_of(module) == "bot.services"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
    ]

    assert set(names) <= {"Session"}


def test_nobody_but_the_dialogue_imports_actions() -> None:
    importers = {place_of(module) for module, target in IMPORTS if place_of(target) == "actions"}

    assert importers <= {"actions", "bot.dialogue"}


def test_the_rules_of_the_trade_need_nothing_but_the_standard_library() -> None:
    foreign = [
        f"{module} imports {target}"
        for module, target in IMPORTS
        if place_of(module) == "bot.business" and target.split(".")[0] not in {*sys.stdlib_module_names, "bot", "__future__"}
    ]

    assert foreign == []


def test_tests_are_imported_by_nobody() -> None:
    assert [module for module, target in IMPORTS if target.split(".")[0] in {"tests", "benchmarks"}] == []


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in (PROJECT / "tests").rglob("test_*.py")}

    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []
