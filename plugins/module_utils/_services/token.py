# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The personal access tokens of a user: what is declared, what the server shows, and the plan between the two.

The server keeps no time of creation of a token, so a rotation writes the day into the description, as a generation:
``deploy [generation 2026-11-23]``. All generations of a description are one family.

``plan_tokens`` is a pure function of what is wanted and an ``Observation``. ``TokenService`` makes the observation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, timezone

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    InvalidInput,
    MattermostError,
    PermissionDenied,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Service, Step
from ansible_collections.mmops.mattermost.plugins.module_utils._services.duration import seconds
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import WHO_OPTIONS, find_user
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session import token_of

#: What the server takes as a description. It counts bytes.
LONGEST_DESCRIPTION = 255

#: Days. More is a mistake, and leaves the calendar.
_LONGEST_SPAN = 36500

_CREATE = "create_user_access_token"
_ENABLE = "enable_user_access_token"
_DISABLE = "disable_user_access_token"
_REVOKE = "revoke_user_access_token"
_END_SESSION = "revoke_session"
_LIST = "get_user_access_tokens_for_user"

#: How often a creation is tried whose answer is lost. What it may have left is looked for in between.
_TRIES = 3

_TOKEN_ID = re.compile(r"[a-z0-9]{26}\Z")
_GENERATION = re.compile(r"(.*) \[generation (\d{4}-\d{2}-\d{2})\]\Z", re.DOTALL)


# -- generations ---------------------------------------------------------------------------------------------------


def with_generation(description: str, day: date) -> str:
    """The description of a generation."""
    return f"{description} [generation {day.isoformat()}]"


def generation(description: str) -> tuple:
    """A description without its generation, and the day of it; ``None`` for the day if there is none."""
    match = _GENERATION.match(description)
    if match:
        try:
            return match.group(1), date.fromisoformat(match.group(2))
        except ValueError:
            pass  # looks like a day, but is not in the calendar
    return description, None


def _belongs(token, description) -> bool:
    """Whether a description names a token: literally, or as one of its generations."""
    return description in (token["description"], generation(token["description"])[0])


# -- what is wanted ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rotation:
    """All in days. ``keep_disabled``: how long a predecessor is kept disabled before it is revoked."""

    after: int
    overlap: int
    keep_disabled: int


@dataclass(frozen=True)
class Wanted:
    """A declaration in a form to plan with. ``expires_after`` is days."""

    state: str
    description: str | None
    token_id: str | None
    duplicates: str
    rotation: Rotation | None
    expires_after: int | None


def wanted_of(declaration: dict) -> Wanted:
    """Raises ``InvalidInput`` that names the option, before anything is sent."""
    description, token_id = declaration["description"], declaration["token_id"]
    # Ansible's own rules take an option that is null for given.
    if description is None and token_id is None:
        raise InvalidInput("no token is named", "Give description or token_id")
    if token_id is None and all(declaration[name] is None for name in WHO_OPTIONS):
        raise InvalidInput("no user is named", "Give username, user_id or email")
    after, overlap, kept = (declaration[name] for name in ("rotate_after", "overlap", "keep_disabled"))
    rotation = None
    if after is not None and overlap is not None:
        days = _days("overlap", overlap, 0)
        rotation = Rotation(_days("rotate_after", after, 1), days, days if kept is None else _days("keep_disabled", kept, 0))
        if token_id is not None:
            raise InvalidInput(
                "rotate_after and token_id: a rotation concerns all tokens of a description", "Leave out one of the two"
            )
    elif any(span is not None for span in (after, overlap, kept)):
        raise InvalidInput("a rotation needs both rotate_after and overlap", "Give both, or leave out the rotation")
    expires_after = None
    if declaration["expires_after"] is not None:
        expires_after = _days("expires_after", declaration["expires_after"], 1)
        if rotation and expires_after < rotation.after:
            raise InvalidInput("expires_after: the token would expire before rotate_after", "Give a longer span")
    if token_id is not None and not _TOKEN_ID.match(token_id):
        raise InvalidInput("token_id is no id", "An id has 26 characters a-z and 0-9; the value of a token is not its id")
    if description is not None:
        _check_description(description, rotation)
    return Wanted(declaration["state"], description, token_id, declaration["duplicates"], rotation, expires_after)


