"""How fast sync-cli is: `python -m benchmarks` measures the real program against the sandbox."""
