"""`check-knowledge`: what an editor runs before handing in an article."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.settings import PROJECT
from tests.bot.commands.running import run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROJECT / "knowledge", tmp_path / "knowledge"))


def test_the_products_own_knowledge_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = run(capsys, "check-knowledge")

    assert outcome.status == 0 and "120 tasks" in outcome.out and "all well" in outcome.out


def replace_in(file: str, old: str, new: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return damage


ARTICLE = "articles/C1-credit-china-repair.md"
DAMAGES = [
    (replace_in(ARTICLE, "topic: C1\n", "topic: X99\n"), ("C1-credit-china-repair.md", "topic")),
    (replace_in(ARTICLE, "checked_on: ", "checked: "), ("C1-credit-china-repair.md", "checked_on")),
    (replace_in(ARTICLE, "---\n", "--\n"), ("C1-credit-china-repair.md",)),
    (lambda folder: (folder / ARTICLE).write_bytes(b"\xff\xfe"), ("C1-credit-china-repair.md", "UTF-8")),
    (lambda folder: (folder / "articles/empty.md").write_text(""), ("empty.md",)),
    (replace_in("report/tasks.tsv", "\t法治\t", "\t海洋\t"), ("tasks.tsv", "海洋")),
    (lambda folder: (folder / "terms.yml").write_text("- a\n"), ("terms.yml",)),
    (lambda folder: (folder / "ambiguities.yml").write_text("{"), ("ambiguities.yml",)),
    (lambda folder: shutil.rmtree(folder / "report"), ("tasks.tsv",)),
]


@pytest.mark.parametrize(("damage", "named"), DAMAGES, ids=[" ".join(named) for _, named in DAMAGES])
def test_what_is_broken_is_named(
    capsys: pytest.CaptureFixture[str], folder: Path, damage: Callable[[Path], None], named: tuple[str, ...]
) -> None:
    damage(folder)

    outcome = run(capsys, "check-knowledge", "--folder", folder)

    assert outcome.status == 1 and "Traceback" not in outcome.err
    assert all(word in outcome.err for word in named), outcome.err


def test_all_broken_articles_are_named_at_once(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    for name in ("C1-credit-china-repair.md", "C3-abnormal-operations-list.md"):
        replace_in(f"articles/{name}", "checked_on: ", "checked: ")(folder)

    outcome = run(capsys, "check-knowledge", "--folder", folder)

    assert "C1-credit-china-repair.md" in outcome.err and "C3-abnormal-operations-list.md" in outcome.err