def _check_description(description, rotation):
    if not description.strip():
        raise InvalidInput("description is empty", "Say what the token is for")
    if rotation and generation(description)[1]:
        raise InvalidInput(
            f"description: {description!r} ends with a generation, which the rotation writes itself",
            f"Give {generation(description)[0]!r}",
        )
    full = with_generation(description, date.min) if rotation else description
    size = len(full.encode(errors="surrogateescape"))
    if size > LONGEST_DESCRIPTION:
        raise InvalidInput(
            f"description has {size} bytes" + (", with the generation" if rotation else ""),
            f"The server takes {LONGEST_DESCRIPTION} bytes in UTF-8: use at most "
            f"{LONGEST_DESCRIPTION - len(full) + len(description)}",
        )


def _days(option, text, least) -> int:
    days, rest = divmod(seconds(option, text), 86400)
    if rest:
        raise InvalidInput(
            f"{option}: {text!r} is no whole number of days",
            "Generations are told apart by their day, so give days or weeks, like 90d or 12w",
        )
    if not least <= days <= _LONGEST_SPAN:
        raise InvalidInput(f"{option}: {text!r} is out of range", f"Give {least}d to {_LONGEST_SPAN}d")
    return days


# -- the plan ------------------------------------------------------------------------------------------------------


@dataclass
class Observation:
    """What is known of the server before the plan is made.

    ``user`` owns the ``tokens``; it is ``None`` if there is none, or if ``token_id`` alone is declared. ``now`` is in UTC.
    ``local``: over the local socket. ``knows_expiry`` is ``False`` for a server whose tokens never expire, ``None`` if
    that is not known.
    """

    user: dict | None
    tokens: list
    now: datetime
    local: bool = False
    knows_expiry: bool | None = None

    @property
    def today(self) -> date:
        return self.now.date()

    def expired(self, token) -> bool:
        """Whether its time is over. A time of 0, or none, means never."""
        return 0 < (token.get("expires_at") or 0) <= self.now.timestamp() * 1000


