"""
Interface texts: compiles the catalogues, and finds what is not translated.

Interface texts are written in Japanese, in place; ``locale/<language>/LC_MESSAGES/django.po`` holds the other
languages. ``texts_missing`` reads templates as Django does and Python by its syntax tree, so nothing has to
be extracted by hand and a forgotten translation fails the tests.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from django.conf import settings
from django.template import Node, NodeList, Template, engines
from django.template.base import FilterExpression, TextNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.functional import Promise
from django.utils.translation import to_locale, trans_real

HOUSE = Path(__file__).resolve().parent.parent

_CALLS: dict[str, tuple[str, ...]] = {
    # What each argument is, by position.
    "_": ("text",),
    "gettext": ("text",),
    "gettext_lazy": ("text",),
    "gettext_noop": ("text",),
    "ngettext": ("text", "plural"),
    "ngettext_lazy": ("text", "plural"),
    "pgettext": ("context", "text"),
    "pgettext_lazy": ("context", "text"),
    "npgettext": ("context", "text", "plural"),
    "npgettext_lazy": ("context", "text", "plural"),
}
_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ一-鿿々〆ー]+[^<>{}\n]*")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|\{(\w+)\}")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_IN_QUOTES = re.compile(r"""_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\)""")
_LITERAL = re.compile(r""""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'""")
JAPANESE_ONLY = "{# texts: japanese only #}"
"""Put on the first line of a template whose text is Japanese by law, such as an official letter."""


class TextsUnwritable(Exception):
    """A catalogue has to be compiled, but its folder cannot be written."""


def texts_compile(root: Path = HOUSE) -> list[Path]:
    """
    Compile every catalogue under a folder that has no ``.mo`` or one older than its ``.po``.

    :returns: the ``.mo`` files that were written.
    :raises TextsUnwritable: a ``.mo`` is missing and its folder cannot be written; an older one is left as it is.
    """
    written = []
    for source in sorted(root.glob("**/locale/*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        try:
            _compile(source, target)
        except PermissionError as refused:
            if not target.exists():
                raise TextsUnwritable(
                    f"{target} cannot be written: run `make setup` as the owner"
                ) from refused
        except OSError as refused:
            # A read-only file system says EROFS, which is no PermissionError.
            if not target.exists():
                raise TextsUnwritable(f"{target} cannot be written: {refused.strerror}") from refused
        else:
            written.append(target)
    if written:
        # Whoever asked for a text before now remembered that there was none.
        trans_real._translations = {}  # type: ignore[attr-defined]
        trans_real._default = None  # type: ignore[attr-defined]
    return written


def _compile(source: Path, target: Path) -> None:
    catalogue = polib.pofile(str(source))
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".django-", suffix=".mo")
    os.close(handle)
    try:
        catalogue.save_as_mofile(name)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """One text of the interface: ``key`` is (context, msgid), ``plural`` its second form."""

    where: str
    text: str
    context: str = ""
    plural: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What a catalogue finds it by."""
        return self.context, self.text


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something to put right: ``kind`` is untranslated, literal, unused, placeholder or dynamic."""

    where: str
    kind: str
    language: str
    text: str

    def __str__(self) -> str:
        advice = {
            "untranslated": f"write msgstr in the {self.language} catalogue",
            "literal": "put the Japanese into {% translate %} or _()",
            "unused": f"take it out of the {self.language} catalogue",
            "placeholder": f"the {self.language} text has other placeholders than the Japanese",
            "dynamic": "a text for translation must be a plain string; fill it with % or format afterwards",
        }[self.kind]
        return f"{self.where}: {self.kind}: {self.text!r}: {advice}"


@dataclass(slots=True)
class TextsReport:
    """What ``texts_missing`` found; empty ``problems`` is what a test asks for."""

    texts: list[Text] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems)) or "all texts are translated"

    def of_kind(self, kind: str) -> list[Problem]:
        """Give the problems of one kind."""
        return [problem for problem in self.problems if problem.kind == kind]


