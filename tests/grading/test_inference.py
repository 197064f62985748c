"""From what two strangers saw to the Dialect: one row for each way students chose, and all the known dialects there and back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grading.inference import Person, Seen, around, guess, held_back, infer, template
from reference.dialect import KNOWN, Dialect
from reference.framing import frame, reads_lines
from reference.room import Room, Send

ANNA, BORIS = Person("Annalo", "127.0.0.1", 50001), Person("Borisva", "127.0.0.1", 50002)
FIRST, SECOND, THIRD = "amber birch cloud 10011", "delta ember flint 20022", "grove heron inlet 30033"

RAW = Dialect(named_by="nobody", author="unknown", relay="{text}")
NAMED = Dialect(named_by="first-message", author="server", relay="{name}: {text}")

# what is spoken -> (what they saw, the dialect it is)
FAMILIES: dict[str, tuple[Seen, Dialect]] = {
    # -- nobody has a name: the first message is passed on like any other
    "raw relay": (Seen(naming="Borisva", heard=FIRST, heard_boris=SECOND), RAW),
    "raw relay of what would be a command elsewhere": (
        Seen(naming="hi Borisva", heard=FIRST, heard_boris=SECOND, hello="hi {name}"),
        RAW,
    ),
    "raw relay with echo": (
        Seen(welcome_anna="Annalo", welcome_boris="Borisva", naming="Borisva", heard=FIRST, own=FIRST, heard_boris=SECOND),
        replace(RAW, echo=True),
    ),
    "raw relay with a welcome": (
        Seen(greeting_anna="Вы в чате\n", greeting_boris="Вы в чате\n", naming="Borisva", heard=FIRST, heard_boris=SECOND),
        replace(RAW, welcome="Вы в чате"),
    ),
    "raw relay with a notice": (
        Seen(coming="Новый участник", naming="Borisva", heard=FIRST, heard_boris=SECOND),
        replace(RAW, joined="Новый участник"),
    ),
    "raw relay with a notice of the address": (
        Seen(coming="127.0.0.1:50002 подключился", naming="Borisva", heard=FIRST, heard_boris=SECOND),
        replace(RAW, joined="{host}:{port} подключился"),
    ),
    "raw relay in turns, Anna first": (
        Seen(greeting_boris="Annalo", naming="Borisva", heard=FIRST, heard_boris=SECOND, alternate=True),
        replace(RAW, turns="alternate"),
    ),
    "raw relay in turns, Boris first": (
        Seen(greeting_boris="", naming="Borisva", welcome_boris="Annalo", heard=FIRST, heard_boris=SECOND, alternate=True),
        replace(RAW, turns="alternate"),
    ),
    # -- the server puts a label before a text, but not a name
    "label with the address": (
        Seen(naming="('127.0.0.1', 50002): Borisva", heard=f"('127.0.0.1', 50002): {FIRST}", heard_boris=f"('127.0.0.1', 50001): {SECOND}"),
        replace(RAW, author="label", relay="('{host}', {port}): {text}"),
    ),
    "label with the port alone": (
        Seen(naming="[50002] Borisva", heard=f"[50002] {FIRST}", heard_boris=f"[50001] {SECOND}"),
        replace(RAW, author="label", relay="[{port}] {text}"),
    ),
    "label with a number for each": (
        Seen(naming="Клиент 2: Borisva", heard=f"Клиент 2: {FIRST}", heard_boris=f"Клиент 1: {SECOND}"),
        replace(RAW, author="label", relay="Клиент 2: {text}"),
    ),
    "label with a counter of messages": (
        Seen(naming="#2 Borisva", heard=f"#3 {FIRST}", heard_boris=f"#4 {SECOND}"),
        replace(RAW, author="label", relay="#3 {text}"),
    ),
    "label with a clock and the address": (
        Seen(
            naming="[12:59:59] 127.0.0.1:50002> Borisva",
            heard=f"[13:00:00] 127.0.0.1:50002> {FIRST}",
            heard_boris=f"[13:00:01] 127.0.0.1:50001> {SECOND}",
        ),
        replace(RAW, author="label", relay="[{time}] {host}:{port}> {text}"),
    ),
    "label with an echo": (
        Seen(
            welcome_anna="50001: Annalo",
            welcome_boris="50002: Borisva",
            naming="50002: Borisva",
            heard=f"50002: {FIRST}",
            own=f"50002: {FIRST}",
            heard_boris=f"50001: {SECOND}",
        ),
        replace(RAW, author="label", relay="{port}: {text}", echo=True),
    ),
    # -- the first message is the name
    "first message": (Seen(heard=f"Borisva: {FIRST}", heard_boris=f"Annalo: {SECOND}"), NAMED),
    "first message, the name after the text": (
        Seen(heard=f"{FIRST} (Borisva)", heard_boris=f"{SECOND} (Annalo)"),
        replace(NAMED, relay="{text} ({name})"),
    ),
    "first message with an echo": (
        Seen(heard=f"Borisva: {FIRST}", own=f"Borisva: {FIRST}", heard_boris=f"Annalo: {SECOND}"),
        replace(NAMED, echo=True),
    ),
    "first message with a clock": (
        Seen(heard=f"05.03.2024 9:07 Borisva: {FIRST}", heard_boris=f"05.03.2024 9:08 Annalo: {SECOND}"),
        replace(NAMED, relay="{date} {time} {name}: {text}"),
    ),
    "first message with a clock after the text": (
        Seen(heard=f"<Borisva> {FIRST} 2024-03-05 09:07:11.123456", heard_boris=f"<Annalo> {SECOND} 2024-03-05 09:07:11.223456"),
        replace(NAMED, relay="<{name}> {text} {date} {time}"),
    ),
    "first message and the address": (
        Seen(heard=f"Borisva (127.0.0.1:50002): {FIRST}", heard_boris=f"Annalo (127.0.0.1:50001): {SECOND}"),
        replace(NAMED, relay="{name} ({host}:{port}): {text}"),
    ),
    "first message, the name passed on with its own label": (
        Seen(naming="Borisva: Borisva", heard=f"Borisva: {FIRST}", heard_boris=f"Annalo: {SECOND}"),
        replace(NAMED, joined="{name}: {name}"),
    ),
    "first message, the name of the wrong one": (
        Seen(heard=f"Annalo: {FIRST}", heard_boris=f"Borisva: {SECOND}"),
        NAMED,
    ),
    # -- unwrapped: each message on a line of its own
    "objects with the name": (
        Seen(
            framing="json",
            heard=f'{{"from": "Borisva", "text": "{FIRST}"}}\n{{"online": 2}}\n',
            heard_boris=f'{{"from": "Annalo", "text": "{SECOND}"}}\n',
        ),
        replace(NAMED, relay='{"from": "{name}", "text": "{text}"}', framing="json"),
    ),
    "objects with the name that came in each": (
        Seen(
            framing="json",
            introduced=False,
            heard=f'{{"n": "Borisva", "t": "{FIRST}"}}\n',
            heard_boris=f'{{"n": "Annalo", "t": "{SECOND}"}}\n',
        ),
        replace(RAW, author="client", relay='{"n": "{name}", "t": "{text}"}', framing="json"),
    ),
    "objects with a clock in seconds, and nobody's": (
        Seen(
            framing="json-lines",
            introduced=False,
            greeting_anna='{"info": "привет"}\n',
            greeting_boris='{"info": "привет"}\n',
            heard=f'{{"text": "{FIRST}", "at": 1763659123.25}}\n',
            heard_boris=f'{{"text": "{SECOND}", "at": 1763659124.5}}\n',
        ),
        replace(RAW, welcome='{"info": "привет"}', relay='{"text": "{text}", "at": {time}}', framing="json-lines"),
    ),
    "frames with an address": (
        Seen(framing="length-2", naming="50002: Borisva\n", heard=f"50002: {FIRST}\n", heard_boris=f"50001: {SECOND}\n"),
        replace(RAW, author="label", relay="{port}: {text}", framing="length-2"),
    ),
    # -- the server asks
    "prompt with a clock": (
        Seen(
            greeting_anna="12:30:59 Ваше имя: ",
            greeting_boris="12:31:00 Ваше имя: ",
            heard=f"Borisva: {FIRST}",
            heard_boris=f"Annalo: {SECOND}",
        ),
        Dialect(prompt="{time} Ваше имя: ", named_by="prompt"),
    ),
    "prompt token": (
        Seen(greeting_anna="NICK", greeting_boris="NICK", heard=FIRST, heard_boris=SECOND),
        Dialect(prompt="NICK", named_by="prompt", author="unknown", relay="{text}"),
    ),
    "prompt sentence": (
        Seen(greeting_anna="Ваше имя: ", greeting_boris="Ваше имя: ", heard=f"Borisva: {FIRST}", heard_boris=f"Annalo: {SECOND}"),
        Dialect(prompt="Ваше имя: ", named_by="prompt"),
    ),
    "prompt only once both are there": (
        Seen(greeting_boris="Имя?", coming="Имя?", heard=f"Borisva: {FIRST}", heard_boris=f"Annalo: {SECOND}"),
        Dialect(prompt="Имя?", named_by="prompt"),
    ),
    # -- notices
    "joined, to the others only": (
        Seen(greeting_anna="?", greeting_boris="?", naming="Borisva вошёл!\n", heard=f"Borisva: {FIRST}", heard_boris=f"Annalo: {SECOND}"),
        Dialect(prompt="?", named_by="prompt", joined="{name} вошёл!"),
    ),
    "joined, to everybody, glued with the welcome": (
        Seen(
            greeting_anna="Nick",
            welcome_anna="Annalo joined the chat.Connected to the server",
            greeting_boris="Nick",
            welcome_boris="Borisva joined the chat.Connected to the server",
            naming="Borisva joined the chat.",
            heard=FIRST,
            own=FIRST,
            heard_boris=SECOND,
        ),
        replace(KNOWN["prompt-echo"], author="unknown", left=""),
    ),
    "joined, with the name at its end and nothing before a text": (
        Seen(naming="К нам пришёл Borisva", heard=FIRST, heard_boris=SECOND),
        replace(NAMED, author="unknown", relay="{text}", joined="К нам пришёл {name}"),
    ),
    "a welcome with the name in it": (
        Seen(welcome_anna="Ура, Annalo!\n", welcome_boris="Ура, Borisva!\n", heard=f"Borisva: {FIRST}", heard_boris=f"Annalo: {SECOND}"),
        replace(NAMED, welcome="Ура, {name}!"),
    ),
    "two notices, of the connection and of the name": (
        Seen(coming="кто-то пришёл\n", naming="это Borisva\n", heard=f"Borisva: {FIRST}", heard_boris=f"Annalo: {SECOND}"),
        replace(NAMED, joined="кто-то пришёл\nэто {name}"),
    ),
    # -- framing
    "lines": (
        Seen(framing="lines", heard=f"Borisva: {FIRST}\n", heard_boris=f"Annalo: {SECOND}\n"),
        replace(NAMED, framing="lines"),
    ),
    "lines with carriage returns": (
        Seen(framing="lines", heard=f"Borisva: {FIRST}\r\n", heard_boris=f"Annalo: {SECOND}\r\n"),
        replace(NAMED, framing="lines"),
    ),
    "lines, the label after the text": (
        Seen(framing="lines", heard=f"{FIRST} (Borisva)\r\n", heard_boris=f"{SECOND} (Annalo)\r\n"),
        replace(NAMED, relay="{text} ({name})", framing="lines"),
    ),
    "lines, and a prompt after each": (
        Seen(framing="lines", heard=f"Borisva: {FIRST}\n> ", heard_boris=f"Annalo: {SECOND}\n> "),
        replace(NAMED, relay="{name}: {text}\n> ", framing="lines"),
    ),
    "lines, of which one was cut short": (
        Seen(framing="lines", heard=f"Borisva: {FIRST}", heard_boris=f"Annalo: {SECOND}\n"),
        replace(NAMED, framing="lines"),
    ),
    "lines, of which the other was cut short": (
        Seen(framing="lines", heard=f"Borisva: {FIRST}\n", heard_boris=f"Annalo: {SECOND}"),
        replace(NAMED, framing="lines"),
    ),
    "lines, of which one never came": (
        Seen(framing="lines", heard=f"Borisva: {FIRST}"),
        replace(NAMED, framing="lines"),
    ),
    "lines-in": (
        Seen(framing="lines", heard=f"Borisva: {FIRST}", heard_boris=f"Annalo: {SECOND}"),
        replace(NAMED, framing="lines-in"),
    ),
    "lines-in, the label after the text": (
        Seen(framing="lines", heard=f"{FIRST} (Borisva)", heard_boris=f"{SECOND} (Annalo)"),
        replace(NAMED, relay="{text} ({name})", framing="lines-in"),
    ),
    "lines-in with a newline in front": (
        Seen(framing="lines", heard=f"\nBorisva: {FIRST}", heard_boris=f"\nAnnalo: {SECOND}"),
        replace(NAMED, relay="\n{name}: {text}", framing="lines-in"),
    ),
    "lines-in of a raw relay": (
        Seen(framing="lines", naming="Borisva", heard=FIRST, heard_boris=SECOND),
        replace(RAW, framing="lines-in"),
    ),
    "lines-out": (
        Seen(heard=f"Borisva: {FIRST}\n", heard_boris=f"Annalo: {SECOND}\n"),
        replace(NAMED, framing="lines-out"),
    ),
    "lines-out of a raw relay": (
        Seen(naming="Borisva\n", heard=f"{FIRST}\n", heard_boris=f"{SECOND}\n"),
        replace(RAW, framing="lines-out"),
    ),
}


def replaced(seen: Seen) -> Seen:
    """With the texts that the guests said filled in."""
    return replace(seen, first=FIRST, second=SECOND)


@pytest.mark.parametrize(("seen", "dialect"), FAMILIES.values(), ids=FAMILIES.keys())
def test_what_they_saw_tells_how_it_speaks(seen: Seen, dialect: Dialect) -> None:
    assert infer(replaced(seen), ANNA, BORIS, "") == dialect


@pytest.mark.parametrize("listing", ["client", "nobody", "unknown"])
@pytest.mark.parametrize("family", ["raw relay", "prompt token"])
def test_of_a_raw_relay_the_clients_listing_tells_who_puts_the_author(family: str, listing: str) -> None:
    assert infer(replaced(FAMILIES[family][0]), ANNA, BORIS, listing.replace("unknown", "")).author == listing


@pytest.mark.parametrize("listing", ["client", "nobody", ""])
@pytest.mark.parametrize(("family", "author"), [("first message", "server"), ("label with the address", "label")])
def test_what_was_seen_counts_more_than_the_listing(family: str, author: str, listing: str) -> None:
    assert infer(replaced(FAMILIES[family][0]), ANNA, BORIS, listing).author == author


CLOCKS = {
    "in a label that names nobody": Seen(naming="[12:59:58] Borisva", heard=f"[12:59:59] {FIRST}", heard_boris=f"[13:00:00] {SECOND}"),
    "in a notice": Seen(naming="[12:59:58] Borisva вошёл", heard=f"Borisva: {FIRST}", heard_boris=f"Annalo: {SECOND}"),
    "right after a colour": Seen(
        naming="\033[90m12:59:58 Borisva вошёл", heard=f"\033[m12:59:59 Borisva: {FIRST}", heard_boris=f"\033[m13:00:00 Annalo: {SECOND}"
    ),
    "in a welcome": Seen(welcome_boris="Привет, сейчас 12:59:58", heard=f"Borisva: {FIRST}", heard_boris=f"Annalo: {SECOND}"),
}


@pytest.mark.parametrize("seen", CLOCKS.values(), ids=CLOCKS.keys())
def test_no_clock_stays_in_a_dialect_or_no_two_reports_would_be_alike(seen: Seen) -> None:
    later = replace(
        seen,
        naming=seen.naming.replace("12:59:58", "21:30:04"),
        heard=seen.heard.replace("12:59:59", "21:30:05"),
        heard_boris=seen.heard_boris.replace("13:00:00", "21:30:06"),
        welcome_boris=seen.welcome_boris.replace("12:59:58", "21:30:04"),
    )
    assert infer(replaced(seen), ANNA, BORIS, "") == infer(replaced(later), ANNA, BORIS, "")


def test_a_clock_before_a_text_names_nobody() -> None:
    dialect = infer(replaced(CLOCKS["in a label that names nobody"]), ANNA, BORIS, "")
    assert (dialect.named_by, dialect.author) == ("nobody", "unknown")


# -- there and back


class Talk:
    """The interview's questions, put to a Room."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect, self.room = dialect, Room[str](dialect)
        self.came = {"anna": "", "boris": ""}

    def hear(self, actions: object) -> None:
        assert isinstance(actions, list)
        for action in actions:
            if isinstance(action, Send):
                for guest in action.recipients:
                    self.came[guest] += action.data.decode()

    def enter(self, guest: str, person: Person) -> None:
        self.hear(self.room.enter(guest, (person.host, person.port)))

    def say(self, guest: str, text: str) -> None:
        self.hear(self.room.hear(guest, frame(text, "lines" if reads_lines(self.dialect.framing) else "none")))

    def take(self, guest: str) -> str:
        came, self.came[guest] = self.came[guest], ""
        return came

    def seen(self) -> Seen:
        seen = Seen(first=FIRST, second=SECOND, framing="lines" if reads_lines(self.dialect.framing) else "none")
        self.enter("anna", ANNA)
        seen.greeting_anna = self.take("anna")
        self.say("anna", ANNA.name)
        seen.welcome_anna = self.take("anna")
        self.enter("boris", BORIS)
        seen.greeting_boris, seen.coming = self.take("boris"), self.take("anna")
        self.say("boris", BORIS.name)
        seen.welcome_boris, seen.naming = self.take("boris"), self.take("anna")
        self.say("boris", FIRST)
        seen.heard, seen.own = self.take("anna"), self.take("boris")
        if FIRST not in seen.heard:
            self.say("anna", THIRD)
            seen.heard += self.take("anna")
            seen.own += self.take("boris")
            seen.alternate = FIRST in seen.heard
        self.say("anna", SECOND)
        seen.heard_boris = self.take("boris")
        if SECOND not in seen.heard_boris:
            self.say("boris", THIRD)
            seen.heard_boris += self.take("boris")
        return seen


