"""`wechat-menu`: the file checked, the difference shown, and applied only when asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.channels.wechat_menu import describe_difference, read_menu
from bot.errors import FileInvalid
from bot.settings import PROJECT
from simulator.menus import check_menu
from tests.bot.commands.running import Outcome, run
from tests.fixtures.wechat import Simulator, simulated

TITLES: dict[str, str] = yaml.safe_load((PROJECT / "knowledge" / "subjects.yml").read_text(encoding="utf-8"))
SMALL = "- {name: 税务, click: 'ask:tax'}\n- {name: 网页, page: chat}\n- {name: 转人工, click: person}\n"


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A platform that the environment names."""
    with simulated("safe") as simulator:
        for name, value in simulator.environment("http://bot.example").items():
            monkeypatch.setenv(name, value)
        yield simulator


@pytest.fixture
def menu(capsys: pytest.CaptureFixture[str], tmp_path: Path):  # type: ignore[no-untyped-def]
    """Run the command on a file of one's own."""
    (tmp_path / "menu.yml").write_text(SMALL, encoding="utf-8")

    def command(*arguments: str, text: str | None = None) -> Outcome:
        if text is not None:
            (tmp_path / "menu.yml").write_text(text, encoding="utf-8")
        return run(capsys, "wechat-menu", "--data-dir", tmp_path / "var", "--file", tmp_path / "menu.yml", *arguments)

    return command


def test_the_projects_own_menu_is_one_that_the_platform_takes() -> None:
    wanted = read_menu(PROJECT / "wechat-menu.yml", TITLES, "https://bot.example")

    assert check_menu(wanted)["button"] and "https://bot.example/wechat/h5" in str(wanted)


def test_the_difference_is_shown_and_nothing_changed(simulator: Simulator, menu) -> None:  # type: ignore[no-untyped-def]
    outcome = menu()

    assert outcome.status == 0 and "+" in outcome.out and "ask:tax" in outcome.out and "--apply" in outcome.err
    assert simulator.platform.menu is None


def test_applying_makes_it_so_and_then_there_is_no_difference(simulator: Simulator, menu) -> None:  # type: ignore[no-untyped-def]
    assert menu("--apply").status == 0
    assert simulator.platform.menu is not None
    names = [button["name"] for button in simulator.platform.menu["button"]]
    assert names == ["税务", "网页", "转人工"]
    assert simulator.platform.menu["button"][1]["url"] == "http://bot.example/wechat/h5"

    again = menu("--apply")

    assert (again.status, again.out) == (0, "") and "无需改动" in again.err
    assert simulator.platform.journal.counters["api:/cgi-bin/menu/create"] == 1


def test_only_what_differs_is_marked(simulator: Simulator, menu) -> None:  # type: ignore[no-untyped-def]
    menu("--apply")

    outcome = menu(text=SMALL.replace("ask:tax", "ask:company_setup"))

    changed = [line for line in outcome.out.splitlines() if line[:1] in "+-" and not line.startswith(("+++", "---"))]
    assert len(changed) == 2 and "ask:tax" in changed[0] and "ask:company_setup" in changed[1]


@pytest.mark.parametrize("code", [40164, 40125, 48001, -1])
def test_a_platform_that_refuses_is_explained_with_its_number(simulator: Simulator, menu, code: int) -> None:  # type: ignore[no-untyped-def]
    simulator.platform.faults.change({"api_errors": {"/cgi-bin/menu/get": [code] * 3}})

    outcome = menu("--apply")

    assert outcome.status == 1 and str(code) in outcome.err and "Traceback" not in outcome.err
    assert simulator.platform.menu is None


def test_a_wrong_secret_is_explained(simulator: Simulator, menu) -> None:  # type: ignore[no-untyped-def]
    simulator.account.app_secret = "changed on the platform's page"

    outcome = menu()

    assert outcome.status == 1 and "40125" in outcome.err


@pytest.mark.parametrize("missing", ["YINGSHANG_WECHAT_APP_SECRET", "YINGSHANG_WECHAT_TOKEN"])
def test_a_missing_setting_is_named(simulator: Simulator, menu, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv(missing, "")

    outcome = menu()

    assert outcome.status != 0 and missing in outcome.err


BAD = {
    "no list": ("name: 税务", "file"),
    "nothing": ("", "file"),
    "no yaml": ("- {name: ", "file"),
    "too many": ("- {name: 一, click: person}\n" * 4, "file"),
    "no name": ("- {click: person}", "click"),
    "a long name": ("- {name: 六个汉字就太长, click: person}", "六个汉字就太长"),
    "an unknown subject": ("- {name: 税务, click: 'ask:no_such'}", "税务"),
    "an unknown key": ("- {name: 税务, click: dance}", "税务"),
    "two meanings": ("- {name: 税务, click: person, page: chat}", "税务"),
    "no meaning": ("- {name: 税务}", "税务"),
    "an unknown page": ("- {name: 税务, page: 'ftp://x'}", "税务"),
    "too many below": ("- {name: 上, entries: [" + "{name: 下, click: person}, " * 6 + "]}", "上"),
    "nothing below": ("- {name: 上, entries: []}", "上"),
    "three levels": ("- {name: 上, entries: [{name: 中, entries: [{name: 下, click: person}]}]}", "中"),
    "a text for an entry": ("- 税务", "税务"),
}


@pytest.mark.parametrize(("text", "entry"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_refused_naming_the_entry(tmp_path: Path, text: str, entry: str) -> None:
    file = tmp_path / "menu.yml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(FileInvalid) as raised:
        read_menu(file, TITLES, "https://bot.example")

    assert raised.value.file == "menu.yml" and entry in raised.value.field


def test_a_bad_file_changes_nothing_and_is_told_in_one_line(simulator: Simulator, menu) -> None:  # type: ignore[no-untyped-def]
    outcome = menu("--apply", text="- {name: 税务, click: 'ask:no_such'}")

    assert outcome.status != 0 and "税务" in outcome.err and "Traceback" not in outcome.err
    assert simulator.platform.menu is None


def test_our_page_in_the_menu_needs_a_public_address(tmp_path: Path) -> None:
    file = tmp_path / "menu.yml"
    file.write_text("- {name: 网页, page: chat}", encoding="utf-8")

    with pytest.raises(FileInvalid, match="YINGSHANG_PUBLIC_URL"):
        read_menu(file, TITLES, "")


WANTED = {"button": [{"name": "上", "sub_button": [{"type": "click", "name": "下", "key": "person"}]}]}


@pytest.mark.parametrize(
    "nothing_below",
    [[], {"list": []}],
    ids=["a list", "a list in an object"],
)
def test_what_the_platform_adds_of_its_own_is_no_difference(nothing_below: object) -> None:
    entry = {"type": "click", "name": "下", "key": "person", "sub_button": nothing_below, "appid": ""}

    assert describe_difference({"button": [{"name": "上", "sub_button": {"list": [entry]}}], "menuid": 7}, WANTED) == ""


def test_an_account_without_a_menu_differs_in_all_of_it() -> None:
    assert "person" in describe_difference({}, WANTED)