def texts_missing(apps: Iterable[str] = ("madoguchi",), *, base: Path = HOUSE.parent) -> TextsReport:
    """
    Find texts without translation, Japanese outside translation, and translations without text.

    :param apps: dotted names of packages, read with all their sub-packages; their catalogues count together.
        Catalogues of the rest of the house count too, but only those of ``apps`` are searched for what is unused.
    :param base: paths in the report are relative to this folder.
    """
    roots = [_package_dir(name) for name in apps]
    report = TextsReport()
    for root in roots:
        for path in sorted(root.rglob("*")):
            if "migrations" in path.parts or "node_modules" in path.parts or not path.is_file():
                continue
            if path.suffix == ".py":
                _python_read(path, base, report)
            elif "templates" in path.parts and path.suffix in {".html", ".txt"}:
                _template_read(path, base, report)
    report.texts.sort()
    for language, _ in settings.LANGUAGES:
        if language != "ja":
            _catalogues_compare(str(language), roots, base, report)
    report.problems = sorted(set(report.problems))
    return report


def _package_dir(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{name} is not a package")
    return Path(next(iter(spec.submodule_search_locations))).resolve()


def _where(path: Path, base: Path, line: int) -> str:
    shown = path.relative_to(base) if path.is_relative_to(base) else path
    return f"{shown}:{line}"


# --- Python ---


def _python_read(path: Path, base: Path, report: TextsReport) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Call):
            _call_read(node, path, base, report)
        elif isinstance(node, ast.ClassDef):
            report.texts.extend(_refusals(node, path, base))


def _call_read(node: ast.Call, path: Path, base: Path, report: TextsReport) -> None:
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    roles = _CALLS.get(name)
    if roles is None or len(node.args) < len(roles):
        return
    where = _where(path, base, node.lineno)
    found = {}
    for role, argument in zip(roles, node.args, strict=False):
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            found[role] = argument.value
        elif isinstance(argument, ast.JoinedStr | ast.BinOp):
            report.problems.append(Problem(where, "dynamic", "", ast.unparse(argument)))
            return
        else:
            # A variable: its text was marked where it was written.
            return
    report.texts.append(Text(where, found["text"], found.get("context", ""), found.get("plural", "")))


def _refusals(node: ast.ClassDef, path: Path, base: Path) -> Iterator[Text]:
    """Give the sentences of a refusal (``class X(Refused): texts = {…}``), which pages translate by code."""
    if not any(getattr(parent, "id", getattr(parent, "attr", "")) == "Refused" for parent in node.bases):
        return
    for part in node.body:
        target: ast.expr
        if isinstance(part, ast.AnnAssign):
            target = part.target
        elif isinstance(part, ast.Assign):
            target = part.targets[0]
        else:
            continue
        if getattr(target, "id", "") == "texts" and isinstance(part.value, ast.Dict):
            for value in part.value.values:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield Text(_where(path, base, value.lineno), value.value)


# --- templates ---


def _template_read(path: Path, base: Path, report: TextsReport) -> None:
    source = path.read_text(encoding="utf-8")
    lint = not source.startswith(JAPANESE_ONLY)
    engine = engines["django"].engine  # type: ignore[attr-defined]
    nodes = Template(source, engine=engine, name=str(path)).nodelist
    _nodes_read(nodes, path, base, report, lint=lint)


def _nodes_read(value: object, path: Path, base: Path, report: TextsReport, *, lint: bool) -> None:
    """Walk a node tree, through every attribute that can hold nodes or expressions."""
    if isinstance(value, NodeList | list | tuple):
        for item in value:
            _nodes_read(item, path, base, report, lint=lint)
    elif isinstance(value, dict):
        _nodes_read(list(value.values()), path, base, report, lint=lint)
    elif isinstance(value, TextNode):
        if lint:
            _literal_lint(_COMMENT.sub(_blanked, value.s), _line(value), path, base, report)
    elif isinstance(value, TranslateNode | BlockTranslateNode):
        report.texts.append(_translate_text(value, path, base))
        for name in ("extra_context", "counter"):
            _nodes_read(getattr(value, name, None), path, base, report, lint=lint)
    elif isinstance(value, Node):
        _argument_lint(value, path, base, report, lint=lint)
        for inner in _inner(value):
            _nodes_read(inner, path, base, report, lint=lint)


