"""What a report looks like: one file per output. All of them render `grading.result.Report` and know nothing of how it came about."""

FORMATS = ("terminal", "json", "html", "junit", "github", "gitlab", "gradescope", "classroom50")
"""What `--format` takes; `formats` knows what each of them is."""
