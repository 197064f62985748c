"""What a report looks like: one file per output. All of them render `grading.result.Report` and know nothing of how it came about."""
