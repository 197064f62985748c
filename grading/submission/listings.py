"""The listings of a Markdown report, with the lines they stand on and the file names given to them.

CommonMark decides what a listing is; what students and mkdocs write beyond it (HTML blocks, content tabs, fences inside <details>) is
handled here. Whether a listing is a server is not asked here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from grading.submission.numbering import unnumbered
from grading.submission.texts import read_source

if TYPE_CHECKING:
    from markdown_it.token import Token

_OTHER_LANGUAGES = frozenset(
    {"bash", "sh", "shell", "console", "zsh", "powershell", "ps1", "cmd", "bat", "html", "http", "css", "js", "javascript", "json"}
    | {"yaml", "yml", "toml", "ini", "sql", "xml", "c", "cpp", "java", "go", "rust"}
    | {"mermaid", "diff", "dockerfile", "makefile", "md", "markdown", "log"}
)
_FILE_NAME = re.compile(r"(?<![\w./\\-])((?:[\w-]+/){0,3}\w[\w-]*\.py)\b")
_FILE_HEAD = re.compile(r"#[\s=*#~_-]*((?:[\w-]+/){0,3}\w[\w-]*\.py)[\s=*#~_:-]*")
_FENCE = re.compile(r"^[ \t>]*(```+|~~~+)[ \t]*([^`\n]*)$")


@dataclass(frozen=True)
class Listing:
    """One listing.

    Attributes:
        lines: its text; places: for each line, its line in the report (in a notebook: in its cell).
        name: the file it is said to be, "" if nobody says; section: number of the heading it stands under; caption: the text before it.
        indented: an indented block, which blank lines and stray text break into several.
        margin: the indentation that all of its lines had; a piece of a class has one, and needs it where the pieces are joined.
        cell: the notebook's cell, 0 in a report; cells: the same for each line, where it was joined from several.
        is_code: that is a cell of code, and not a listing in a text.
        role: of such a cell: "server" if it is tagged so, "solution" if it is there to hold the answer to an exercise; else "".
    """

    lines: tuple[str, ...]
    places: tuple[int, ...]
    name: str = ""
    section: int = 0
    caption: str = ""
    indented: bool = False
    margin: str = ""
    cell: int = 0
    cells: tuple[int, ...] = ()
    is_code: bool = False
    role: str = ""

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    @cached_property
    def parses(self) -> bool:
        return read_source(self.text.encode("utf-8", "replace")).tree is not None


def listings_of(text: str) -> list[Listing]:
    """Every listing that may be Python, in order, cleaned of what copying does to code."""
    found = [cleaned(listing) for listing in _blocks(text, 0)]
    whole: list[Listing] = []
    for (indented, _), group in groupby(found, key=lambda listing: (listing.indented, listing.section)):
        blocks = list(group)
        whole += _joined(blocks) if indented else blocks
    return [listing for listing in whole if any(line.strip() for line in listing.lines)]


def fenced(text: str) -> list[Listing]:
    """Fences found by looking for their marks alone: for reports whose Markdown hides them (inside HTML, badly nested)."""
    found: list[Listing] = []
    lines = text.split("\n")
    start, mark, info = -1, "", ""
    for number, line in enumerate([*lines, "```"]):  # the last one may never be closed
        match = _FENCE.match(line)
        if match is None or (start >= 0 and not match[1].startswith(mark) and number < len(lines)):
            continue
        if start >= 0 and not _is_foreign(info):
            body, places = lines[start + 1 : number], range(start + 2, number + 2)
            found.append(cleaned(Listing(tuple(body), tuple(places)[: len(body)], _name_in(info))))
        # A mark with a language opens the next listing even where the one before was left open.
        opens = start < 0 or match[2].strip() != ""
        start, mark, info = (number, match[1][:3], match[2]) if opens else (-1, "", "")
    return found


def _blocks(text: str, before: int) -> Iterator[Listing]:
    """Listings of `text`, whose first line is line `before` + 1 of the report."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 20 ms that a folder of files need not pay

    section, caption = 0, ""
    tokens = MarkdownIt("commonmark").parse(text)
    for token in tokens:
        if token.type == "heading_open":
            section, caption = section + 1, ""
        elif token.type == "inline":
            caption += token.content + "\n"  # "Файл user.py", "Код:", and only then the listing
        elif token.type in ("fence", "code_block", "html_block"):
            context = Listing((), (), section=section, caption=caption)
            found = list(_of_token(token, context, before))
            yield from found
            if found:
                caption = ""  # a caption names one listing
            elif token.type == "html_block":
                caption += re.sub(r"<[^>]*>", " ", token.content)  # <summary>server.py</summary>


