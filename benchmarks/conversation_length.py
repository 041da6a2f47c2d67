"""Does message 300 of a conversation take longer than message 10? Also start, memory, and that TensorFlow is not there.

Messages 291-310 of a long conversation and messages 1-20 of a new one, the same twenty, are sent in turns, so that what else
the machine does meanwhile slows both alike.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from benchmarks.conversation import QUESTIONS, Conversation
from benchmarks.figures import PROJECT, add_data_dir, parser_for, print_figures
from benchmarks.server import Server, copied, serving

WINDOW = len(QUESTIONS)
BEFORE_LATE_WINDOW = 290
MESSAGES_BEFORE_MEMORY = 1_000
LIMITS = {"ratio": 1.3, "resident_mb_after_1000": 350.0, "ready_s": 20.0, "tensorflow_modules": 0}


def main() -> int:
    parser = parser_for(__doc__)
    add_data_dir(parser)
    options = parser.parse_args()
    with serving(options.data_dir) as server:
        figures = {"ready_s": round(server.ready_s, 2), "resident_mb_at_start": round(server.resident_mb(), 1)}
        figures |= length_figures(*_windows(server))
        figures["resident_mb_after_1000"] = round(server.resident_mb(), 1)
        libraries = sum("tensorflow" in file.lower() for file in server.mapped_files())
    with copied(options.data_dir) as copy:
        figures["tensorflow_modules"] = libraries + count_tensorflow_modules(copy)
    print_figures([figures], options.json, LIMITS)
    return 0


def length_figures(early_s: Sequence[float], late_s: Sequence[float]) -> dict[str, float]:
    """Return the windows' medians in milliseconds, and the late one divided by the early one."""
    early_ms, late_ms = 1000 * statistics.median(early_s), 1000 * statistics.median(late_s)
    ratio = round(late_ms / early_ms, 3)
    return {"message_10_ms": round(early_ms, 1), "message_300_ms": round(late_ms, 1), "ratio": ratio}


def count_tensorflow_modules(data_dir: Path) -> int:
    """Return how many modules of TensorFlow or its kin a process with a loaded model has that come from a file."""
    command = [sys.executable, "-m", "benchmarks.loaded_modules", str(data_dir)]
    return len(subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout.split())


def _windows(server: Server) -> tuple[list[float], list[float]]:
    """Return the seconds of the early and of the late window; the server has answered 1,000 messages in the end."""
    long, new = Conversation(server.url), Conversation(server.url)
    early_s, late_s = [], []
    with tqdm(total=MESSAGES_BEFORE_MEMORY, desc="messages", unit="msg") as bar:
        for number in range(BEFORE_LATE_WINDOW):
            bar.update(_post(long, number) > 0)
        for number in range(BEFORE_LATE_WINDOW, BEFORE_LATE_WINDOW + WINDOW):
            early_s.append(_post(new, number))
            late_s.append(_post(long, number))
            bar.update(2)
        for number in range(int(bar.n), MESSAGES_BEFORE_MEMORY):
            bar.update(_post(new, number) > 0)
    long.close()
    new.close()
    return early_s, late_s


def _post(conversation: Conversation, number: int) -> float:
    """Send the question whose turn it is; return how many seconds it took."""
    started = time.perf_counter()
    conversation.post(QUESTIONS[number % WINDOW])
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
