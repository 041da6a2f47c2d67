"""Training in a process of its own: `python -m bot.commands.train_process PROJECT FOLDER NAME`.

Rasa's training may end the process, and its memory is not needed afterwards.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bot.dialogue.training import train_model
from bot.errors import BotError


def main() -> int:
    project, folder, name = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    try:
        train_model(project, folder, name)
    except BotError as error:
        print(f"yingshang: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
