"""The rubrics of the course, and what a teacher is told of a mistake in one of his own."""

from decimal import Decimal

import pytest

from grading import rubrics
from grading.catalogue import catalogue
from grading.errors import ConfigError
from grading.options import Options
from grading.rubrics import parse

MUST = ("starts", "two-users-exchange", "three-users-hear", "late-joiner-hears", "uses-socket", "concurrency-model")
KNOWN = (*MUST, "silent-newcomer")

GOOD = """\
variant = "mine"
factor = 0.6
pass_mark = 50

[points]
starts = 40
"two-users-exchange" = 60
"""


def test_the_text_of_the_assignment_is_worth_eighty():
    assert {sum(one.points.get(id, 0) for id in MUST) for one in rubrics.built_in()} == {80}


def test_the_built_in_rubrics_are_those_of_the_course():
    assert [(one.variant, one.factor, one.pass_mark) for one in rubrics.built_in()] == [
        ("multi-user", Decimal("1.0"), 60),
        ("select", Decimal("1.0"), 60),
        ("udp", Decimal("0.8"), 60),
        ("two-user", Decimal("0.6"), 60),
    ]


def test_strict_is_found_by_its_name_and_gives_engineering_quality_half():
    (strict,) = rubrics.chosen(Options(rubrics=("strict",)))
    assert (strict.variant, sum(worth for id, worth in strict.points.items() if id in MUST)) == ("multi-user", 50)
    multi = rubrics.built_in()[0]
    assert set(strict.points) == set(multi.points)


def test_a_rubric_holds_the_checks_that_are_for_its_variant():
    ours = {one.id: one for one in catalogue()}
    for one in rubrics.built_in():
        for id in ours.keys() & one.points.keys():
            assert not ours[id].variants or one.variant in ours[id].variants, f"{id} in {one.variant}"
        due = {id for id, check in ours.items() if check.level != "info" and one.variant in (check.variants or (one.variant,))}
        assert due - one.points.keys() == set(), one.variant


def test_a_perfect_two_user_chat_is_better_off_in_its_own_variant():
    multi, _select, _udp, two = rubrics.built_in()
    threads_only = {"three-users-hear", "late-joiner-hears", "silent-newcomer", "silent-user", "concurrency-model"}
    as_multi_user = sum(worth for id, worth in multi.points.items() if id not in threads_only)
    assert as_multi_user * multi.factor < 100 * two.factor


def test_a_teachers_rubric_is_read():
    mine = parse(GOOD, "my.toml", KNOWN)
    assert mine == rubrics.Rubric("mine", Decimal("0.6"), 50, {"starts": Decimal(40), "two-users-exchange": Decimal(60)})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("factor = 0.6", "facter = 0.6", "my.toml:2: Неизвестный ключ «facter». Может быть, «factor»?"),
        ("starts = 40", "startz = 40", "my.toml:6: Нет проверки «startz». Может быть, «starts»?"),
        ("starts = 40", "starts = -40", "my.toml:6: Баллы «starts» — число не меньше нуля, например 2 или 0.5."),
        ("starts = 40", "starts = true", "my.toml:6: Баллы «starts» — число не меньше нуля, например 2 или 0.5."),
        ('exchange" = 60', 'exchange" = "60"', "my.toml:7: Баллы «two-users-exchange» — число не меньше нуля, например 2 или 0.5."),
        ("starts = 40", "starts = nan", "my.toml:6: Баллы «starts» — число не меньше нуля, например 2 или 0.5."),
        ("starts = 40", "starts = 40.5", "my.toml:5: Баллы в сумме дают 100.5, а должны 100."),
        ("pass_mark = 50", "forbidden = [1]", 'my.toml:3: Ключ «forbidden»: ожидается список модулей, например ["threading"].'),
        ("starts = 40", "starts = 41", "my.toml:5: Баллы в сумме дают 101, а должны 100."),
        ("factor = 0.6", "factor = 6", "my.toml:2: Ключ «factor»: ожидается число от 0 до 1, например 0.6."),
        ("factor = 0.6", "factor = '0.6'", "my.toml:2: Ключ «factor»: ожидается число от 0 до 1, например 0.6."),
        ("factor = 0.6", "factor = nan", "my.toml:2: Ключ «factor»: ожидается число от 0 до 1, например 0.6."),
        ("pass_mark = 50", "pass_mark = 101", "my.toml:3: Ключ «pass_mark»: ожидается целое число от 0 до 100."),
        ("pass_mark = 50", 'models = ["thread"]', "my.toml:3: В «models» нет «thread». Может быть, «threads»? Есть: threads, select,"),
        ("pass_mark = 50", 'transport = ["upd"]', "my.toml:3: В «transport» нет «upd». Может быть, «udp»? Есть: tcp, udp, console."),
        ("pass_mark = 50", 'transport = "udp"', 'my.toml:3: Ключ «transport»: ожидается список, например ["tcp", "udp"].'),
        ('variant = "mine"', "", 'my.toml: Нет ключа «variant»: ожидается строка, например "multi-user".'),
        ("pass_mark = 50", "pass_mark = = 50", "my.toml:3: Это не TOML: "),
        ("[points]", "[points", "my.toml:5: Это не TOML: "),
    ],
)
def test_a_mistake_is_told_with_file_line_and_what_was_probably_meant(old, new, message):
    with pytest.raises(ConfigError) as caught:
        parse(GOOD.replace(old, new), "my.toml", KNOWN)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("points", ["points.starts = 100", "points = {starts = 100}", "points.startz = 100", "points = {startz = 100}"])
def test_a_line_is_found_however_the_table_is_written(points):
    text = f'variant = "mine"\nfactor = 1\n{points}\n'
    if "startz" not in points:
        assert parse(text, "my.toml", KNOWN).points == {"starts": 100}
        return
    with pytest.raises(ConfigError) as caught:
        parse(text, "my.toml", KNOWN)
    assert caught.value.line == 3


def test_a_rubric_of_bytes_or_of_nothing_is_told_too(tmp_path):
    (tmp_path / "koi8.toml").write_bytes("вариант".encode("koi8-r"))
    with pytest.raises(ConfigError, match="UTF-8"):
        rubrics.load(tmp_path / "koi8.toml")
    with pytest.raises(ConfigError, match=r"none\.toml: Не читается"):
        rubrics.load(tmp_path / "none.toml")


def test_a_teachers_rubrics_replace_the_built_in_ones(tmp_path):
    (tmp_path / "my.toml").write_text(GOOD, encoding="utf-8")
    mine = str(tmp_path / "my.toml")
    assert [one.variant for one in rubrics.chosen(Options(rubrics=(mine,)), KNOWN)] == ["mine"]
    with pytest.raises(ConfigError, match="Два файла описывают один вариант «mine»"):
        rubrics.chosen(Options(rubrics=(mine, mine)), KNOWN)


def test_a_variant_is_chosen_by_name():
    assert [one.variant for one in rubrics.chosen(Options(variant="two-user"))] == ["two-user"]
    with pytest.raises(ConfigError, match=r"Нет варианта «two-users»\. Может быть, «two-user»\? Есть: multi-user, select, udp, two-user\."):
        rubrics.chosen(Options(variant="two-users"))
