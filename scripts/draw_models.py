"""Draw the models of both apps and their references as docs/pictures/models.svg, by Graphviz' dot.

A model that refers to none of ours, and to which none refers, is left out.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import django
from django.apps import apps
from django.db.models import Model

PICTURE = Path(__file__).resolve().parent.parent / "docs/pictures/models.svg"
COLOURS = {"invitations": "#dbe9f6", "delegations": "#e4f0dc"}
HEAD = """digraph models {
rankdir=LR; nodesep=0.12; ranksep=0.9;
node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=11, height=0.3];
edge [color="#778899", arrowsize=0.6];
"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wsis_forum.settings")
    django.setup()
    ours = [model for app in COLOURS for model in apps.get_app_config(app).get_models()]
    arrows = sorted({arrow for model in ours for arrow in references(model, ours)})
    drawn = {name for arrow in arrows for name in arrow}
    boxes = [
        f'{model.__name__} [fillcolor="{COLOURS[model._meta.app_label]}"];'
        for model in ours
        if model.__name__ in drawn
    ]
    graph = "\n".join([HEAD, *boxes, *(f"{one} -> {other};" for one, other in arrows), "}"])
    subprocess.run(["dot", "-Tsvg", "-o", PICTURE], input=graph, text=True, check=True)


def references(model: type[Model], ours: list[type[Model]]) -> Iterator[tuple[str, str]]:
    """Yield the names of the model and of each other one to which a field of it refers."""
    for field in model._meta.get_fields():
        other = field.related_model
        if other in ours and other is not model and not field.auto_created:
            yield model.__name__, other.__name__


if __name__ == "__main__":
    main()
