"""What the code is made of."""

from __future__ import annotations

from grading.lab import Lab
from grading.messages import _
from grading.plugin import check
from grading.verdicts import CheckFailed


@check("uses-socket", level="must")
def test_the_socket_library_does_the_work(lab: Lab) -> None:
    """Сервер построен на библиотеке socket."""
    expected = _("всю работу с сетью делает библиотека socket")
    if lab.submission.problem is not None and not lab.submission.server:
        raise CheckFailed(expected, _("кода сервера проверка не увидела"))
    if lab.facts.engines:
        engine = lab.facts.engines[0]
        instead = _("вместо неё работает {name} ({file}:{line})")
        raise CheckFailed(expected, instead.format(name=engine.name, file=engine.file, line=engine.line))
    if not lab.facts.uses_socket:
        raise CheckFailed(expected, _("библиотека socket в коде сервера не используется"))


@check("concurrency-model", needs="starts", level="must")
def test_several_users_are_served_in_a_known_way(lab: Lab) -> None:
    """Видно, как сервер обслуживает нескольких пользователей: потоки, select или один поток по очереди."""
    if lab.model == "other":
        expected = _("потоки, select или один поток в блокирующих вызовах")
        raise CheckFailed(expected, _("понять это по работающему серверу не удалось"))
