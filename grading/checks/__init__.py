"""The checks: plain pytest functions, one theme a file. The docstring is the title students read."""
