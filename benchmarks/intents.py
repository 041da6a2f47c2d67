"""The product's NLU pipeline on public intent data, beside TF-IDF with logistic regression in the same run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks.figures import add_datasets, parser_for, print_figures
from benchmarks.product import run_evaluation
from benchmarks.tfidf_baseline import evaluate_tfidf
from bot.commands.input_files import read_tsv

SETS = ("smp2017", "banking77", "hint3_sofmattress", "rasa_helpdesk", "hwu64", "clinc150")
SHOWN = ("in_scope_accuracy", "accuracy", "oos_recall", "macro_f1", "train_s", "ms_per_message")


def main() -> int:
    parser = parser_for(__doc__)
    add_datasets(parser, SETS)
    options = parser.parse_args()
    rows = [row for name in options.only for row in _compare(options.datasets / name)]
    print_figures(rows, options.json)
    return 0


def _compare(folder: Path) -> list[dict[str, Any]]:
    train, test = folder / "train.tsv", folder / "test.tsv"
    dev = [("dev", folder / "dev.tsv")] if (folder / "dev.tsv").exists() else []
    print(f"{folder.name} …", file=sys.stderr, flush=True)
    ours = run_evaluation("evaluate-intents", [("train", train), ("test", test), *dev])
    theirs = evaluate_tfidf(read_tsv(train, 2), read_tsv(test, 2))
    about = {"data": folder.name, "n": ours["n"]}
    return [
        {**about, "who": "yingshang", **{name: ours[name] for name in SHOWN}},
        {**about, "who": "tfidf+logistic", **theirs},
    ]


if __name__ == "__main__":
    sys.exit(main())