def _inner(node: Node) -> list[object]:
    """Give what a node holds: other nodes, and the raw text of its tag for ``_("…")``."""
    names = list(getattr(node, "__dict__", {}))
    return [getattr(node, name) for name in names if name not in {"token", "origin", "parent"}]


def _line(node: Node) -> int:
    token = getattr(node, "token", None)
    return token.lineno if token is not None else 1


def _blanked(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found.group())


def _literal_lint(text: str, line: int, path: Path, base: Path, report: TextsReport) -> None:
    for found in _JAPANESE.finditer(text):
        at = line + text.count("\n", 0, found.start())
        report.problems.append(Problem(_where(path, base, at), "literal", "ja", found.group().strip()))


def _argument_lint(node: Node, path: Path, base: Path, report: TextsReport, *, lint: bool) -> None:
    """Look at the tag as it was written: ``_("…")`` is a text, any other Japanese argument is a slip."""
    token = getattr(node, "token", None)
    if token is None:
        return
    where = _where(path, base, token.lineno)
    _expression_read(token.contents, where, report, lint=lint)


def _expression_read(contents: str, where: str, report: TextsReport, *, lint: bool) -> None:
    for found in _IN_QUOTES.finditer(contents):
        text = found.group(1)[1:-1].replace("%", "%%")
        report.texts.append(Text(where, text))
    for found in _LITERAL.finditer(_IN_QUOTES.sub("", contents)):
        literal = found.group(1) or found.group(2) or ""
        if lint and _JAPANESE.search(literal):
            report.problems.append(Problem(where, "literal", "ja", literal))


def _translate_text(node: TranslateNode | BlockTranslateNode, path: Path, base: Path) -> Text:
    where = _where(path, base, _line(node))
    context = _constant(getattr(node, "message_context", None))
    if isinstance(node, BlockTranslateNode):
        singular, _ = node.render_token_list(node.singular)
        plural = node.render_token_list(node.plural)[0] if node.plural and node.countervar else ""
        return Text(where, singular, context, plural)
    return Text(where, _constant(node.filter_expression).replace("%", "%%"), context)


def _constant(expression: FilterExpression | None) -> str:
    if expression is None:
        return ""
    value = expression.var
    literal = getattr(value, "literal", value)
    return str(literal) if isinstance(literal, str) and not isinstance(literal, Promise) else ""


# --- catalogues ---


def _catalogues_compare(language: str, roots: list[Path], base: Path, report: TextsReport) -> None:
    name = f"locale/{to_locale(language)}/LC_MESSAGES/django.po"
    own = sorted({path for root in roots for path in root.glob(f"**/{name}")})
    rest = sorted(set(HOUSE.glob(f"**/{name}")) - set(own))
    translated: dict[tuple[str, str], polib.POEntry] = {}
    entries = [(path, entry) for path in [*rest, *own] for entry in polib.pofile(str(path))]
    for _, entry in entries:
        if not entry.obsolete and entry.translated():
            translated[(entry.msgctxt or "", entry.msgid)] = entry
    for text in report.texts:
        entry = translated.get(text.key)
        if not text.text:
            continue
        if entry is None or (text.plural and not (entry.msgstr_plural and all(entry.msgstr_plural.values()))):
            report.problems.append(Problem(text.where, "untranslated", language, text.text))
        elif _placeholders_differ(entry):
            report.problems.append(Problem(text.where, "placeholder", language, text.text))
    used = {text.key for text in report.texts}
    for path, entry in entries:
        # Texts without Japanese belong to other packages, whose wording we only replace.
        if path in own and (entry.msgctxt or "", entry.msgid) not in used and _JAPANESE.search(entry.msgid):
            report.problems.append(
                Problem(_where(path, base, entry.linenum), "unused", language, entry.msgid)
            )


def _placeholders_differ(entry: polib.POEntry) -> bool:
    wanted = set(_PLACEHOLDER.findall(entry.msgid)) | set(_PLACEHOLDER.findall(entry.msgid_plural or ""))
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    return any(not set(_PLACEHOLDER.findall(text)) <= wanted for text in texts) or (
        not entry.msgid_plural and set(_PLACEHOLDER.findall(entry.msgstr)) != wanted
    )
