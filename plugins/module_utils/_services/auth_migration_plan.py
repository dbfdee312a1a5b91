# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for a migration of all accounts of a login service, from its preflight. Pure functions."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import other_administrators
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_migration import (
    TARGETS,
    MigrationRefused,
    Preflight,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_seen import AuthPlan
from ansible_collections.mmops.mattermost.plugins.module_utils._services.login_service import LDAP, Availability


def plan_migration(declaration: dict, checked: Preflight, target: Availability) -> AuthPlan:
    """A migration of everybody whom the preflight found. Raises ``MigrationRefused`` if it found something against it."""
    action = declaration["action"]
    plan = AuthPlan(checked=checked)
    reason, remedy = _objection(declaration, checked, target)
    if reason:
        raise MigrationRefused(reason, remedy, action, checked.shown())
    if checked.clashing:
        plan.warnings.append(f"preflight: clashes ({len(checked.clashing)}); the accounts in them are left out")
    if checked.matching:
        _migrate(declaration, checked, plan)
    return plan


def _migrate(declaration, checked, plan):
    action, current = declaration["action"], declaration["current_service"]
    target = TARGETS[action]
    if target == LDAP:
        plan.add(action, force=declaration["force"], match_field=declaration["match_field"], **{"from": current})
    else:
        # Never auto: that would take bots along, and whoever came since the preflight.
        plan.add(action, auto=False, matches={user["email"]: name for user, name in checked.matching}, **{"from": current})
    after = target if checked.certain else f"{target}, if it has an entry for {declaration['match_field']}"
    plan.note(
        "auth_service",
        {user["username"]: current for user, _unused in checked.matching},
        {user["username"]: after for user, _unused in checked.matching},
    )
    if not other_administrators([*checked.untouched, *checked.already], []):
        plan.warnings.append(
            f"every active administrator may log in with {target} only from now on: keep a personal access "
            "token of one, in case that does not work"
        )


def _objection(declaration, checked, available) -> tuple:
    """What speaks against a migration, and the way out; empty if nothing does."""
    target = TARGETS[declaration["action"]].upper()
    # What the server does not tell need not be known here: it refuses a migration to a service that is off.
    if available.obstacle:
        return available.obstacle, available.remedy
    if checked.clashing and not declaration["force"]:
        first = ", ".join(f"{clash_target} ({reason})" for clash_target, _unused, reason in checked.clashing[:5])
        return (
            f"the preflight found clashes ({len(checked.clashing)}), listed in error.preflight.clashing: {first}",
            "Resolve them, or leave those accounts out with force: true",
        )
    if checked.takes_caller and not declaration["allow_own_account"]:
        return (
            f"the migration may take the caller's own account along, which is locked out if {target} does not work",
            "Use the token of an administrator with another login service, or allow it with allow_own_account: true",
        )
    return "", ""


def predicted_migrants(checked: Preflight) -> list | None:
    """Names of the accounts that will migrate, ``None`` if only LDAP knows."""
    if not checked.certain and checked.matching:
        return None
    return sorted(user["username"] for user, _unused in checked.matching)


def actual_migrants(plan: Plan, checked: Preflight, users: list) -> list:
    """Names of the accounts that have the target service now and had not before, by the names that they had then.

    ``users`` are all accounts as they are now. A warning tells of every difference from the preflight.
    """
    service = next(target for action, target in TARGETS.items() if action in plan.operations)
    now = {user["id"] for user in users if user["auth_service"] == service}
    expected = {user["id"]: user["username"] for user, _unused in checked.matching}
    others = {user["id"]: user["username"] for user in checked.untouched}
    migrated = sorted(name for user_id, name in expected.items() if user_id in now)
    missing = sorted(set(expected.values()) - set(migrated))
    surplus = sorted(name for user_id, name in others.items() if user_id in now)
    if missing and (checked.certain or not migrated):
        plan.warnings.append(f"{len(missing)} of {len(expected)} accounts did not migrate: {_some(missing)}")
    if surplus:
        plan.warnings.append(f"accounts that the preflight left out migrated as well: {_some(surplus)}")
    return sorted([*migrated, *surplus])


def _some(names) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
