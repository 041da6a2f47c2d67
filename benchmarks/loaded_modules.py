"""Print the modules of TensorFlow and its kin that a process with a loaded model got from a file: `… DATA_DIR`.

The stand-in's modules come from no file and are not printed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bot.commands.setup import ready_services
from bot.settings import read_settings

KIN = ("tensorflow", "keras", "tf_keras", "tensorboard", "absl", "h5py", "transformers", "torch")


def main() -> int:
    ready_services(read_settings({}, Path(sys.argv[1])))
    for name in modules_from_files():
        print(name)
    return 0


def modules_from_files() -> Iterator[str]:
    for name, module in sorted(sys.modules.items()):
        if name.startswith(KIN) and getattr(module, "__file__", None) is not None:
            yield name


if __name__ == "__main__":
    sys.exit(main())
