# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role documents is what it takes, and what it passes on is what the modules take.

The tasks of all roles are read, not run. An option of a module that gets a variable of the role as it is must be documented
by the role with the same type and choices. Values that are written into the tasks must be values of the option.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from jinja2 import nodes

from ansible_collections.mmops.mattermost.tests.support.guard import COLLECTION, ON_CONTROLLER
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

ROLES = sorted(path.parent.parent for path in (ROOT / "roles").glob("*/tasks/main.yml"))
PLUGINS = "ansible_collections.mmops.mattermost.plugins"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
CONNECTION_DEFAULTS = "group/mmops.mattermost.in_roles"
INCLUDES = ("ansible.builtin.include_tasks", "ansible.builtin.import_tasks")

each_role = pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)


@dataclass(frozen=True)
class Call:
    """A task of a role that calls a module of this collection."""

    file: Path
    task: dict[str, Any]
    module: str
    #: Value of the module_defaults for the connection.
    connection: Any

    @property
    def arguments(self) -> dict[str, Any]:
        return self.task[COLLECTION + self.module] or {}

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}, {self.task.get('name')!r}"


@cache
def module_rules(module: str) -> dict[str, Any]:
    code = importlib.import_module(f"{PLUGINS}.modules.{module}")
    return code.SUBJECT.rules if hasattr(code, "SUBJECT") else {}


@cache
def module_options(module: str) -> dict[str, Any]:
    code = importlib.import_module(f"{PLUGINS}.modules.{module}")
    # Some do all of their work on the controller.
    return code.SUBJECT.options if hasattr(code, "SUBJECT") else importlib.import_module(f"{PLUGINS}.action.{module}").OPTIONS


@cache
def documented(role: Path) -> dict[str, Any]:
    specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    return specs["argument_specs"]["main"]["options"]


@cache
def defaults(role: Path) -> dict[str, Any]:
    return yaml.safe_load((role / "defaults" / "main.yml").read_text(encoding="utf-8"))


@cache
def tasks(file: Path) -> list[dict[str, Any]]:
    return yaml.safe_load(file.read_text(encoding="utf-8")) or []


def task_files(role: Path) -> list[Path]:
    return sorted([*(role / "tasks").rglob("*.yml"), *(role / "handlers").rglob("*.yml")])