SPOKEN = {
    **KNOWN,
    "label": replace(KNOWN["raw"], author="label", relay="[{time}] {host}:{port}> {text}"),
    "lines-out": replace(KNOWN["first-message"], framing="lines-out", joined="{name} здесь", welcome="Здравствуйте, {name}"),
    "lines-in": replace(KNOWN["lines"], framing="lines-in"),
    "lines-in of a raw relay with an echo": replace(KNOWN["raw-echo"], framing="lines-in"),
    "lines-in, in turns": replace(KNOWN["raw"], framing="lines-in", turns="alternate"),
    "in turns": replace(KNOWN["raw"], turns="alternate"),
    "asked, in turns": replace(KNOWN["lines"], turns="alternate", echo=False),
}


@pytest.mark.parametrize("name", SPOKEN)
def test_of_a_room_its_own_dialect_is_inferred(name: str) -> None:
    dialect = SPOKEN[name]
    listing = dialect.author if dialect.author in ("client", "nobody") else ""
    inferred = infer(Talk(dialect).seen(), ANNA, BORIS, listing)
    # what only leaving shows is asked later; a newline after the prompt or the notices of a server of lines is framing
    assert replace(inferred, prompt=inferred.prompt.strip()) == replace(dialect, left="", quit="")


# -- small parts


