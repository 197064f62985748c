"""`grade --ci`: ready files for the machines that grade a push. The templates lie in the folder beside this module."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from grading.errors import ConfigError
from grading.messages import _

TEMPLATES: Final[Mapping[str, Mapping[str, str]]] = {
    "github": {".github/workflows/grade.yml": "github.yml"},
    "gitlab": {".gitlab-ci.yml": "gitlab.yml"},
    "gradescope": {"setup.sh": "setup.sh", "run_autograder": "run_autograder"},
    "git-hook": {"post-receive": "post-receive"},
}
"""Platform -> file to write -> its template."""
BUNDLE: Final = "autograder.zip"
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can hold: the same files give the same bytes."""


def texts(platform: str) -> dict[str, bytes]:
    """File name -> content, of what a platform needs, newlines bare everywhere."""
    here = files("grading.ci").joinpath("templates")
    found = {name: here.joinpath(template).read_bytes().replace(b"\r\n", b"\n") for name, template in TEMPLATES[platform].items()}
    return {**found, BUNDLE: _zipped(found)} if platform == "gradescope" else found


def write(platform: str, folder: Path) -> list[Path]:
    """Write the files of a platform; returns their paths. Raises ConfigError, and then has overwritten nothing."""
    made = {folder / name: content for name, content in texts(platform).items()}
    for path in made:
        if path.is_symlink() or path.exists():
            raise ConfigError(_("такой файл уже есть, а переписывать чужое grade не станет"), str(path))
    for path, content in made.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(content)
            if content.startswith(b"#!"):
                path.chmod(0o755)
        except OSError as error:
            raise ConfigError(_("файл сюда не записать: {why}").format(why=error.strerror or error), str(path)) from error
    return list(made)


def _zipped(contents: Mapping[str, bytes]) -> bytes:
    """A zip of executable files at its root."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.create_system = 3  # Unix: only there the mode is read
            entry.external_attr = 0o100755 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(entry, content)
    return buffer.getvalue()
