# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""More of the operations next to the users API (see neighbours.py): bots and their owners, removed and
foreign members, limits of batches, guests, the report, roles, status, preferences, the local socket.

Recorded from 10.11 on. A bot that owns itself gets another owner before it is switched off, see
settings.py: a real server does not answer otherwise while DisableBotsWhenOwnerIsDeactivated is true.
"""

from __future__ import annotations

from context import UNKNOWN_ID, pick

ORDER = 91


def prepare(c):
    c.alice = c.user('alice', login=True, first_name='A')
    c.bob = c.user('bob', login=True)
    c.carl = c.user('carl', login=True)  # leaves the team
    c.dora = c.user('dora', login=True)  # was never in the team
    c.eve = c.user('eve')  # deactivated as a member
    c.team, c.channel = c.team_with(c.alice, c.carl, c.eve)
    c.members = '/teams/%s/members' % c.team['id']
    c.channel_members = '/channels/%s/members' % c.channel['id']
    c.admin_id = c.people['admin'].id


def _bot(c, prefix, owner=None):
    bot = c.quiet('admin', 'POST', '/bots', {'username': c.name(prefix), 'display_name': 'Bot', 'description': 'd'})
    c.know(bot['user_id'], prefix)
    if owner:
        c.quiet('admin', 'POST', '/bots/%s/assign/%s' % (bot['user_id'], owner.id))
    return bot['user_id']


def _in(team, user):
    return {'team_id': team, 'user_id': user}


def keys(body):
    """The names of the values, as one text: a long list would be cut."""
    return ' '.join(sorted(body))


def ok(edit):
    """`edit`, but an error, or that there was no answer, is recorded as it is."""
    return lambda body: (
        body if isinstance(body, dict) and ('status_code' in body or '$no_answer' in body) else edit(body)
    )


quiet_member = ok(
    pick('channel_id', 'user_id', 'roles', 'scheme_guest', 'scheme_user', 'scheme_admin', 'explicit_roles')
)


# ---- bots ------------------------------------------------------------------
def bot_creation(c):
    c.call('bot_create_no_name', 'admin', 'POST', '/bots', {'display_name': 'x'})
    c.call('bot_create_as_user', c.bob, 'POST', '/bots', {'username': c.name('botno')})
    c.call('bot_create_owner_in_body', 'admin', 'POST', '/bots', {'username': c.name('botown'), 'owner_id': c.alice.id})


def bot_owner(c):
    """What the owner of a bot may do without a right of his own."""
    bot = _bot(c, 'botof', c.alice)
    c.call('bot_owner_get', c.alice, 'GET', '/bots/' + bot)
    c.call('bot_owner_patch', c.alice, 'PUT', '/bots/' + bot, {'description': 'x'})
    c.call('bot_owner_disable', c.alice, 'POST', '/bots/%s/disable' % bot)
    c.call('bot_owner_list', c.alice, 'GET', '/bots')
    c.call('bot_disable_no_bot', 'admin', 'POST', '/bots/%s/disable' % c.bob.id)


def bot_lists(c):
    off, on = _bot(c, 'botloff'), _bot(c, 'botlon')
    owner = c.user('botowner')
    orphans = {_bot(c, 'botlorphan', owner), _bot(c, 'botlorphanoff', owner)}
    c.quiet('admin', 'POST', '/bots/%s/disable' % off)
    c.quiet('admin', 'POST', '/bots/%s/disable' % max(orphans, key=lambda b: c.norm.names[b]))
    c.deactivate(owner)
    mine = orphans | {off, on}

    def names(body):
        return sorted([b['username'].replace(c.tag, '~'), b['delete_at'] > 0] for b in body if b['user_id'] in mine)

    for record, query in (
        ('bots_only_active', {}),
        ('bots_with_disabled', {'include_deleted': 'true'}),
        ('bots_orphans', {'only_orphaned': 'true'}),
        ('bots_orphans_with_disabled', {'only_orphaned': 'true', 'include_deleted': 'true'}),
        ('bots_not_a_bool', {'include_deleted': 'yes'}),
    ):
        c.call(record, 'admin', 'GET', '/bots', query=dict(query, per_page=200), edit=ok(names))
    c.call('bots_local', 'local', 'GET', '/bots', query={'per_page': 200}, edit=ok(names))


def owner_leaves(c):
    """The default of DisableBotsWhenOwnerIsDeactivated: the bots of a deactivated user are disabled."""
    owner = c.user('leaver')
    bot = _bot(c, 'botleft', owner)
    selfbot = c.user('selfsafe')
    c.quiet('admin', 'POST', selfbot.path + '/convert_to_bot')
    c.call('self_safe_owner', 'admin', 'GET', '/bots/' + selfbot.id, edit=ok(pick('user_id', 'owner_id')))
    c.quiet('admin', 'POST', '/bots/%s/assign/%s' % (selfbot.id, c.admin_id))
    given = c.quiet('admin', 'GET', '/bots/' + selfbot.id)['owner_id'] == c.admin_id
    with c.config(ServiceSettings={'DisableBotsWhenOwnerIsDeactivated': True}):
        c.call('owner_deactivated', 'admin', 'PUT', owner.path + '/active', {'active': False})
        c.call('owner_deactivated_bot', 'admin', 'GET', '/bots/' + bot, query={'include_deleted': 'true'})
        c.call(
            'owner_deactivated_bot_user', 'admin', 'GET', '/users/' + bot, edit=ok(pick('id', 'is_bot', 'delete_at'))
        )
        c.call('owner_active_again', 'admin', 'PUT', owner.path + '/active', {'active': True})
        c.call('owner_active_again_bot', 'admin', 'GET', '/bots/' + bot, query={'include_deleted': 'true'})
        if given:  # never without: the server would not answer any more
            c.call('self_safe_disable', 'admin', 'POST', '/bots/%s/disable' % selfbot.id)
            c.call('self_safe_enable', 'admin', 'POST', '/bots/%s/enable' % selfbot.id)
            c.call('self_safe_inactive', 'admin', 'PUT', selfbot.path + '/active', {'active': False})
            c.call('self_safe_bot', 'admin', 'GET', '/bots/' + selfbot.id, query={'include_deleted': 'true'})
            c.call('self_safe_delete', 'admin', 'DELETE', selfbot.path, query={'permanent': 'true'})
            c.call('self_safe_gone', 'admin', 'GET', '/bots/' + selfbot.id, query={'include_deleted': 'true'})


# ---- teams -----------------------------------------------------------------
def team_leavers(c):
    team = c.team['id']
    c.call('team_remove_as_member', c.alice, 'DELETE', '%s/%s' % (c.members, c.carl.id))
    c.call('team_remove_self', c.carl, 'DELETE', '%s/%s' % (c.members, c.carl.id))
    c.call('team_left_teams', 'admin', 'GET', c.carl.path + '/teams')
    c.call('team_left_memberships', 'admin', 'GET', c.carl.path + '/teams/members')
    c.call('team_left_channel_member', 'admin', 'GET', '%s/%s' % (c.channel_members, c.carl.id))
    c.call('team_left_channels', 'admin', 'GET', '%s/teams/%s/channels' % (c.carl.path, team))
    c.call('team_never_member', 'admin', 'GET', '%s/%s' % (c.members, c.dora.id))
    c.call('team_never_remove', 'admin', 'DELETE', '%s/%s' % (c.members, c.dora.id))
    c.call('channel_add_left_team', 'admin', 'POST', c.channel_members, {'user_id': c.carl.id})
    c.call('channel_add_never_in_team', 'admin', 'POST', c.channel_members, {'user_id': c.dora.id})
    c.call('team_left_add_again', 'admin', 'POST', c.members, _in(team, c.carl.id))
    c.call(
        'team_left_add_again_channel_member',
        'admin',
        'GET',
        '%s/%s' % (c.channel_members, c.carl.id),
        edit=quiet_member,
    )


def team_deactivated(c):
    c.deactivate(c.eve)
    c.call('team_eve_member', 'admin', 'GET', '%s/%s' % (c.members, c.eve.id))
    c.call('team_eve_teams', 'admin', 'GET', c.eve.path + '/teams', edit=ok(lambda body: [t['id'] for t in body]))

    def ids(body):
        return sorted(c.norm.names[m['user_id']] for m in body)

    c.call('team_eve_in_list', 'admin', 'GET', c.members, query={'per_page': 200}, edit=ok(ids))
    c.call(
        'team_eve_excluded',
        'admin',
        'GET',
        c.members,
        query={'per_page': 200, 'exclude_deleted_users': 'true'},
        edit=ok(ids),
    )
    c.call('team_stats_with_eve', 'admin', 'GET', '/teams/%s/stats' % c.team['id'])
    c.call('team_eve_remove', 'admin', 'DELETE', '%s/%s' % (c.members, c.eve.id))


def team_bad_requests(c):
    team, batch = c.team['id'], c.members + '/batch'
    c.call('team_add_no_json', 'admin', 'POST', c.members, raw='{')
    c.call('team_batch_unknown_user', 'admin', 'POST', batch, [_in(team, UNKNOWN_ID), _in(team, c.bob.id)])
    c.call(
        'team_batch_unknown_then',
        'admin',
        'GET',
        '%s/%s' % (c.members, c.bob.id),
        edit=ok(pick('user_id', 'delete_at')),
    )
    c.call('team_batch_unknown_last', 'admin', 'POST', batch, [_in(team, c.bob.id), _in(team, UNKNOWN_ID)])
    c.call(
        'team_batch_unknown_last_then',
        'admin',
        'GET',
        '%s/%s' % (c.members, c.bob.id),
        edit=ok(pick('user_id', 'delete_at')),
    )
    c.call(
        'team_batch_unknown_graceful',
        'admin',
        'POST',
        batch,
        [_in(team, c.bob.id), _in(team, UNKNOWN_ID)],
        query={'graceful': 'true'},
        unordered=True,
    )
    c.call('team_batch_graceful_false', 'admin', 'POST', batch, [_in(team, c.bob.id)], query={'graceful': 'false'})
    c.call('team_batch_256', 'admin', 'POST', batch, [_in(team, c.bob.id)] * 256, edit=ok(len))
    c.call('team_batch_257', 'admin', 'POST', batch, [_in(team, c.bob.id)] * 257)
    c.call('team_roles_unknown', 'admin', 'PUT', '%s/%s/roles' % (c.members, c.bob.id), {'roles': 'no_such_role'})
    c.call('team_scheme_nothing', 'admin', 'PUT', '%s/%s/schemeRoles' % (c.members, c.bob.id), {})
    c.call('team_roles_empty', 'admin', 'PUT', '%s/%s/roles' % (c.members, c.bob.id), {'roles': ''})
    c.call('team_roles_empty_then', 'admin', 'GET', '%s/%s' % (c.members, c.bob.id))
    c.call(
        'team_scheme_repairs',
        'admin',
        'PUT',
        '%s/%s/schemeRoles' % (c.members, c.bob.id),
        {'scheme_user': True, 'scheme_admin': False},
    )
    c.call('team_scheme_repairs_then', 'admin', 'GET', '%s/%s' % (c.members, c.bob.id))
    c.call('teams_unknown_user', 'admin', 'GET', '/users/%s/teams' % UNKNOWN_ID)
    c.call(
        'team_by_name_as_outsider',
        c.dora,
        'GET',
        '/teams/name/' + c.team['name'],
        edit=ok(pick('id', 'name', 'email', 'invite_id')),
    )


def archived(c):
    old = c.quiet('admin', 'POST', '/teams', {'name': c.name('old'), 'display_name': 'O', 'type': 'O'})
    c.know(old['id'], 'old-team')
    c.quiet('admin', 'POST', '/teams/%s/members' % old['id'], _in(old['id'], c.dora.id))
    c.quiet('admin', 'DELETE', '/teams/' + old['id'])
    c.call('team_archived_teams', 'admin', 'GET', c.dora.path + '/teams')
    c.call('team_archived_memberships', 'admin', 'GET', c.dora.path + '/teams/members')
    c.call('team_archived_remove', 'admin', 'DELETE', '/teams/%s/members/%s' % (old['id'], c.dora.id))


def guests(c):
    """A guest (with a licence) is member of a team, but of no channel by itself."""
    guest = c.user('guest')
    c.call('guest_demote', 'admin', 'POST', guest.path + '/demote')
    c.call('guest_team_add', 'admin', 'POST', c.members, _in(c.team['id'], guest.id))
    c.call(
        'guest_channels',
        'admin',
        'GET',
        '%s/teams/%s/channels' % (guest.path, c.team['id']),
        edit=ok(lambda body: sorted(ch['name'].replace(c.tag, '') for ch in body)),
    )
    c.call('guest_channel_add', 'admin', 'POST', c.channel_members, {'user_id': guest.id}, edit=quiet_member)
    c.call(
        'guest_team_admin',
        'admin',
        'PUT',
        '%s/%s/schemeRoles' % (c.members, guest.id),
        {'scheme_user': True, 'scheme_admin': True},
    )


def group_constrained(c):
    team = c.quiet('admin', 'POST', '/teams', {'name': c.name('ldap'), 'display_name': 'L', 'type': 'O'})
    c.know(team['id'], 'group-team')
    c.call(
        'team_group_constrained',
        'admin',
        'PUT',
        '/teams/%s/patch' % team['id'],
        {'group_constrained': True},
        edit=ok(pick('id', 'group_constrained')),
    )
    c.call('team_group_constrained_add', 'admin', 'POST', '/teams/%s/members' % team['id'], _in(team['id'], c.bob.id))


# ---- channels --------------------------------------------------------------
def channels(c):
    team = c.team['id']
    private = c.quiet(
        'admin', 'POST', '/channels', {'team_id': team, 'name': c.name('secret'), 'display_name': 'S', 'type': 'P'}
    )
    c.know(private['id'], 'secret')
    by_name = '/teams/%s/channels/name/%s' % (team, private['name'])
    some = ok(pick('id', 'name', 'type', 'delete_at'))
    c.call('channel_private_by_name_not_member', c.alice, 'GET', by_name)
    c.call(
        'channel_add_some_unknown',
        'admin',
        'POST',
        c.channel_members,
        {'user_ids': [c.bob.id, UNKNOWN_ID, c.dora.id]},
        edit=ok(lambda body: [quiet_member(m) for m in body]),
    )
    c.call('channel_add_all_unknown', 'admin', 'POST', c.channel_members, {'user_ids': [UNKNOWN_ID, c.dora.id]})
    c.call('channel_add_empty', 'admin', 'POST', c.channel_members, {'user_ids': []})
    c.call('channel_add_1001', 'admin', 'POST', c.channel_members, {'user_ids': [c.bob.id] * 1001})
    gone = c.user('chgone')
    c.quiet('admin', 'POST', c.members, _in(team, gone.id))
    c.deactivate(gone)
    c.call('channel_add_deactivated', 'admin', 'POST', c.channel_members, {'user_id': gone.id}, edit=quiet_member)
    c.call('channel_remove_self', c.alice, 'DELETE', '%s/%s' % (c.channel_members, c.alice.id))
    town = c.quiet('admin', 'GET', '/teams/%s/channels/name/town-square' % team)
    c.know(town['id'], 'town-square')
    c.quiet('admin', 'DELETE', '/channels/' + private['id'])
    c.call('channel_archived_by_name', 'admin', 'GET', by_name)
    c.call('channel_archived_by_name_included', 'admin', 'GET', by_name, query={'include_deleted': 'true'}, edit=some)


# ---- the server ------------------------------------------------------------
def report(c):
    def names(body):
        return [item['username'].replace(c.tag, '~') for item in body]

    mine = {'search_term': c.tag, 'page_size': 3}

    def ask(record, who='admin', **query):
        c.call(record, who, 'GET', '/reports/users', query=dict(mine, **query), edit=ok(names))

    c.call(
        'report_keys',
        'admin',
        'GET',
        '/reports/users',
        query={'search_term': c.alice.name},
        edit=ok(lambda body: {k: type(v).__name__ for k, v in body[0].items()}),
    )
    ask('report_first')
    ask('report_prev', direction='prev', from_column_value=c.carl.name, from_id=c.carl.id)
    ask('report_hide_active', hide_active='true')
    ask('report_hide_both', hide_active='true', hide_inactive='true')
    ask('report_team', team_filter=c.team['id'])
    ask('report_team_malformed', team_filter='short')
    ask('report_no_team', has_no_team='true')
    ask('report_role_admin', role_filter='system_admin')
    ask('report_bots_too', search_term='botof' + c.tag)
    ask('report_as_user', who=c.bob)


def roles(c):
    c.call('roles_all_as_user', c.bob, 'GET', '/roles')
    names = [
        'system_admin',
        'system_user',
        'system_guest',
        'system_manager',
        'system_user_manager',
        'system_read_only_admin',
        'system_custom_group_admin',
        'system_post_all',
        'system_post_all_public',
        'system_user_access_token',
        'team_admin',
        'team_user',
        'team_guest',
        'channel_admin',
        'channel_user',
        'channel_guest',
    ]

    def there(body):
        return {n: n in {r['name'] for r in body} for n in names}

    c.call('roles_which_exist', 'admin', 'POST', '/roles/names', names, edit=ok(there))


def server(c):
    c.call('ping_status', 'admin', 'GET', '/system/ping', query={'get_server_status': 'true'}, edit=ok(keys))
    c.call('ping_status_anon', 'anon', 'GET', '/system/ping', query={'get_server_status': 'true'}, edit=ok(keys))
    c.call('limits_keys', 'admin', 'GET', '/limits/server', edit=ok(keys))
    c.call('limits_as_user', c.bob, 'GET', '/limits/server')
    c.call(
        'client_config_no_format',
        'admin',
        'GET',
        '/config/client',
        edit=ok(pick('EnableUserAccessTokens', 'EnableGuestAccounts')),
    )


# ---- status, preferences ---------------------------------------------------
def status(c):
    path = c.dora.path + '/status'
    some = ok(pick('user_id', 'status', 'manual', 'dnd_end_time'))
    c.call('status_unknown_user', 'admin', 'GET', '/users/%s/status' % UNKNOWN_ID)
    c.call('status_never_seen', 'admin', 'GET', c.eve.path + '/status', edit=some)
    c.call('status_set', c.dora, 'PUT', path, {'user_id': c.dora.id, 'status': 'away'}, edit=some)
    c.call('status_get_as_other', c.bob, 'GET', path, edit=some)
    c.call('status_set_by_admin', 'admin', 'PUT', path, {'user_id': c.dora.id, 'status': 'dnd'}, edit=some)
    c.call('status_bad', c.dora, 'PUT', path, {'user_id': c.dora.id, 'status': 'sleeping'})


def preferences(c):
    path = c.dora.path + '/preferences'
    one = {'user_id': c.dora.id, 'category': 'display_settings', 'name': 'use_military_time', 'value': 'true'}
    c.call('preferences_put', c.dora, 'PUT', path, [one])
    c.call('preferences_put_by_admin', 'admin', 'PUT', path, [dict(one, value='false')])
    c.call('preferences_put_by_other', c.bob, 'PUT', path, [one])
    c.call('preferences_put_other_id', c.dora, 'PUT', path, [dict(one, user_id=c.bob.id)])
    c.call('preferences_none', 'admin', 'GET', path + '/display_settings/name/no_such_name')
    c.call('preferences_delete', 'admin', 'POST', path + '/delete', [one])


def over_the_socket(c):
    bot = _bot(c, 'botsock')
    c.call('local_bot_patch', 'local', 'PUT', '/bots/' + bot, {'description': 'local'})
    c.call('local_bot_create', 'local', 'POST', '/bots', {'username': c.name('botmade'), 'display_name': 'L'})
    c.call('local_team_batch', 'local', 'POST', c.members + '/batch', [_in(c.team['id'], c.bob.id)])
    c.call('local_team_member', 'local', 'GET', '%s/%s' % (c.members, c.bob.id))
    c.call('local_team_roles', 'local', 'PUT', '%s/%s/roles' % (c.members, c.bob.id), {'roles': 'team_user'})
    c.call('local_memberships', 'local', 'GET', c.bob.path + '/teams/members')
    c.call('local_channel_remove', 'local', 'DELETE', '%s/%s' % (c.channel_members, c.bob.id))
    c.call('local_status', 'local', 'GET', c.bob.path + '/status')
    c.call('local_preferences', 'local', 'GET', c.bob.path + '/preferences', unordered=True)
    c.call(
        'local_client_license', 'local', 'GET', '/license/client', query={'format': 'old'}, edit=ok(pick('IsLicensed'))
    )


SECTIONS = [
    bot_creation,
    bot_owner,
    bot_lists,
    owner_leaves,
    team_leavers,
    team_deactivated,
    team_bad_requests,
    archived,
    guests,
    group_constrained,
    channels,
    report,
    roles,
    server,
    status,
    preferences,
    over_the_socket,
]
