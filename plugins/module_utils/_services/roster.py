# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many users at once: a roster is read in chunks, planned user by user with the planner of mm_user, and carried out
with bounded concurrency.
"""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Service
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import is_active, is_bot, other_administrators
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import (
    LARGEST_LOOKUP,
    active_administrators,
    all_pages,
    as_they_come,
    by_usernames,
    check_concurrency,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_accounts import check_owners, find_accounts
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_check import check_roster, roster_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_memberships import RosterMemberships
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_passwords import Passwords
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_prune import (
    EVERYBODY,
    brake,
    limit_of,
    scope_of,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_result import (
    Item,
    RosterPlan,
    name_of,
    returned,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.system_roles import check_roles, unknown_roles
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user import UserService, needs_a_look
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import USER_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_limit import limit_of_users, takes_a_seat
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_plan import (
    deviations,
    plainly_as_declared,
    plan_user,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_seen import Seen

#: How many chunks are read at a time. More would only wait for each other.
_READS_AHEAD = 2

#: How many names a warning shows.
_SHOWN = 10


class RosterService(Service):
    """Brings all users of a roster to their declared state.

    ``today`` tells the date, ``read`` makes a roster of a declaration.
    """

    def __init__(self, today=lambda: datetime.datetime.now(datetime.timezone.utc).date(), read=roster_of):
        self._user = UserService()
        self._today = today
        self._read = read

    def plan(self, client: ApiClient, declaration: dict) -> RosterPlan:
        check_concurrency(declaration["concurrency"])
        scope, limit = scope_of(declaration["prune_scope"]), limit_of(declaration["max_prune"])
        self._passwords = Passwords(declaration)
        roster = self._read(declaration)
        entries = roster.entries
        plan = RosterPlan(
            concurrency=declaration["concurrency"], stops_on_error=declaration["on_error"] == "stop", total=len(entries)
        )
        check_roster(roster, plan, self._today())
        plan.warnings += roster.warnings
        self._unknown_roles = unknown_roles(client, {role for entry in entries for role in entry.options["roles"] or ()})
        # Lists of all users are read once: the local socket has no look-up by names, and nothing else has one by addresses.
        by_chunk = not client.local and all(entry.options["user_id"] or entry.options["username"] for entry in entries)
        size = LARGEST_LOOKUP if by_chunk else len(entries)
        chunks = [entries[start : start + size] for start in range(0, len(entries), size)] if entries else []
        owners: dict = {}
        people: list = []  # with the accounts that were found
        # While one chunk is planned, the next are on their way.
        workers = min(_READS_AHEAD, declaration["concurrency"])
        with closing(as_they_come(workers, partial(find_accounts, client, declaration), chunks)) as coming:
            for chunk, found in zip(chunks, coming):
                check_owners(roster, owners, chunk, found)
                people += zip(chunk, found)
                self._plan_chunk(client, declaration, zip(chunk, found), plan)
        self._plan_memberships(client, declaration, roster, people, plan)
        self._report_missing(declaration["missing"], plan)
        if declaration["prune"] in ("report", "deactivate"):
            self._plan_prune(client, declaration, entries, scope, limit, plan)
        elif declaration["prune_scope"] != {**dict.fromkeys(declaration["prune_scope"]), **EVERYBODY}:
            plan.warnings.append("prune_scope has no effect without prune")
        self._keep_an_administrator(client, plan)
        self._check_limit(client, plan)
        return plan

    @staticmethod
    def _report_missing(policy, plan):
        if not plan.missing or policy == "ignore":
            return
        if policy == "fail":
            plan.failed += [
                Item(name_of(entry), entry.where, entry.options, error=InvalidInput("missing: nobody has this name"))
                for entry in plan.missing
            ]
            return
        shown = ", ".join(f"{name_of(entry)} ({entry.where})" for entry in plan.missing[:_SHOWN])
        more = ", ..." if len(plan.missing) > _SHOWN else ""
        plan.warnings.append(
            f"missing: nobody has the name of {len(plan.missing)} who should be inactive or absent: {shown}{more}. "
            "Correct the names, or set missing to ignore"
        )

    @staticmethod
    def _keep_an_administrator(client: ApiClient, plan):
        """Entries that are right one by one may together leave nobody who can administer the system."""
        leaving = [item for item in plan.items if item.takes_an_administrator]
        if not leaving:
            return
        if not other_administrators(active_administrators(client), [item.user for item in leaving]):
            last = leaving[-1]
            raise InvalidInput(
                f"{last.where}: {last.name} is the last administrator, and no other would be left",
                "Make somebody else an administrator first, in a run before this one",
            )

    @staticmethod
    def _check_limit(client: ApiClient, plan):
        """Whether there is place for all who come, said before the first of them is created."""
        effects = [item.effect_on_seats for item in plan.items]
        if any(map(takes_a_seat, effects)):
            limit = limit_of_users(client)
            plan.leavers_first = limit is not None and limit.check(effects, plan.concurrency)

    def _plan_chunk(self, client: ApiClient, declaration, entries, plan):
        entries = list(entries)
        for entry, user in entries:
            self._passwords.choose(entry.options, user)
        with ThreadPoolExecutor(declaration["concurrency"]) as pool:
            observed = [
                (
                    entry,
                    pool.submit(self._user.look_at, client, entry.options, user)
                    if needs_a_look(client, entry.options, user)
                    else self._user.glance(client, user),
                )
                for entry, user in entries
                if user is None or not plainly_as_declared(entry.options, user)
            ]
        for entry, observation in observed:
            try:
                seen = observation if isinstance(observation, Seen) else observation.result()
                self._plan_user(declaration, entry, seen, plan)
            except InvalidInput as error:
                plan.failed.append(Item(name_of(entry), entry.where, entry.options, error=error))

    def _plan_user(self, declaration, entry, observation, plan):
        options = entry.options
        if observation.user is None and options["state"] != "present" and options["expires_on"] is None:
            plan.missing.append(entry)
            return
        check_roles(options["roles"], self._unknown_roles)
        user_plan = plan_user(options, observation)
        if not (user_plan.steps or user_plan.warnings or user_plan.unknown):
            return
        name = (observation.user or options)["username"]
        for warning in user_plan.warnings:
            is_about_all = warning == observation.login_warning
            if not is_about_all or warning not in plan.warnings:
                plan.warnings.append(warning if is_about_all else f"{name}: {warning}")
        plan.unknown += [option for option in user_plan.unknown if option not in plan.unknown]
        if user_plan.changed:
            path = self._passwords.path_of(options)
            plan.items.append(Item(name, entry.where, options, user_plan, user=observation.user, password_path=path))

    @staticmethod
    def _plan_memberships(client: ApiClient, declaration, roster, people, plan):
        """Plan teams and channels, for the accounts that are planned by now."""
        items = {id(item.declaration): item for item in plan.items}
        failed = {id(item.declaration) for item in plan.failed}

        def item_of(entry, user):
            if id(entry.options) in failed:
                return None
            known = items.get(id(entry.options))
            return known or Item(user["username"], entry.where, entry.options, Plan(predicted=dict(user)), user=user)

        def fail(entry, where, error):
            item = items.pop(id(entry.options), None)
            if item:
                plan.items.remove(item)
            plan.failed.append(Item(name_of(entry), where, entry.options, error=error))

        for entry, item in RosterMemberships(client, roster, declaration["concurrency"]).plan(people, item_of, fail):
            if id(entry.options) not in items:
                plan.items.append(item)

    def _plan_prune(self, client: ApiClient, declaration, entries, scope, limit, plan):
        known = {(name, entry.options[name]) for entry in entries for name in ("username", "user_id", "email")}
        users = [user for user in all_pages(client, declaration["concurrency"], "get_users", active=True) if is_active(user)]
        in_scope = [user for user in users if scope.holds(user)]
        if users and not in_scope:
            plan.warnings.append("prune_scope: there is no active account that it could mean")
        strangers = [
            user
            for user in in_scope
            if not known & {("username", user["username"]), ("user_id", user["id"]), ("email", user["email"].lower())}
        ]
        caller = None if client.local else client.who_am_i()["id"]
        strangers = [user for user in strangers if not is_bot(user) and user["id"] != caller]
        leaving = [item.user for item in plan.items if item.takes_an_administrator]
        administrators = other_administrators(strangers, [])
        if administrators and not other_administrators(users, [*strangers, *leaving]):
            # The server would be left without anybody who can administer it.
            keep = min(administrators, key=lambda user: user["create_at"])
            strangers = [user for user in strangers if user["id"] != keep["id"]]
            plan.warnings.append(f"prune: {keep['username']} is not deactivated, as no other administrator would be left")
        plan.prunable = [user["username"] for user in strangers]
        if declaration["prune"] == "report":
            return
        brake(limit, strangers, in_scope)
        nothing = {name: option.get("default") for name, option in USER_OPTIONS.items()}
        for user in strangers:
            options = {**nothing, "user_id": user["id"], "state": "inactive"}
            user_plan = plan_user(options, self._user.glance(client, user))
            plan.items.append(Item(user["username"], "prune", options, user_plan, pruned=True, user=user))

    def read_back(self, client: ApiClient, plan) -> dict:
        done = {
            item.plan.predicted["username"]: item for item in plan.items if not item.error and item.done and item.plan.predicted
        }
        users = by_usernames(client, list(done), plan.concurrency)
        for user in users:
            item = done[user["username"]]
            plan.warnings += [f"{item.name}: {text}" for text in deviations(item.plan, user)]
            item.plan.predicted = user
        return returned(plan, [item for item in plan.items if item.done])

    def predict(self, plan) -> dict:
        return returned(plan, [item for item in plan.items if item.done] if plan.executed else plan.items)
