#!/usr/bin/env bash
# Run once by Gradescope when it builds the image. Written by `grade --ci gradescope`; set TEACHER_REPOSITORY before you upload.
set -euo pipefail

TEACHER_REPOSITORY="" # URL of the repository with chat-lab
TEACHER_REF="main"    # a branch or a tag

if [ -z "$TEACHER_REPOSITORY" ]; then
  echo "set TEACHER_REPOSITORY in setup.sh" >&2
  exit 2
fi
apt-get update
apt-get install --yes bubblewrap git python3 python3-venv
git clone --quiet --depth 1 --branch "$TEACHER_REF" -- "$TEACHER_REPOSITORY" /opt/teacher
python3 -I -m venv /opt/grader
/opt/grader/bin/python -I -m pip install /opt/teacher