def all_tasks(listed: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for task in listed:
        yield task
        for section in ("block", "rescue", "always"):
            yield from all_tasks(task.get(section, []))


def included(role: Path, task: dict[str, Any]) -> list[Path]:
    """The files of the role that the task includes. A template in a name stands for anything."""
    for include in INCLUDES:
        if include in task:
            name = task[include] if isinstance(task[include], str) else task[include]["file"]
            literal = re.split(r"{{.*?}}", name)
            if not any(literal):
                # A file of the user.
                return []
            pattern = "[^/]+".join(map(re.escape, literal))
            return [file for file in task_files(role) if re.fullmatch(pattern, str(file.relative_to(role / "tasks")))]
    return []


def module_calls(
    role: Path, file: Path, listed: list[dict[str, Any]], connection: Any = None, above: tuple[Path, ...] = ()
) -> Iterator[Call]:
    """All calls from the file on, the files that it includes as well."""
    for task in listed:
        here = task.get("module_defaults", {}).get(CONNECTION_DEFAULTS, connection)
        yield from (Call(file, task, key.removeprefix(COLLECTION), here) for key in task if key.startswith(COLLECTION))
        for section in ("block", "rescue", "always"):
            yield from module_calls(role, file, task.get(section, []), here, above)
        for other in included(role, task):
            if other not in (*above, file):
                yield from module_calls(role, other, tasks(other), here, (*above, file))


@cache
def calls(role: Path) -> list[Call]:
    main = role / "tasks" / "main.yml"
    return list(module_calls(role, main, tasks(main)))


# Values

JINJA = jinja2.Environment(autoescape=True)


def is_template(value: Any) -> bool:
    return isinstance(value, str) and "{{" in value


def expression(template: str) -> nodes.Node | None:
    """The expression that the template consists of, if it is nothing else."""
    body = JINJA.parse(template.strip()).body
    if len(body) == 1 and isinstance(body[0], nodes.Output) and len(body[0].nodes) == 1:
        return body[0].nodes[0]
    return None


def is_omit(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "omit"


def straight(node: nodes.Node | None) -> nodes.Name | nodes.Getattr | None:
    """What is passed on as it is, whether or not it can be left out: ``x``, ``item.x``, ``x | default(omit)``, ``x or omit``,
    ``x if ... else omit``. None if it is made up from other things.
    """
    match node:
        case nodes.Name() if not is_omit(node):
            return node
        case nodes.Getattr(node=nodes.Name()):
            return node
        case nodes.Filter(name="default", node=inner, args=[first, *_]) if is_omit(first):
            return straight(inner)
        case nodes.Or(left=left, right=right) if is_omit(right):
            return straight(left)
        case nodes.CondExpr(expr1=one, expr2=other) if other is not None and is_omit(other):
            return straight(one)
        case nodes.CondExpr(expr1=one, expr2=other) if is_omit(one):
            return straight(other)
    return None


def fixed_values(node: nodes.Node | None) -> Iterator[Any]:
    """Values that a template chooses from, like the two in ``'absent' if x else 'disabled'``."""
    match node:
        case nodes.CondExpr(expr1=one, expr2=other):
            yield from fixed_values(one)
            yield from fixed_values(other)
        case nodes.Const(value=value):
            yield value
        case nodes.List(items=items):
            yield [item.value for item in items if isinstance(item, nodes.Const)]


def names_in(value: Any) -> set[str]:
    """All variables that the templates in a value refer to."""
    if isinstance(value, dict):
        return set().union(*map(names_in, [*value.keys(), *value.values()]))
    if isinstance(value, list):
        return set().union(*map(names_in, value))
    if isinstance(value, str) and "{{" in value:
        return {node.name for node in JINJA.parse(value).find_all(nodes.Name)}
    return set()


@cache
def sources(role: Path) -> dict[str, set[str]]:
    """For each variable that the tasks make, the variables that it is made of."""
    found: dict[str, set[str]] = {}
    for file in task_files(role):
        for task in all_tasks(tasks(file)):
            made = {**task.get("vars", {}), **task.get("ansible.builtin.set_fact", {})}
            for name, value in made.items():
                found.setdefault(name, set()).update(names_in(value) - {name})
            if "loop" in task and (name := task.get("loop_control", {}).get("loop_var")):
                found.setdefault(name, set()).update(names_in(task["loop"]))
            if "register" in task:
                parts = {key: value for key, value in task.items() if key not in ("when", "vars", "name")}
                found.setdefault(task["register"], set()).update(names_in(parts) - {task["register"]})
    return found


def origins(role: Path, names: set[str]) -> set[str]:
    """The variables of the role that the given ones are made of, in the end."""
    seen: set[str] = set()
    ahead = set(names)
    while ahead:
        name = ahead.pop()
        seen.add(name)
        ahead |= sources(role).get(name, set()) - seen
    return seen & documented(role).keys()


def given_for(role: Path, call: Call, template: str) -> list[tuple[str, dict[str, Any]]]:
    """The documented options, with their names, that a template passes on as they are."""
    options = documented(role)
    match straight(expression(template)):
        case nodes.Name(name=name) if name in options:
            return [(name, options[name])]
        case nodes.Name(name=name) if name == "item" and "loop" in call.task:
            # An element of a list of the role, if the loop takes it as it is.
            looped = straight(expression(call.task["loop"])) if is_template(call.task["loop"]) else None
            if isinstance(looped, nodes.Name) and looped.name in options:
                spec = options[looped.name]
                return [
                    (
                        f"{looped.name}[]",
                        {"type": spec.get("elements"), **{key: spec[key] for key in ("choices", "options") if key in spec}},
                    )
                ]
        case nodes.Getattr(node=nodes.Name(name=name), attr=part):
            path = [part]
            names = {name}
            if name == "item":
                names = names_in(call.task.get("loop"))
                looped = straight(expression(call.task["loop"])) if is_template(call.task.get("loop")) else None
                if isinstance(looped, nodes.Getattr):
                    # A list inside of an element of a list.
                    path.insert(0, looped.attr)
            found = ((origin, inner(options[origin], path)) for origin in sorted(origins(role, names)))
            return [(".".join([origin, *path]), spec) for origin, spec in found if spec]
    return []


def inner(spec: dict[str, Any], path: list[str]) -> dict[str, Any] | None:
    for part in path:
        spec = spec.get("options", {}).get(part)
        if spec is None:
            return None
    return spec


def built_from(role: Path, template: str) -> list[tuple[str, dict[str, Any]]]:
    """The documented options with options of their own that users, or the like, are made from."""
    return [
        (name, documented(role)[name])
        for name in sorted(origins(role, names_in(template)))
        if "options" in documented(role)[name]
    ]


def can_be_left_out(template: str) -> bool:
    """Whether the module then takes its own default."""
    node = expression(template)
    return node is not None and any(map(is_omit, node.find_all(nodes.Name)))


def differences(option: str, taken: dict[str, Any], name: str, given: dict[str, Any]) -> Iterator[str]:
    """What differs between the option that a module takes and the one that a role documents."""
    for part in ("type", "elements"):
        default = "str" if part == "type" else None
        if taken.get(part, default) != given.get(part, default):
            yield f"{name} has the {part} {given.get(part)}, the option {option} has {taken.get(part)}"
    if sorted(taken.get("choices") or []) != sorted(given.get("choices") or []):
        yield f"{name} has the choices {given.get('choices')}, the option {option} has {taken.get('choices')}"
    ours, theirs = given.get("options") or {}, taken.get("options") or {}
    if ours.keys() != theirs.keys():
        yield (f"{name} and the option {option} differ in {', '.join(sorted(ours.keys() ^ theirs.keys()))}")
    for part in sorted(ours.keys() & theirs.keys()):
        yield from differences(f"{option}.{part}", theirs[part], f"{name}.{part}", ours[part])
        for word, absent in (("default", None), ("required", False)):
            # The module fills in what is left out.
            told, true = ours[part].get(word, absent), theirs[part].get(word, absent)
            if told != true:
                yield f"{name}.{part} has {word}: {told}, the option {option}.{part} has {true}"


def literal_problems(option: str, spec: dict[str, Any], value: Any) -> Iterator[str]:
    """What a module would say about values that are written into a task. Templates in them are left out."""
    if is_template(value) or value is None:
        return
    nested = spec.get("options")
    if nested and isinstance(value, dict):
        values = [value]
    elif nested and isinstance(value, list):
        values = [element for element in value if isinstance(element, dict)]
    else:
        values = []
    for part in values:
        for key in part:
            if key not in nested:
                yield f"{option} has no option {key}"
            else:
                yield from literal_problems(f"{option}.{key}", nested[key], part[key])
    if values:
        return
    if isinstance(value, list):
        value = [element for element in value if not names_in(element)]
    elif names_in(value):
        return
    errors = ArgumentSpecValidator({option: {k: v for k, v in spec.items() if k != "no_log"}}).validate({option: value}).errors
    yield from (error.msg for error in errors.errors)


def call_problems(role: Path, call: Call) -> Iterator[str]:
    options = module_options(call.module)
    for option, value in call.arguments.items():
        if option not in options:
            yield f"{call.module} has no option {option}"
            continue
        yield from literal_problems(option, options[option], value)
        if is_template(value):
            for fixed in fixed_values(expression(value)):
                yield from literal_problems(option, options[option], fixed)
            passed = given_for(role, call, value)
            for name, given in passed:
                yield from differences(option, options[option], name, given)
                told, true = given.get("default"), options[option].get("default")
                if "." in name and can_be_left_out(value) and told != true:
                    yield f"{name} has default: {told}, the option {option} has {true}"
            if not passed and "options" in options[option]:
                for name, given in built_from(role, value):
                    for part in sorted(given["options"].keys() & options[option]["options"].keys()):
                        taken = options[option]["options"][part]
                        yield from differences(f"{option}.{part}", taken, f"{name}.{part}", given["options"][part])
    for option, spec in options.items():
        if spec.get("required") and option not in call.arguments:
            yield f"{call.module} requires {option}"
    for alternatives in module_rules(call.module).get("required_one_of", []):
        if not set(alternatives) & call.arguments.keys():
            yield f"{call.module} requires one of {', '.join(alternatives)}"


# Tests


def test_there_are_roles() -> None:
    assert {"access_review", "mfa_enforcement", "token_rotation"} <= {role.name for role in ROLES}


@each_role
def test_every_call_is_found(role: Path) -> None:
    """A file that nothing includes, or whose include is not understood, would not be tested."""
    text = "".join(file.read_text(encoding="utf-8") for file in task_files(role))
    written = re.findall(rf"^[ -]*{re.escape(COLLECTION)}(\w+):", text, re.MULTILINE)
    assert written
    assert set(written) <= set(MODULES)
    assert len({(call.file, str(call.task)) for call in calls(role)}) == len(written)


@each_role
def test_roles_pass_on_values_as_the_modules_take_them(role: Path) -> None:
    assert [f"{call}: {problem}" for call in calls(role) for problem in call_problems(role, call)] == []


@each_role
def test_every_call_has_the_connection_of_the_role(role: Path) -> None:
    without = [
        str(call)
        for call in calls(role)
        if COLLECTION + call.module not in ON_CONTROLLER
        and call.connection != f"{{{{ {role.name}_connection | mmops.mattermost.connection }}}}"
    ]
    assert without == []
    assert documented(role)[f"{role.name}_connection"]["type"] == "dict"
    assert defaults(role)[f"{role.name}_connection"] == {}


@each_role
def test_secrets_are_hidden_by_default(role: Path) -> None:
    """A role whose tasks carry secrets has a switch for that; where no task hides anything, there is none."""
    switch = f"{role.name}_secure_logging"
    hides = any(f'no_log: "{{{{ {switch} }}}}"' in file.read_text(encoding="utf-8") for file in task_files(role))
    assert defaults(role).get(switch) is (True if hides else None)


@each_role
def test_defaults_are_those_that_are_documented(role: Path) -> None:
    told = {name: spec["default"] for name, spec in documented(role).items() if "default" in spec}
    # A default that is worked out is told in words.
    fixed = {name: value for name, value in defaults(role).items() if not names_in(value)}
    assert fixed == told
    computed = defaults(role).keys() - fixed.keys()
    assert computed <= documented(role).keys()
    assert [name for name in computed if documented(role)[name].get("required")] == []


@each_role
def test_a_required_variable_has_no_default(role: Path) -> None:
    assert [name for name, spec in documented(role).items() if spec.get("required") and name in defaults(role)] == []


@each_role
def test_variables_have_the_name_of_the_role_before_theirs(role: Path) -> None:
    assert [name for name in documented(role).keys() | defaults(role).keys() if not name.startswith(f"{role.name}_")] == []


@each_role
def test_the_readme_names_every_variable(role: Path) -> None:
    text = (role / "README.md").read_text(encoding="utf-8")
    assert [name for name in documented(role) if f"`{name}`" not in text] == []


@each_role
def test_the_readme_names_no_other_variable(role: Path) -> None:
    text = (role / "README.md").read_text(encoding="utf-8")
    # A value may look like a variable.
    values = {value for value in defaults(role).values() if isinstance(value, str)}
    assert set(re.findall(rf"`({role.name}_\w+)`", text)) <= documented(role).keys() | sources(role).keys() | values


@each_role
def test_every_variable_is_used(role: Path) -> None:
    checks = ROOT / "plugins" / "plugin_utils" / "_role_problems.py"
    files = [*task_files(role), *(role / "templates").rglob("*"), checks]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files if file.is_file())
    assert [name for name in documented(role) if not re.search(rf"\b{name}\b", text)] == []


def conditions(task: dict[str, Any]) -> Iterator[str]:
    """Expressions that are written without braces."""
    for value in (
        task.get("when"),
        task.get("failed_when"),
        task.get("changed_when"),
        task.get("until"),
        (task.get("ansible.builtin.assert") or {}).get("that"),
    ):
        yield from (str(part) for part in (value if isinstance(value, list) else [value]) if part is not None)


def templates(value: Any) -> Iterator[str]:
    """All templates in a value. Ansible itself makes a truth value of ``no_log``, and nested tasks have their turn."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key not in ("no_log", "block", "rescue", "always"):
                yield from templates(part)
    elif isinstance(value, list):
        for part in value:
            yield from templates(part)
    elif is_template(value):
        yield value


def untyped(tree: nodes.Template, types: dict[str, str]) -> Iterator[str]:
    """Variables of these types that are used as they come, other than to print them or to pass them on."""
    typed = {"bool": "bool", "int": "int", "float": "float"}
    fine = {
        id(found.node)
        for found in tree.find_all(nodes.Filter)
        if isinstance(found.node, nodes.Name) and typed.get(types.get(found.node.name, "")) == found.name
    }
    fine |= {id(part) for output in tree.find_all(nodes.Output) for part in output.nodes}
    return (name.name for name in tree.find_all(nodes.Name) if types.get(name.name) in typed and id(name) not in fine)


@each_role
def test_numbers_and_truth_values_may_come_as_text(role: Path) -> None:
    """As from the command line, where ``-e deactivate=false`` is a text, and so true."""
    types = {name: spec["type"] for name, spec in documented(role).items()}
    found = []
    for file in task_files(role):
        for task in all_tasks(tasks(file)):
            expressions = [f"{{{{ ({part}) and true }}}}" for part in conditions(task)]
            found += [
                f"{file.name}: {task.get('name')}: {name}"
                for text in [*expressions, *templates(task)]
                for name in untyped(JINJA.parse(text), types)
            ]
    assert found == []


# The comparison itself


@pytest.mark.parametrize(
    ("template", "passed"),
    [
        ("{{ a }}", "a"),
        ("{{ a | default(omit) }}", "a"),
        ("{{ a | default(omit, true) }}", "a"),
        ("{{ a or omit }}", "a"),
        ("{{ omit if b else a }}", "a"),
        ("{{ a if b else omit }}", "a"),
        ("{{ item.a | default(omit, true) }}", "a"),
        ("{{ a | map('upper') }}", None),
        ("{{ a | default(b) }}", None),
        ("{{ a ~ b }}", None),
        ("{{ 'x' if a else omit }}", None),
        ("{{ a }}/{{ b }}", None),
        ("{{ omit }}", None),
    ],
)
def test_what_counts_as_passed_on(template: str, passed: str | None) -> None:
    node = straight(expression(template))
    assert (getattr(node, "name", None) or getattr(node, "attr", None)) == passed


@pytest.mark.parametrize(
    ("taken", "given", "says"),
    [
        ({"type": "str"}, {"type": "int"}, "has the type int"),
        ({"type": "list", "elements": "str"}, {"type": "list", "elements": "int"}, "has the elements int"),
        ({"type": "str", "choices": ["a", "b"]}, {"type": "str", "choices": ["a"]}, "has the choices"),
        ({"type": "str", "choices": ["a", "b"]}, {"type": "str"}, "has the choices None"),
        (
            {"type": "dict", "options": {"a": {"type": "str"}}},
            {"type": "dict", "options": {"b": {"type": "str"}}},
            "differ in a, b",
        ),
        (
            {"type": "dict", "options": {"a": {"type": "str"}}},
            {"type": "dict", "options": {"a": {"type": "bool"}}},
            "given.a has the type bool, the option taken.a has str",
        ),
        (
            {"type": "dict", "options": {"a": {"type": "str"}}},
            {"type": "dict", "options": {"a": {"type": "str", "default": "x"}}},
            "given.a has default: x, the option taken.a has None",
        ),
    ],
)
def test_differences_are_told(taken: dict[str, Any], given: dict[str, Any], says: str) -> None:
    assert [says in text for text in differences("taken", taken, "given", given)] == [True]
    assert list(differences("taken", taken, "given", taken)) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"state": "absent", "user_idd": "x"}, "has no option user_idd"),
        ({"state": "gone"}, "got: gone"),
        ({"state": "{{ 'absent' if r_grace else 'gone' }}"}, "got: gone"),
        ({}, "requires state"),
        ({"state": "absent", "session_ids": {"a": 1}}, "session_ids"),
        ({"state": "absent", "older_than": "{{ r_grace }}"}, "r_grace has the type int"),
        ({"state": "absent", "os": "{{ item.os }}"}, "r_list.os has the choices"),
        ({"state": "absent", "browser": "{{ item.browser | default(omit) }}"}, "r_list.browser has default: chrome"),
    ],
)
def test_wrong_calls_are_told(arguments: dict[str, Any], says: str, tmp_path: Path) -> None:
    role = tmp_path / "r"
    (role / "meta").mkdir(parents=True)
    (role / "tasks").mkdir()
    options = {
        "r_grace": {"type": "int"},
        "r_list": {
            "type": "list",
            "elements": "dict",
            "options": {"os": {"type": "str", "choices": ["a"]}, "browser": {"type": "str", "default": "chrome"}},
        },
    }
    (role / "meta" / "argument_specs.yml").write_text(
        yaml.safe_dump({"argument_specs": {"main": {"options": options}}}), encoding="utf-8"
    )
    task = {"mmops.mattermost.mm_user_session": arguments, "loop": "{{ r_made }}"}
    listed = [{"ansible.builtin.set_fact": {"r_made": "{{ r_list | map('combine', {}) }}"}}, {"block": [task]}]
    (role / "tasks" / "main.yml").write_text(yaml.safe_dump(listed), encoding="utf-8")
    [call] = calls(role)
    assert [says in problem for problem in call_problems(role, call)] == [True]