def _of_token(token: Token, context: Listing, before: int) -> Iterator[Listing]:
    first = before + (token.map or [0])[0] + 1
    if token.type == "html_block":
        for match in re.finditer(r"<pre[^>]*>(.*?)(?:</pre>|\Z)", token.content, re.S | re.I):
            body = html.unescape(re.sub(r"<[^>]*>", "", match[1]))
            yield _at(first + token.content[: match.start(1)].count("\n"), body, context, caption_name(context.caption))
    elif token.type == "fence":
        if not _is_foreign(token.info):
            yield _at(first + 1, token.content, context, _name_in(token.info) or caption_name(context.caption))
    elif _FENCE.match(token.content.split("\n", 1)[0]):  # a content tab or an admonition of mkdocs holds Markdown, indented
        for inner in _blocks(token.content, first - 1):
            yield replace(inner, section=context.section, name=inner.name or caption_name(context.caption))
    else:
        yield replace(_at(first, token.content, context, caption_name(context.caption)), indented=True)


def _at(first: int, body: str, context: Listing, name: str) -> Listing:
    lines = tuple(body.removesuffix("\n").split("\n"))
    return replace(context, lines=lines, places=tuple(range(first, first + len(lines))), name=name)


def _is_foreign(info: str) -> bool:
    language = re.match(r"[\s{.]*([\w+#-]*)", info)
    return language is not None and language[1].lower() in _OTHER_LANGUAGES


def _name_in(info: str) -> str:
    """The file name in a fence's info string: py title="server.py", python:server.py, {.python title='server.py'}."""
    return next(iter(_FILE_NAME.findall(re.sub(r"[:=\"']", " ", info))), "")


def caption_name(caption: str) -> str:
    """The file a caption speaks of: the last one it names."""
    names = _FILE_NAME.findall(re.sub(r"[*`«»\"'()\[\]:,;]", " ", caption))
    return str(names[-1]) if names else ""


def cleaned(listing: Listing) -> Listing:
    """Without what copying puts into code: indentation, numbers, odd spaces, marks of zero width; with the name its first line gives."""
    lines = [re.sub("[\u200b\u200c\u200d\ufeff]", "", line) for line in listing.lines]
    if not listing.parses:
        lines = unnumbered([line.replace("\u00a0", " ") for line in lines])
    margin = min((line[: len(line) - len(line.lstrip(" \t"))] for line in lines if line.strip()), default="", key=len)
    lines = [line[len(margin) :] if line[: len(margin)].isspace() or not line.strip() else line for line in lines]
    first = next((line for line in lines if line.strip()), "")
    named = _FILE_NAME.search(first) if first.lstrip().startswith("#") and len(first) < 80 else None
    return replace(listing, lines=tuple(lines), name=named[1] if named else listing.name, margin=margin)


def parted(listing: Listing) -> list[Listing]:
    """A listing that holds several files one below the other, each under a comment with nothing but its name; else as it is."""
    heads = [(number, match[1]) for number, line in enumerate(listing.lines) if (match := _FILE_HEAD.fullmatch(line))]
    if len({name for _, name in heads}) < 2:
        return [listing]
    starts = [0, *(number for number, _ in heads[1:])]
    slices = [slice(first, last) for first, last in zip(starts, [*starts[1:], len(listing.lines)], strict=True)]
    parts = [
        replace(listing, lines=listing.lines[part], places=listing.places[part], cells=listing.cells[part], name=name)
        for part, (_, name) in zip(slices, heads, strict=True)
    ]
    return parts if all(part.parses for part in parts) or not listing.parses else [listing]


def _joined(pieces: Iterable[Listing]) -> list[Listing]:
    """Indented blocks of one heading: the pieces of a program are put together again, the start of the next program is not.

    A new program begins where a block starts with an import after the one before could stand alone.
    """
    programs: list[Listing] = []
    for piece in pieces:
        begins = re.match(r"(import|from)\s", next((line for line in piece.lines if line.strip()), "")) is not None
        if programs and not (begins and programs[-1].parses) and piece.name in ("", programs[-1].name):
            programs[-1] = glued([programs[-1], piece])
        else:
            programs.append(piece)
    return programs


def glued(pieces: Sequence[Listing]) -> Listing:
    """Several listings as one, a blank line between them, each line still knowing its place.

    Each piece keeps the indentation it has more than the first if Python gets further with it, else it begins at the margin.
    """
    whole = joined_as_they_are(pieces)
    if whole.parses or not any(piece.margin for piece in pieces):
        return whole
    whole = pieces[0]
    for piece in pieces[1:]:
        ways = [joined_as_they_are([whole, piece]), joined_as_they_are([whole, replace(piece, margin="")])]
        whole = max(ways, key=lambda way: read_source(way.text.encode("utf-8", "replace")).reads_up_to)
    return whole


def joined_as_they_are(pieces: Sequence[Listing]) -> Listing:
    """Several listings as one, indented as they are."""
    first, *rest = pieces
    lines, places, cells = list(first.lines), list(first.places), list(first.cells or (first.cell,) * len(first.lines))
    for piece in rest:
        more = piece.margin.removeprefix(first.margin)
        lines += ["", *(more + line if line.strip() else line for line in piece.lines)]
        places += [piece.places[0], *piece.places]
        cells += [piece.cell, *(piece.cells or (piece.cell,) * len(piece.lines))]
    return replace(first, lines=tuple(lines), places=tuple(places), cells=tuple(cells) if len(set(cells)) > 1 else ())
