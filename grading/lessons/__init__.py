"""What the notebooks of the course import: checks, live conversations and a glossary inside a cell.

The same engine as `grade`, in the same sandbox: a server that hangs hangs there, never in the kernel. Needs no Jupyter to be imported.
"""

from grading.lessons.shown import LessonError, Shown
from grading.lessons.talks import talk
from grading.lessons.terms import glossary, quote
from grading.lessons.verdicts import NotYet, check, look

__all__ = ["LessonError", "NotYet", "Shown", "check", "glossary", "look", "quote", "talk"]
