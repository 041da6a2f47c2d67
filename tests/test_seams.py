"""Halves that live in different files stay together."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections import Counter
from typing import Any

import bot.dialogue  # noqa: F401  isort: skip  lets Rasa be imported
import yaml

import actions
from actions.base import BusinessAction
from bot.business.payload import EXTERNAL
from bot.settings import PROJECT
from knowledge.ambiguities import read_ambiguities
from knowledge.articles import read_articles
from knowledge.base import TASKS_SUBJECT
from knowledge.report import read_report

KNOWLEDGE = PROJECT / "knowledge"
WITHOUT_EXAMPLES = {"choose_subject", "show_passage", "case_step", "nlu_fallback"}
"""Three come from buttons, one from the rejection."""
COMPONENT = re.compile(r"@DefaultV1Recipe\.register\([^\n]*\)\nclass (\w+)")


def read_yaml(name: str) -> Any:
    return yaml.safe_load((PROJECT / name).read_text(encoding="utf-8"))


DOMAIN, RULES, CONFIG = read_yaml("domain.yml"), read_yaml("data/rules.yml")["rules"], read_yaml("config.yml")
INTENTS, RESPONSES = set(DOMAIN["intents"]), set(DOMAIN["responses"])
FORMS = DOMAIN["forms"]
OF_INTENTS = [rule for rule in RULES if "condition" not in rule]
"""The others say what happens when a form is over."""
SUBJECTS = set(yaml.safe_load((KNOWLEDGE / "subjects.yml").read_text(encoding="utf-8")))
ACTION_OF_INTENT = {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in OF_INTENTS}


def action_classes() -> list[type[BusinessAction]]:
    found = []
    for info in pkgutil.iter_modules(actions.__path__):
        module = importlib.import_module(f"actions.{info.name}")
        for _, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, BusinessAction) and not member.is_abstract and member.__module__ == module.__name__:
                found.append(member)
    return found


def action_names() -> list[str]:
    return [action(services=None).name() for action in action_classes()]  # type: ignore[arg-type]


def sources(folder: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((PROJECT / folder).rglob("*.py")))


def twice(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def test_every_action_is_in_the_domain_and_back() -> None:
    assert set(action_names()) == set(DOMAIN["actions"])


def test_no_two_actions_have_one_name() -> None:
    assert twice(action_names()) == []


def test_no_two_components_have_one_class_name_and_each_of_the_config_exists() -> None:
    registered = COMPONENT.findall(sources("bot/nlu"))

    assert registered and twice(registered) == []
    assert {entry["name"].split(".")[-1] for entry in CONFIG["pipeline"]} == set(registered)


def test_every_intent_has_examples_in_a_file_of_its_name_and_back() -> None:
    files = {path.stem: read_yaml(f"data/nlu/{path.name}")["nlu"] for path in (PROJECT / "data/nlu").glob("*.yml")}

    assert set(files) == {intent for intent in INTENTS - WITHOUT_EXAMPLES if not intent.startswith(EXTERNAL)}
    assert {name: {entry["intent"] for entry in entries} for name, entries in files.items()} == {n: {n} for n in files}


def test_every_intent_has_exactly_one_rule_of_one_intent_and_one_action() -> None:
    intents = [rule["steps"][0]["intent"] for rule in OF_INTENTS]
    steps = {tuple(key for step in rule["steps"] for key in step) for rule in OF_INTENTS}

    assert twice(intents) == []
    assert set(intents) == INTENTS
    assert steps == {("intent", "action"), ("intent", "action", "active_loop")}


def test_every_form_is_opened_and_ended_by_a_rule() -> None:
    opened = {rule["steps"][2]["active_loop"] for rule in OF_INTENTS if len(rule["steps"]) > 2}
    ended = {rule["condition"][0]["active_loop"] for rule in RULES if "condition" in rule}

    assert opened == ended == set(FORMS)


def test_every_question_of_a_form_is_asked_by_an_action_or_a_response() -> None:
    asked = [slot for form in FORMS.values() for slot in form["required_slots"]]

    assert [slot for slot in asked if (f"utter_ask_{slot}" in RESPONSES) == (f"action_ask_{slot}" in DOMAIN["actions"])] == []


def test_no_two_rules_have_one_name() -> None:
    assert twice([rule["rule"] for rule in RULES]) == []


def test_a_rule_names_an_action_or_a_response_of_the_domain() -> None:
    assert set(ACTION_OF_INTENT.values()) <= set(DOMAIN["actions"]) | RESPONSES | set(FORMS)
    assert CONFIG["policies"][0]["core_fallback_action_name"] in DOMAIN["actions"]


def said_for(action: str, prefix: str) -> set[str]:
    return {f"{prefix}{intent}" for intent, named in ACTION_OF_INTENT.items() if named == action}


def test_every_response_is_said_somewhere_and_every_one_that_is_said_exists() -> None:
    # given
    code = sources("actions") + sources("bot/services")
    made = set(re.findall(r'f"(utter_\w+_)\{', code))
    named = set(re.findall(r'[^f]"(utter_\w+)"', code))
    by_rules = {action for action in ACTION_OF_INTENT.values() if action.startswith("utter_")}

    # when
    by_actions = said_for("action_handover", "utter_handover_") | said_for("action_refuse", "utter_refuse_")
    by_forms = {f"utter_ask_{slot}" for form in FORMS.values() for slot in form["required_slots"]} & RESPONSES

    # then
    asked = {action.replace("action_ask_", "utter_") for action in DOMAIN["actions"]} & RESPONSES
    assert made == {"utter_handover_", "utter_refuse_"}
    assert named | by_rules | by_actions | by_forms | asked == RESPONSES


def test_every_subject_has_an_intent_and_a_button() -> None:
    answered = {intent for intent, action in ACTION_OF_INTENT.items() if action == "action_answer"}

    assert answered == SUBJECTS


def test_every_subject_is_reached_by_an_article_or_the_report() -> None:
    report = read_report(KNOWLEDGE / "report")
    owners: list[Any] = [*(article for article, _ in read_articles(KNOWLEDGE / "articles")), *report.notes]

    assert {subject for owner in owners for subject in owner.subjects} | {TASKS_SUBJECT} == SUBJECTS


def test_the_options_of_an_ambiguous_word_are_subjects() -> None:
    options = {subject for entry in read_ambiguities(KNOWLEDGE) for subject in entry.options}

    assert options <= SUBJECTS


def test_every_entity_of_the_terms_is_in_the_domain() -> None:
    assert set(yaml.safe_load((KNOWLEDGE / "terms.yml").read_text(encoding="utf-8"))) <= set(DOMAIN["entities"])


def test_every_slot_an_action_sets_is_in_the_domain() -> None:
    slots = set(re.findall(r'^\w+_SLOT = "(\w+)"', sources("actions"), re.MULTILINE))

    assert slots == set(DOMAIN["slots"])


def test_every_setting_is_in_the_readme() -> None:
    settings = set(re.findall(r'"(YINGSHANG_[A-Z_]+)"', (PROJECT / "bot/settings.py").read_text(encoding="utf-8")))

    text = (PROJECT / "README.md").read_text(encoding="utf-8")

    assert settings
    assert sorted(name for name in settings if name not in text) == []
