"""Which files each platform needs. Apart, so that `grade --help` loads nothing that makes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEMPLATES: Final[Mapping[str, Mapping[str, str]]] = {
    "github": {".github/workflows/grade.yml": "github.yml"},
    "gitlab": {".gitlab-ci.yml": "gitlab.yml"},
    "gradescope": {"setup.sh": "setup.sh", "run_autograder": "run_autograder"},
    "git-hook": {"post-receive": "post-receive"},
}
"""Platform -> file to write -> its template."""
