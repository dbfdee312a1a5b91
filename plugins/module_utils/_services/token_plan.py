# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for the tokens of one user: from what is declared and seen to the operations between the two. Pure functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_creation import no_expiry
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_generation import (
    belongs,
    by_description,
    day_of,
    generation,
    with_generation,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_options import LATER, Wanted, wanted_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_result import TokenPlan, own_token
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_seen import Seen
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_steps import CREATE, DISABLE, ENABLE, revocation


def plan_tokens(declaration: dict, seen: Seen) -> TokenPlan:
    """The plan for the declared tokens. Raises ``InvalidInput`` for what cannot be carried out."""
    wanted, hand_over = wanted_of(declaration), declaration["hand_over"]
    plan = TokenPlan(
        named=_named(wanted, seen),
        known=frozenset(token["id"] for token in seen.tokens),
        lost=seen.lost(hand_over),
        pending=seen.note,
        hand_over=hand_over,
        heading=seen.user["username"] if seen.user else next((token["user_id"] for token in seen.tokens), ""),
    )
    {"present": _plan_present, "disabled": _plan_disabled, "absent": _plan_absent}[wanted.state](plan, wanted, seen)
    _protect(plan, seen)
    return plan


def _protect(plan: TokenPlan, seen: Seen) -> None:
    """Refuse, or find out in time, that the caller disables or revokes the token that it is using.

    The use of a personal access token shows as a session. If all sessions of the caller stand for tokens that are to be
    cut off, one of them is in use. If some do, no answer of the server tells which session is the current one. Then such
    a session is ended just before its token is cut off: if the token is in use, the next request brings a new session.
    """
    own = {token["id"]: token for token in plan.cut_off if token["user_id"] == seen.caller_id}
    if seen.caller_id is None or not own:
        return
    if seen.in_use and all(token_id in own for token_id in seen.in_use.values()):
        raise own_token(own[next(iter(seen.in_use.values()))])
    for session_id, token_id in seen.in_use.items():
        if token_id in own:
            plan.doubt(token_id, seen.caller_id, session_id)


def _named(wanted: Wanted, seen: Seen) -> list:
    """The tokens that the declaration names, newest generation first."""
    if wanted.token_id is None:
        named = [token for token in seen.tokens if belongs(token, wanted.description)]
        return sorted(named, key=lambda token: (generation(token["description"])[1] or date.min, token["id"]), reverse=True)
    token = next((token for token in seen.tokens if token["id"] == wanted.token_id), None)
    if token is None:
        return []
    if wanted.description is not None and not belongs(token, wanted.description):
        raise InvalidInput(
            f"description and token_id: the token {wanted.token_id} is described {token['description']!r}",
            "Leave out one of the two, or correct it",
        )
    if wanted.duplicates == "keep_one" and wanted.state != "absent":
        return [token] + [other for other in seen.tokens if other["description"] == token["description"] and other != token]
    return [token]


def _plan_absent(plan, wanted, seen):
    for twins in by_description(plan.named):
        if wanted.duplicates == "fail":
            _check_single(twins)
        for token in twins:
            plan.steps.append(revocation(token["id"]))


def _plan_disabled(plan, wanted, seen):
    for twins in by_description(plan.named):
        for token in _survivors(plan, wanted, twins):
            plan.kept_id = plan.kept_id or token["id"]
            if token["is_active"]:
                _check_switchable(seen)
                plan.add(DISABLE, token_id=token["id"])


def _plan_present(plan, wanted, seen):
    _check_possible(plan, wanted, seen)
    if seen.user and seen.user["delete_at"]:
        plan.warnings.append(f"{seen.user['username']} is deactivated; the server refuses its tokens until it is activated")
    lost = [token for token in plan.named if token["id"] in plan.lost]
    for token in lost:
        plan.steps.append(revocation(token["id"]))
        plan.warnings.append(
            f"The token {token['id']} ({token['description']}) is revoked, and replaced if it is needed: an earlier run "
            "created it, but ended before its value was handed over."
        )
    expired = [token for token in plan.named if seen.expired(token) and token not in lost]
    if any(token["id"] == wanted.token_id for token in expired):
        raise InvalidInput(f"token_id: the token {wanted.token_id} has expired", "Declare description, which creates a new one")
    generations = by_description([token for token in plan.named if token not in lost and token not in expired])
    if _is_due(wanted, seen, generations):
        _plan_creation(plan, wanted, seen)
        successor, older = seen.today, generations
    else:
        _plan_newest(plan, wanted, seen, generations[0])
        successor, older = day_of(generations[0]), generations[1:]
    plan.steps += [revocation(token["id"]) for token in expired]
    if wanted.rotation:
        _plan_rotation(plan, wanted.rotation, seen, successor, older)


def _check_possible(plan, wanted, seen):
    """Refuse what cannot be present."""
    if wanted.expires_after and seen.knows_expiry is False:
        raise no_expiry()
    if wanted.token_id and not plan.named:
        raise InvalidInput(
            f"token_id: there is no token {wanted.token_id}",
            "The server chooses the id of a new token: declare description instead. The value of a token is not its id",
        )
    if not wanted.token_id and not seen.user:
        raise InvalidInput("there is no such user", "Check username, user_id or email")


def _plan_newest(plan, wanted, seen, twins):
    """Keep and enable the newest generation."""
    for token in _survivors(plan, wanted, twins):
        plan.kept_id = plan.kept_id or token["id"]
        if not token["is_active"]:
            _check_switchable(seen)
            plan.add(ENABLE, token_id=token["id"])
    day = day_of(twins)
    if day and day > seen.today + timedelta(days=1):
        plan.warnings.append(f"The generation {day} lies in the future, so it is rotated late; check the clock")


def _plan_rotation(plan, rotation, seen, successor, older):
    if rotation.overlap > rotation.after:
        plan.warnings.append(
            f"overlap: {rotation.overlap} days are more than rotate_after ({rotation.after}), so that "
            "more than two generations work at the same time"
        )
    # The local socket cannot disable a token.
    plan.rotation = replace(rotation, keep_disabled=0) if seen.local else rotation
    # The predecessor must work until the new token was handed over.
    kept = 1 if plan.new and plan.hand_over == LATER else 0
    _plan_retirement(plan, plan.rotation, seen, successor, older, kept)


def _is_due(wanted, seen, generations) -> bool:
    """Whether a token must be created."""
    if not generations or not wanted.rotation:
        return not generations
    newest = day_of(generations[0])
    return newest is None or (seen.today - newest).days >= wanted.rotation.after


def _plan_creation(plan, wanted, seen):
    description = with_generation(wanted.description, seen.today) if wanted.rotation else wanted.description
    plan.new = {"id": None, "user_id": seen.user["id"], "description": description, "is_active": True}
    arguments = {"user_id": seen.user["id"], "description": description}
    if wanted.expires_after:
        # The start of a day, so that check mode and run agree.
        end = datetime.combine(seen.today + timedelta(days=wanted.expires_after), time.min, tzinfo=timezone.utc)
        plan.new["expires_at"] = arguments["expires_at"] = int(end.timestamp() * 1000)
    elif any("expires_at" in token for token in seen.tokens):
        plan.new["expires_at"] = 0
    plan.add(CREATE, **arguments)


def _plan_retirement(plan, rotation, seen, successor, older, kept):
    """Disable and revoke the older generations, newest first, except the first ``kept`` ones.

    ``successor``: the day of the one that follows them.
    """
    for number, twins in enumerate(older):
        age = (seen.today - successor).days
        for token in twins if number >= kept else ():
            if age >= rotation.overlap + rotation.keep_disabled:
                plan.steps.append(revocation(token["id"]))
            elif age >= rotation.overlap and token["is_active"]:
                plan.add(DISABLE, token_id=token["id"])
        successor = day_of(twins)


def _survivors(plan, wanted, twins) -> list:
    """The ones among tokens of the same description that stay, after the clash is resolved as declared."""
    if len(twins) == 1 or wanted.duplicates == "all":
        return twins
    if wanted.duplicates == "fail":
        _check_single(twins)
    kept = [token for token in twins if token["id"] == wanted.token_id] or [token for token in twins if token["is_active"]]
    if len(kept) != 1:
        raise _clash(
            twins,
            "which one to keep cannot be told, as the server keeps no time of creation",
            "Name the one to keep by token_id",
        )
    for token in twins:
        if token not in kept:
            plan.steps.append(revocation(token["id"]))
    return kept


def _check_single(twins):
    if len(twins) > 1:
        raise _clash(
            twins, "the server does not keep descriptions unique", "Name one by token_id, or give duplicates: keep_one or all"
        )


def _clash(twins, why, remedy) -> InvalidInput:
    listed = ", ".join(f"{token['id']} ({'active' if token['is_active'] else 'disabled'})" for token in twins)
    return InvalidInput(f"description: {len(twins)} tokens are described {twins[0]['description']!r}: {listed}; {why}", remedy)


def _check_switchable(seen):
    if seen.local:
        raise InvalidInput("the local socket can neither disable nor enable a token", "Use api_url, or state: absent")
