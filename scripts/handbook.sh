#!/usr/bin/env bash
# Build the secretariat's handbook in each language that it is written in, or look up its words.
#
# Usage: scripts/handbook.sh build|spell BIN
# Leaves BIN/../share/handbook/LANGUAGE, and beside them the file `built`.
set -euo pipefail
purpose=$1 bin=$2 target=$2/../share/handbook
declare -A dictionaries=([en]=en_GB [fr]=fr) titles=([en]=Handbook [fr]=Manuel)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

sphinx() { # LANGUAGE BUILDER OPTION…
    "$bin/sphinx-build" --quiet --fail-on-warning --keep-going --doctree-dir "$work/trees-$1-$2" \
        --conf-dir docs/handbook --builder "$2" --define "language=$1" \
        --define "html_title=${titles[$1]}" "${@:3}" \
        "docs/handbook/$1" "$work/$1"
}

for language in "${!dictionaries[@]}"; do
    if [ "$purpose" = build ]; then
        sphinx "$language" html
    else
        sphinx "$language" spelling --define extensions=myst_parser,sphinxcontrib.spelling \
            --define "spelling_lang=${dictionaries[$language]}" \
            --define spelling_warning=1 --define spelling_word_list_filename=../words.txt
    fi
done
if [ "$purpose" = build ]; then
    # What was served until now goes when all of the new is there.
    rm -rf "$target"
    mkdir -p "$(dirname "$target")"
    rm -rf "$work"/trees-*
    cp -r "$work" "$target"
    chmod -R a+rX "$target"
    touch "$target/built"
fi