@dataclass
class TokenPlan(Plan):
    """The plan for the tokens of one user. A creation is its first step.

    ``named``: the tokens that the declaration names, as they are before, newest generation first. ``new``: the token to
    be created, as the API will show it. ``kept_id``: the token that is the current one, if no new one is. ``rotation``:
    the declared one, if the tokens are to be present. ``known``: the ids of all tokens of the user. ``doubtful``: the ids
    of tokens that the caller may be using.

    Diff and results follow from the steps, which are shortened if one of them fails after a creation.
    """

    # The plan deals with lost answers itself. One made anew might create another token, whose value would be lost.
    looks_again: bool = False
    named: list = field(default_factory=list)
    new: dict | None = None
    kept_id: str | None = None
    rotation: Rotation | None = None
    known: frozenset = frozenset()
    doubtful: set = field(default_factory=set)

    @property
    def _kept(self) -> list:
        """The named tokens that there still are after the steps."""
        tokens = {token["id"]: token for token in self.named}
        for step in self.steps:
            token_id = step.arguments.get("token_id")
            if step.operation == _REVOKE:
                tokens.pop(token_id, None)
            elif step.operation in (_ENABLE, _DISABLE):
                tokens[token_id] = {**tokens[token_id], "is_active": step.operation == _ENABLE}
        return list(tokens.values())

    @property
    def _created(self) -> list:
        """The new token, if there is one, without its value."""
        shown = self.answers.get(_CREATE, self.new)
        return [{key: value for key, value in shown.items() if key != "token"}] if shown else []

    @property
    def tokens(self) -> list:
        """The tokens that the declaration names, as they are after the steps."""
        return self._created + self._kept

    @property
    def token(self) -> dict | None:
        """The current one of them."""
        return next((token for token in self.tokens if self.new or token["id"] == self.kept_id), None)

    @property
    def token_value(self) -> str | None:
        """The value of the new token, once it was created."""
        return self.answers.get(_CREATE, {}).get("token")

    @property
    def schedule(self) -> dict | None:
        """The days from which the next steps of the rotation are due, after these steps."""
        if not self.rotation:
            return None
        generations = _by_description(self.tokens)
        rotate_on = _later(_day_of(generations[0]), self.rotation.after) if generations else None
        predecessors = []
        for newer, twins in zip(generations, generations[1:]):
            successor = _day_of(newer)
            for token in twins:
                predecessors.append(
                    {
                        "token_id": token["id"],
                        "description": token["description"],
                        "disable_on": _later(successor, self.rotation.overlap) if token["is_active"] else None,
                        "revoke_on": _later(successor, self.rotation.overlap + self.rotation.keep_disabled),
                    }
                )
        return {"rotate_on": rotate_on, "predecessors": predecessors}

    @property
    def diff(self) -> dict:
        before = {f"{token['description']} ({token['id']})": _state_of(token) for token in self.named}
        after = {f"{token['description']} ({token['id']})": _state_of(token) for token in self._kept}
        if self.new:
            after[self.new["description"]] = _state_of(self.new)
        return {
            "before": {name: state for name, state in before.items() if after.get(name) != state},
            "after": {name: state for name, state in after.items() if before.get(name) != state},
        }

    @property
    def cut_off(self) -> list:
        """The tokens that work now, but no longer after the steps."""
        ends = {step.arguments["token_id"] for step in self.steps if step.operation in (_DISABLE, _REVOKE)}
        return [token for token in self.named if token["id"] in ends and token["is_active"]]

    def doubt(self, token_id: str, user_id: str, session_id: str) -> None:
        """Find out whether a token is in use, by ending its session, before it is disabled or revoked."""
        position = next(index for index, step in enumerate(self.steps) if step.arguments.get("token_id") == token_id)
        self.steps.insert(position, Step(_END_SESSION, {"user_id": user_id, "session_id": session_id}))
        self.doubtful.add(token_id)

    def execute(self, client) -> None:
        position = self._create(client) if self.new else 0
        while position < len(self.steps):
            try:
                self._carry_out(client, self.steps[position])
            except MattermostError as error:
                if not self.new:
                    error.done = self.operations[:position]
                    raise
                # Nobody else knows the value of the new token, so the task must not fail any more.
                del self.steps[position:]
                self.warnings.append(
                    f"The new token was created, but not all others could be disabled or revoked: {error} "
                    "The next run will try it again."
                )
            position += 1

    def _carry_out(self, client, step):
        token_id = step.arguments.get("token_id")
        if token_id in self.doubtful and token_id in _tokens_in_use(client).values():
            raise _own_token(next(token for token in self.named if token["id"] == token_id))
        if step.operation != _REVOKE:
            client.call(step.operation, step.arguments)
            return
        try:
            client.find(_REVOKE, token_id=token_id)  # a token that is gone already is as it should be
        except MattermostError as error:
            if not error.outcome_unknown:
                raise
            client.find(_REVOKE, token_id=token_id)  # and to revoke it twice does no harm

    def _create(self, client) -> int:
        """Carry out the first step, and return how many operations that took."""
        create = self.steps[0]
        lost: list = []
        for tries_left in range(_TRIES - 1, -1, -1):
            try:
                with _permission_explained():
                    self.answers[_CREATE] = client.call(_CREATE, create.arguments).data
                break
            except MattermostError as error:
                error.done = [step.operation for step in lost]
                if not error.outcome_unknown:
                    raise
                orphan = self._orphan(client, error)
                if orphan:
                    lost += [create, Step(_REVOKE, {"token_id": orphan})]
                    error.done += [_CREATE, _REVOKE]
                if not tries_left:
                    raise
        self.steps[:1] = [*lost, create]
        position = len(lost) + 1
        self._check_expiry(client, create, self.operations[:position])
        return position

    def _orphan(self, client, error) -> str | None:
        """Look for the token that a creation without an answer left, and revoke it: nobody knows its value.

        Keeping it would leave a working secret that is of use to nobody, and a later run would take it for the declared
        token. Returns its id, ``None`` if the creation had no effect. Raises ``error`` if that cannot be told.
        """
        description = self.steps[0].arguments["description"]
        try:
            appeared = [
                token["id"]
                for token in client.pages(_LIST, user_id=self.steps[0].arguments["user_id"])
                if token["id"] not in self.known and token["description"] == description
            ]
            if len(appeared) > 1:
                error.reason += f", and several such tokens appeared ({', '.join(appeared)}), so another run may be at work"
                raise error
            if appeared:
                client.revoke_user_access_token(token_id=appeared[0])
        except MattermostError:
            error.remedy = (
                f"Look for a new token {description!r} of this user: nobody knows its value. Revoke it "
                "(state: absent), then run the task again"
            )
            raise error from None
        if not appeared:
            return None
        self.warnings.append(
            f"The answer to a creation was lost. The token {appeared[0]} that it had made was revoked, as "
            "nobody knows its value."
        )
        return appeared[0]

    def _check_expiry(self, client, create, done):
        """A server that does not know ``expires_at`` takes no notice of it, and makes a token that never expires."""
        answer, expected = self.answers[_CREATE], create.arguments.get("expires_at")
        if expected is None or answer.get("expires_at") == expected:
            return
        error = _no_expiry()
        try:
            client.revoke_user_access_token(token_id=answer["id"])
            done.append(_REVOKE)
        except MattermostError:
            error.reason += f"; the token {answer['id']} was created, never expires, and could not be revoked"
        error.done = done
        raise error


