# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The built-in roles as the server keeps them: read them, and change what they permit."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from . import bodies
from .basics import new_id, now
from .call import Call, Response, reply
from .errors import NO_SUCH_ROLE, NO_SUCH_ROLE_ID, ROLE_PATCH_LICENSE, bad_body
from .licence import DELEGATED_ADMINISTRATION, GUEST_ACCOUNTS
from .permissions import DELEGATED_ADMINISTRATORS, ROLES, SCHEME_MANAGED
from .router import operation
from .rules import are_role_names

NAMES_MAX = 100


@dataclass
class Role:
    """A role."""

    name: str
    permissions: list[str]
    scheme_managed: bool
    id: str = field(default_factory=new_id)
    create_at: int = field(default_factory=now)
    update_at: int = 0

    def __post_init__(self):
        self.update_at = self.create_at

    def view(self) -> dict:
        """The role as it is shown."""
        display = f"authentication.roles.{self.name}"
        texts = {"display_name": display + ".name", "description": display + ".description"}
        return dict(asdict(self), **texts, delete_at=0, built_in=True)


class Roles:
    """All roles by name. There are none but the built-in ones."""

    def __init__(self):
        self._by_name = {name: Role(name, sorted(permissions), name in SCHEME_MANAGED) for name, permissions in ROLES.items()}
        self._permitted: dict[str, frozenset[str]] = {}  # by the text of roles of a user

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def all(self) -> list[Role]:
        """All roles."""
        return list(self._by_name.values())

    def named(self, name: str, status: int = 404) -> Role:
        """The role of a name."""
        if name not in self._by_name:
            raise NO_SUCH_ROLE(status=status)
        return self._by_name[name]

    def get(self, role_id: str) -> Role:
        """The role of an id."""
        for role in self._by_name.values():
            if role.id == role_id:
                return role
        raise NO_SUCH_ROLE_ID()

    def permit(self, roles: str, permission: str) -> bool:
        """Whether a user with these roles has a permission."""
        if roles not in self._permitted:
            known = (self._by_name[name].permissions for name in roles.split() if name in self._by_name)
            self._permitted[roles] = frozenset().union(*known)
        return permission in self._permitted[roles]

    def change(self, role: Role, permissions: list[str]) -> None:
        """Let a role permit these things and no others."""
        role.permissions, role.update_at = permissions, now()
        self._permitted.clear()


@operation("get_all_roles", "GET", "/roles", local=True)
def get_all_roles(call: Call) -> Response:
    """All roles."""
    call.need_right()
    return reply([role.view() for role in call.state.roles.all()])


@operation("get_role", "GET", "/roles/{role_id}", local=True)
def get_role(call: Call) -> Response:
    """One role by id; every user may see it."""
    return reply(call.state.roles.get(call.id_param("role_id")).view())


@operation("get_role_by_name", "GET", "/roles/name/{name}", local=True)
def get_role_by_name(call: Call) -> Response:
    """One role by name; every user may see it."""
    return reply(call.state.roles.named(call.params["name"]).view())


@operation("get_roles_by_names", "POST", "/roles/names", local=True)
def get_roles_by_names(call: Call) -> Response:
    """Roles by name; names of no role are left out, and there is no empty list."""
    names = [name.strip() for name in bodies.names(call.body) if name.strip()]
    if not 0 < len(names) <= NAMES_MAX or not are_role_names(names):
        raise bad_body("rolenames")
    roles = call.state.roles
    return reply([roles.named(name).view() for name in dict.fromkeys(names) if name in roles] or None)


@operation("patch_role", "PUT", "/roles/{role_id}/patch", local=True)
def patch_role(call: Call) -> Response:
    """Change what a role permits."""
    try:
        changes = bodies.record(call.body, {"permissions": "list"})
    except bodies.BadBody as error:
        raise bad_body("role") from error
    role = call.state.roles.get(call.id_param("role_id"))
    call.need_right()
    adds = call.state.licence.adds
    if (role.name in DELEGATED_ADMINISTRATORS and DELEGATED_ADMINISTRATION not in adds) or (
        role.name.endswith("_guest") and GUEST_ACCOUNTS not in adds
    ):
        raise ROLE_PATCH_LICENSE()
    if "permissions" in changes and sorted(changes["permissions"]) != sorted(role.permissions):
        call.state.roles.change(role, changes["permissions"])
    return reply(role.view())
