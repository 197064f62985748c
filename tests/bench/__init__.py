"""What the reference is compared with, and the comparison: `python -m tests.bench`."""