def plan_tokens(wanted: Wanted, seen: Observation) -> TokenPlan:
    """The plan for the tokens that are wanted. Raises ``InvalidInput`` for what cannot be carried out."""
    plan = TokenPlan(named=_named(wanted, seen), known=frozenset(token["id"] for token in seen.tokens))
    {"present": _plan_present, "disabled": _plan_disabled, "absent": _plan_absent}[wanted.state](plan, wanted, seen)
    return plan


def _named(wanted, seen) -> list:
    """The tokens that the declaration names, newest generation first."""
    if wanted.token_id is None:
        named = [token for token in seen.tokens if _belongs(token, wanted.description)]
        return sorted(named, key=lambda token: (generation(token["description"])[1] or date.min, token["id"]), reverse=True)
    token = next((token for token in seen.tokens if token["id"] == wanted.token_id), None)
    if token is None:
        return []
    if wanted.description is not None and not _belongs(token, wanted.description):
        raise InvalidInput(
            f"description and token_id: the token {wanted.token_id} is described {token['description']!r}",
            "Leave out one of the two, or correct it",
        )
    if wanted.duplicates == "keep_one" and wanted.state != "absent":
        return [token] + [other for other in seen.tokens if other["description"] == token["description"] and other != token]
    return [token]


def _plan_absent(plan, wanted, seen):
    for twins in _by_description(plan.named):
        if wanted.duplicates == "fail":
            _check_single(twins)
        for token in twins:
            plan.add(_REVOKE, token_id=token["id"])


def _plan_disabled(plan, wanted, seen):
    for twins in _by_description(plan.named):
        for token in _survivors(plan, wanted, twins):
            plan.kept_id = plan.kept_id or token["id"]
            if token["is_active"]:
                _check_switchable(seen)
                plan.add(_DISABLE, token_id=token["id"])


def _plan_present(plan, wanted, seen):
    if wanted.expires_after and seen.knows_expiry is False:
        raise _no_expiry()
    if wanted.token_id and not plan.named:
        raise InvalidInput(
            f"token_id: there is no token {wanted.token_id}",
            "The server chooses the id of a new token: declare description instead. The value of a token is not its id",
        )
    if not wanted.token_id and not seen.user:
        raise InvalidInput("there is no such user", "Check username, user_id or email")
    if seen.user and seen.user["delete_at"]:
        plan.warnings.append(f"{seen.user['username']} is deactivated; the server refuses its tokens until it is activated")
    expired = [token for token in plan.named if seen.expired(token)]
    if any(token["id"] == wanted.token_id for token in expired):
        raise InvalidInput(f"token_id: the token {wanted.token_id} has expired", "Declare description, which creates a new one")
    generations = _by_description([token for token in plan.named if token not in expired])
    if _is_due(wanted, seen, generations):
        _plan_creation(plan, wanted, seen)
        successor, older = seen.today, generations
    else:
        for token in _survivors(plan, wanted, generations[0]):
            plan.kept_id = plan.kept_id or token["id"]
            if not token["is_active"]:
                _check_switchable(seen)
                plan.add(_ENABLE, token_id=token["id"])
        successor, older = _day_of(generations[0]), generations[1:]
        if successor and successor > seen.today + timedelta(days=1):
            plan.warnings.append(f"The generation {successor} lies in the future, so it is rotated late; check the clock")
    for token in expired:
        plan.add(_REVOKE, token_id=token["id"])
    if wanted.rotation:
        # The local socket cannot disable a token.
        plan.rotation = replace(wanted.rotation, keep_disabled=0) if seen.local else wanted.rotation
        _plan_retirement(plan, plan.rotation, seen, successor, older)


def _is_due(wanted, seen, generations) -> bool:
    """Whether a token must be created."""
    if not generations or not wanted.rotation:
        return not generations
    newest = _day_of(generations[0])
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
    plan.add(_CREATE, **arguments)


def _plan_retirement(plan, rotation, seen, successor, older):
    """Disable and revoke the older generations, newest first. ``successor``: the day of the one that follows them."""
    for twins in older:
        age = (seen.today - successor).days
        for token in twins:
            if age >= rotation.overlap + rotation.keep_disabled:
                plan.add(_REVOKE, token_id=token["id"])
            elif age >= rotation.overlap and token["is_active"]:
                plan.add(_DISABLE, token_id=token["id"])
        successor = _day_of(twins)


def _by_description(tokens) -> list:
    """Lists of tokens that share a description. More than one in a list clash."""
    groups: dict = {}
    for token in tokens:
        groups.setdefault(token["description"], []).append(token)
    return list(groups.values())


