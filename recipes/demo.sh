#!/usr/bin/env bash
# What `make demo` runs, from the repository's root: demo.sh BIN_FOLDER DEMO_FOLDER. Offline; a second run finds every result.
set -euo pipefail
export PATH="$PWD/$1:$PATH" CORPORA_HOME="$PWD/$2/home" OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
started=$SECONDS
say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; "$@"; }

say corpora toy-tasks "$2/tasks"
say trainer study run recipes/demo.toml
say corpora list
say corpora report toy toy-tokens toy-10pct toy-shuffle toy-generate toy-typos --out "$2/datasets.html"
cp "$2/study/report.html" "$2/report.html"

cat <<END

Done in $(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s. Results:
  $2/report.html     a picture for each question with intervals, then every figure and table, measured on generated text
  $2/datasets.html   the transfer datasets side by side: lengths, frequencies, rows before and after each noise
  $2/home            the datasets (export CORPORA_HOME=$2/home; corpora list)
  $2/study           the teacher, a student for each dataset, every score

What to try next:
  source $1/activate; export CORPORA_HOME=$2/home
  corpora transform keyboard-typos toy-tokens --rate 0.3 --preview 5       see a noise before you build it
  corpora build tbc --folder YOUR_BOOKS                                    EPUB and TXT, 20,000 words or more
  corpora new transform my-noise                                           a noise of your own

What the demo shows (trainer study answers recipes/demo.toml):
END
trainer study answers recipes/demo.toml
