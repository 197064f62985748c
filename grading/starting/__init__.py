"""`grade --new`: a lab to start from. It runs, it can be graded, and it lacks what the student is there to write.

The files of a variant lie in the folder of that name beside this module, what is the same for all beside it. `{variant}` and `{folder}` are
filled in, and each line comes in the reader's language. `labs/template` is what this lays out for `multi-user`.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from grading.errors import ConfigError
from grading.messages import _, translated
from grading.rubrics import suggest

VARIANTS: Final = ("multi-user", "two-user", "select", "udp")
"""The first is the one for who names none."""
_SHARED: Final = ("lab.toml", "README.md")
_PROGRAMS: Final = ("server.py", "client.py")


def lab(variant: str, folder: str) -> dict[str, str]:
    """File name -> text, of a lab that will lie in `folder`. Raises ConfigError for a variant there is nothing for."""
    if variant not in VARIANTS:
        wrong = _("Нет заготовки для варианта «{name}».").format(name=variant) + suggest(variant, VARIANTS)
        raise ConfigError(wrong + " " + _("Есть: {names}.").format(names=", ".join(VARIANTS)))
    here = files("grading.starting")
    texts = {name: here.joinpath(variant, name).read_text(encoding="utf-8") for name in _PROGRAMS}
    texts |= {name: here.joinpath(name).read_text(encoding="utf-8") for name in _SHARED}
    return {name: translated(text).replace("{variant}", variant).replace("{folder}", folder) for name, text in texts.items()}


def lay_out(folder: Path, variant: str = "") -> None:
    """Writes a lab into a folder that is not there yet, or is empty. Raises ConfigError, and then has overwritten nothing."""
    texts = lab(variant or VARIANTS[0], folder.as_posix())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConfigError(_("здесь уже что-то лежит; для заготовки нужна новая папка"), str(folder))
        for name, text in texts.items():
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        raise ConfigError(_("заготовку сюда не записать: {why}").format(why=error.strerror or error), str(folder)) from error