def _day_of(twins) -> date | None:
    return generation(twins[0]["description"])[1]


def _later(day, days) -> str | None:
    """The day that is so many days later, as a text. ``None`` where the calendar ends."""
    try:
        return (day + timedelta(days=days)).isoformat() if day else None
    except OverflowError:
        return None


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
            plan.add(_REVOKE, token_id=token["id"])
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


def _state_of(token) -> str:
    return "present" if token["is_active"] else "disabled"


def _no_expiry() -> InvalidInput:
    return InvalidInput(
        "expires_after: tokens of this server never expire, it does not know expires_at",
        "Leave it out and declare rotate_after and overlap, which revoke old tokens on any server",
    )


def _own_token(token) -> InvalidInput:
    return InvalidInput(
        f"the token {token['id']} ({token['description']}) is in use by this task itself, which would lock itself out",
        "Run the task with another token, like the successor, or allow it with allow_own_token: true",
    )


# -- the server ----------------------------------------------------------------------------------------------------


@contextmanager
def _permission_explained() -> Iterator[None]:
    try:
        yield
    except PermissionDenied as error:
        error.remedy = (
            "Use the token of a system administrator; for its own tokens a user needs the role system_user_access_token"
        )
        raise


def _tokens_in_use(client) -> dict:
    """The sessions of the caller by id, with the id of the personal access token that each stands for, or ``None``."""
    sessions = client.get_sessions(user_id=client.who_am_i()["id"]) or []
    return {session["id"]: token_of(session) for session in sessions}


def _protect(client, plan) -> None:
    """Refuse, or find out in time, that the caller disables or revokes the token that it is using.

    The use of a personal access token shows as a session. If all sessions of the caller stand for tokens that are to be
    cut off, one of them is in use. If some do, no answer of the server tells which session is the current one. Then such
    a session is ended just before its token is cut off: if the token is in use, the next request brings a new session.
    """
    if client.transport.local or client.logged_in or not plan.cut_off:
        return
    caller_id = client.who_am_i()["id"]
    own = {token["id"]: token for token in plan.cut_off if token["user_id"] == caller_id}
    if not own:
        return
    in_use = _tokens_in_use(client)
    if in_use and all(token_id in own for token_id in in_use.values()):
        raise _own_token(own[next(iter(in_use.values()))])
    for session_id, token_id in in_use.items():
        if token_id in own:
            plan.doubt(token_id, caller_id, session_id)


def _knows_expiry(server, tokens) -> bool | None:
    """``None``: the answer to a creation will tell."""
    if tokens:
        return None if all("expires_at" in token for token in tokens) else False
    return server.has("token_expiry")


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class TokenService(Service):
    """Reads the tokens that a plan depends on. ``now`` tells the time in UTC; tests replace it."""

    def __init__(self, now: Callable = _utc_now):
        self._now = now

    def plan(self, client, declaration: dict) -> TokenPlan:
        wanted = wanted_of(declaration)
        with _permission_explained():
            user, tokens = self._look(client, declaration)
        plan = plan_tokens(
            wanted, Observation(user, tokens, self._now(), client.transport.local, _knows_expiry(client.server, tokens))
        )
        if not declaration["allow_own_token"]:
            _protect(client, plan)
        plan.heading = user["username"] if user else next((token["user_id"] for token in tokens), "")
        return plan

    def predict(self, plan) -> dict:
        return {"token": plan.token, "token_value": plan.token_value, "tokens": plan.tokens, "schedule": plan.schedule}

    def read_back(self, client, plan) -> dict:
        # What the server answered and what the steps did says all: no request is needed.
        return self.predict(plan)

    @staticmethod
    def _look(client, declaration) -> tuple:
        """The user that the declaration names, if it names one, and all its tokens, or the one token of ``token_id``."""
        token_id = declaration["token_id"]
        if all(declaration[name] is None for name in WHO_OPTIONS):
            if client.transport.local:
                raise InvalidInput(
                    "token_id: the local socket cannot look for a token by its id alone", "Name the user as well"
                )
            token = client.find("get_user_access_token", token_id=token_id)
            return None, [token] if token else []
        user = find_user(client, declaration)
        if user is None:
            return None, []
        tokens = list(client.pages(_LIST, user_id=user["id"]))
        if token_id and not client.transport.local and all(token["id"] != token_id for token in tokens):
            stranger = client.find("get_user_access_token", token_id=token_id)
            if stranger:
                raise InvalidInput(
                    f"token_id: the token belongs to another user ({stranger['user_id']}), not to {user['username']}",
                    "Leave out one of the two, or correct it",
                )
        return user, tokens
