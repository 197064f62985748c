"""Run code nobody trusts: `open_sandbox(files)` gives the best place this machine has for it.

The tiers are `bubblewrap` (namespaces: none of the host's files, network, processes) and `floor` (a process with limits, anywhere).
`model` says what a sandbox is; `opening` chooses one; `bubblewrap` with `recipe` and `seccomp`, `floor_linux` and `floor` are the tiers;
`linux`, `channel` and `folders` are what tiers share; `inside` is the program that runs inside; `prefix` is the student's Python;
`output` and `tracebacks` read what comes back; `doctor` tries it all and says what is missing.
"""

from grading.sandbox.model import Limits, Process, Sandbox, SandboxError, StudentBrokeSandbox, ThreadDump
from grading.sandbox.opening import open_sandbox

__all__ = ["Limits", "Process", "Sandbox", "SandboxError", "StudentBrokeSandbox", "ThreadDump", "open_sandbox"]
