"""A report with something of everything, hostile text included."""

from dataclasses import asdict

from grading.result import CheckResult, Isolation, Report, Stuck, Verdict
from reference.dialect import Dialect

HOSTILE = "\x1b[31mred\u202e \udcff [bold]x[/bold]"


def check(id, verdict, points=0, worth=0, level="should", **more):
    return CheckResult(id, f"Что показывает {id}", "theme", level, verdict, points, worth, **more)


CHECKS = (
    check("starts", Verdict.PASSED, 10, 10, "must"),
    check("silent-newcomer", Verdict.FAILED, 0, 2,
          expected="Вера слышит «есть кто?»", actual=f"ничего {HOSTILE}", advice="Запускайте поток.",
          stuck=(Stuck("server.py", 54, f"name = conn.recv(1024)  # {HOSTILE}", "recv", "имя новичка"), Stuck("", 0, "", "busy", ""))),
    check("three-users-hear", Verdict.FAILED, 0, 25, "must", expected="слышат оба", actual="слышит один", unstable=True),
    check("late-joiner-hears", Verdict.BLOCKED, 0, 10, "must", blocked_by="three-users-hear"),
    check("order-kept", Verdict.BLOCKED, 0, 2, blocked_by="late-joiner-hears"),
    check("restart", Verdict.INFRA, actual="песочница не запустилась"),
    check("author-is-known", Verdict.NA),
    check("long-message", Verdict.NA, 0, 2),
    check("join-notice", Verdict.FAILED, level="info"),
)  # fmt: skip

REPORT = Report(
    path="labs/student_x",
    sha256="ab" * 32,
    variant="multi-user",
    model="threads",
    score=60,
    course_points=60,
    passed=True,
    dialect=asdict(Dialect(prompt="NICK", named_by="prompt", left="{name} вышел")),
    isolation=Isolation("floor", "shared", "quiet-period", ("файлы компьютера",)),
    seconds=0.81234,
    seed=7,
    checks=CHECKS,
    notes=("Вариант выбран сам.", HOSTILE),
    server="server.py",
    server_output="все хорошо\n",
)

BROKEN = Report(
    path=f"labs/{HOSTILE}",
    checks=(check("starts", Verdict.FAILED, 0, 100, "must", actual="сервер завершился"),),
    server_output="\n".join(f"line {n} {HOSTILE}" for n in range(100)),
)