@pytest.mark.parametrize(
    ("seen", "prompt"),
    [
        (Seen(), ""),
        (Seen(greeting_anna="NICK", greeting_boris="NICK"), "NICK"),
        (Seen(greeting_boris="Имя?", coming="Имя?"), "Имя?"),
        (Seen(greeting_boris="Annalo", coming=""), ""),  # that was Anna's word, no question
    ],
)
def test_of_a_server_that_passes_nothing_on_only_the_prompt_is_known(seen: Seen, prompt: str) -> None:
    named_by = "prompt" if prompt else "first-message"
    assert guess(seen) == Dialect(prompt=prompt, named_by=named_by, author="unknown", relay="{text}")


@pytest.mark.parametrize(
    ("stream", "parts"),
    [("a text b", ("a ", " b")), ("text", ("", "")), ("nothing", ("nothing", "")), ("text and text", ("", " and text"))],
)
def test_what_stands_around_a_text(stream: str, parts: tuple[str, str]) -> None:
    assert around(stream, "text") == parts


def test_a_persons_name_and_address_become_places_to_fill_in() -> None:
    assert template("Borisva (127.0.0.1:50002) left, Borisva!", BORIS) == "{name} ({host}:{port}) left, {name}!"


@pytest.mark.parametrize(
    ("heard", "held"),
    [
        ("Borisvawords", True),
        ("Borisva\nwords\n", True),
        ("Borisva: words", False),
        ("[Borisva] words", False),
        ("Borisva words", False),
        ("FROM Borisva words", False),
        ("words", False),
    ],
)
def test_a_name_that_a_timer_held_back_is_no_label(heard: str, held: bool) -> None:
    """Seen on a busy machine: a ticker sent the name and the first words in one go, and both were taken for a labelled text."""
    assert held_back(heard, "words", Person("Borisva", "127.0.0.1", 50002)) is held


def test_a_bare_name_in_a_frame_before_each_text_is_its_label() -> None:
    frames = {"heard": "Borisva\nwords\n", "heard_boris": "Annalo\nothers\n", "framing": "length-4", "naming": "", "coming": ""}
    dialect = infer(Seen(first="words", second="others", **frames), ANNA, BORIS, "")  # type: ignore[arg-type]
    assert (dialect.author, dialect.relay, dialect.named_by) == ("server", "{name}\n{text}", "first-message")
