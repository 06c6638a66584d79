"""View of the tree with ipytree: a node a drawn meter, changed in place and never made again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipytree
import ipywidgets
from markupsafe import Markup

from energy_workbench.widgets.parts import Parts, Retired, put, shown
from energy_workbench.widgets.setup.tree.hand import Hand
from energy_workbench.widgets.setup.tree.model import MORE, Branch, TreeModel

WAITING = Markup('<span class="ew-waiting">…</span>')
"""First child of a meter with others below: it gives the arrow to open it, and the stylesheet hides it."""


class Line(ipytree.Node):
    """A node that is sent to the browser in one message; ipytree's own constructor takes three."""

    def __init__(self, **traits: Any) -> None:
        ipywidgets.Widget.__init__(self, **traits)


class TreeView:
    """Draws the branches of a model.

    Branches are opened and a meter is chosen in the browser; both are taken from there.
    """

    def __init__(self, model: TreeModel, make: Parts) -> None:
        self.model = model
        self.tree = ipytree.Tree(multiple_selection=False, animation=0, layout=make.layout)
        self.tree._dom_classes = ("ew-tree",)
        self.mark = make.text("ew-rule")
        self.hand = Hand(layout=make.layout)
        self.none = make.text("ew-note ew-none")
        self.widget = make.box([self.mark, self.hand, self.none, self.tree], "ew-tree-box")
        self._nodes: dict[str, ipytree.Node] = {}
        self._keys: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        self._left: list[ipytree.Node] = []
        self._retired = Retired()
        self._writing = False
        self.tree.observe(self._chosen, "selected_nodes")
        model.observe(lambda _: self.draw(), ["branches", "empty"])
        model.observe(lambda _: self._select(), "selected")
        self.draw()

    def draw(self) -> None:
        """Bring the nodes in line with the model's branches."""
        self._writing = True
        try:
            kept: set[str] = set()
            roots = tuple(self._node(branch, kept) for branch in self.model.branches)
            if roots != self.tree.nodes:
                self.tree.nodes = roots
            for key in self._nodes.keys() - kept:
                self._forget(key)
                self._parents.pop(key, None)
            self._retired.retire(self._left)
            self._left = []
            put(
                self.none,
                Markup('<p class="ew-hint">{}</p>').format(self.model.empty) if self.model.empty else Markup(),
            )
            shown(self.none, bool(self.model.empty))
            self._select()
        finally:
            self._writing = False

    def meter(self, line: str) -> str:
        """Id of the meter that is drawn in a line of the browser's; empty for none."""
        key = next((key for key, node in self._nodes.items() if node._id == line), "")
        return key if key in self.model.meters else ""

    def selector(self) -> str:
        """CSS selector of the chosen meter's line; empty where it is not drawn."""
        node = self._nodes.get(self.model.selected)
        return f'.ew-tree li[id="{node._id}"] > .jstree-wholerow' if node else ""

    def _node(self, branch: Branch, kept: set[str], parent: str = "", *, anew: bool = False) -> ipytree.Node:
        """The node of a branch.

        One that hangs elsewhere now is made anew, with all below it: in the browser a node is known by its id, and
        its new parent may be drawn before its old one lets go of it.
        """
        key = branch.id
        kept.add(key)
        anew = anew or self._parents.get(key, parent) != parent
        self._parents[key] = parent
        if anew:
            self._forget(key)
        children = tuple(self._node(child, kept, key, anew=anew) for child in branch.children)
        if branch.waiting:
            children = (self._waiting(key, kept, anew=anew), *children)
        node = self._nodes.get(key)
        if node is None:
            node = self._make(
                key,
                name=branch.label,
                icon=f"ew-{branch.mark}",
                show_icon=bool(branch.mark),
                opened=branch.opened,
                nodes=children,
            )
            node.observe(self._opened, "opened")
            return node
        if node.nodes != children:
            node.nodes = children
        for name, value in (("name", branch.label), ("icon", f"ew-{branch.mark}"), ("opened", branch.opened)):
            if getattr(node, name) != value:
                setattr(node, name, value)
        return node

    def _waiting(self, key: str, kept: set[str], *, anew: bool) -> ipytree.Node:
        key += "+waiting"
        kept.add(key)
        if anew:
            self._forget(key)
        return self._nodes.get(key) or self._make(key, name=WAITING, show_icon=False, disabled=True)

    def _make(self, key: str, **traits: Any) -> ipytree.Node:
        node = Line(open_icon="ew-closed", close_icon="ew-opened", **traits)
        self._nodes[key] = node
        self._keys[node.model_id] = key
        return node

    def _forget(self, key: str) -> None:
        node = self._nodes.pop(key, None)
        if node is not None:
            self._keys.pop(node.model_id, None)
            self._left.append(node)

    def _opened(self, change: dict[str, Any]) -> None:
        if not self._writing:
            self.model.set_open(self._keys[change["owner"].model_id], bool(change["new"]))

    def _chosen(self, change: dict[str, Any]) -> None:
        nodes: Sequence[Any] = change["new"]
        key = self._keys.get(nodes[-1].model_id, "") if nodes else ""
        if self._writing or not key:
            return
        if key.endswith(MORE):
            nodes[-1].selected = False
            self.model.more(key.removesuffix(MORE))
        elif key in self.model.meters:
            self.model.selected = key

    def _select(self) -> None:
        """Mark the chosen meter by a rule of style.

        ipytree tells back what is selected from here as if somebody had clicked it, late and out of turn.
        """
        for key, node in self._nodes.items():
            if node.selected and key != self.model.selected:
                node.selected = False
        wanted = self._nodes.get(self.model.selected)
        put(self.mark, _rule(wanted._id) if wanted else Markup())
        self.hand.chosen = wanted._id if wanted else ""


def _rule(node: str) -> Markup:
    return Markup(
        '<style>.ew-tree.jstree li[id="{0}"] > .jstree-wholerow.jstree-wholerow {{ background: var(--chosen); '
        'box-shadow: inset 3px 0 var(--accent); }} .ew-tree.jstree li[id="{0}"] > .jstree-anchor '
        "{{ font-weight: 650; }}</style>"
    ).format(node)
