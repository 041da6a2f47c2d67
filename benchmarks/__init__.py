"""Every published figure, by a command: `python -m benchmarks.NAME`. See the README for the last figures."""
