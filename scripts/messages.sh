#!/usr/bin/env bash
# Collect the words of the code and the templates for translation, or check that each is translated.
#
# Usage: scripts/messages.sh collect|check PYTHON
set -euo pipefail
purpose=$1 python=$PWD/$2
project=$PWD
tree=$(mktemp -d)
trap 'rm -r "$tree"' EXIT

# A tree of its own: what lies beside the sources is not searched, and a check writes nothing.
ln -s "$project"/{delegations,invitations,templates,wsis_forum} "$tree"
cp -r locale "$tree"
cd "$tree"
"$python" "$project/manage.py" makemessages --all --symlinks --ignore tests \
    --no-location --no-obsolete --no-wrap --verbosity 0

if [ "$purpose" = collect ]; then
    cp -r locale "$project"
    exit
fi
missing=0
for file in locale/*/LC_MESSAGES/django.po; do
    left=$(msgattrib --untranslated --no-wrap "$file" && msgattrib --only-fuzzy --no-wrap "$file")
    if [ -n "$left" ]; then
        echo "$file lacks a translation, or has one that nobody has confirmed (fuzzy):" >&2
        grep '^msgid' <<<"$left" | grep -v '^msgid ""$' >&2
        missing=1
    fi
done
[ $missing = 0 ] || echo "make messages collects them; translate them in locale/." >&2
exit $missing
