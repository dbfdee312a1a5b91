# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations next to the users API that user administration needs: bots, memberships of teams and
channels, the user report, limits, licence and client configuration, roles, status.

Recorded from 10.11 on. A bot is never switched off while it owns itself: a real server with the
default of DisableBotsWhenOwnerIsDeactivated would not answer any more.
"""

from __future__ import annotations

from context import UNKNOWN_ID, pick

ORDER = 90


def prepare(c):
    c.alice = c.user('alice', login=True, first_name='A')
    c.bob = c.user('bob', login=True)
    c.carl = c.user('carl')
    c.gone = c.user('gone')
    c.team, c.channel = c.team_with(c.alice)
    c.deactivate(c.gone)
    admin = c.people['admin']
    c.other = c.user('other')
    c.admin_id = admin.id


def _bot(c, prefix):
    bot = c.quiet('admin', 'POST', '/bots', {'username': c.name(prefix), 'display_name': 'Bot', 'description': 'd'})
    c.know(bot['user_id'], prefix)
    return bot['user_id']


# ---- bots ------------------------------------------------------------------
def bots(c):
    bot = _bot(c, 'botone')
    path = '/bots/' + bot
    c.call('bot_get', 'admin', 'GET', path)
    c.call('bot_get_as_user', c.bob, 'GET', path)
    c.call('bot_get_unknown', 'admin', 'GET', '/bots/' + UNKNOWN_ID)
    c.call('bot_get_user_id', 'admin', 'GET', '/bots/' + c.alice.id)
    c.call('bot_get_malformed', 'admin', 'GET', '/bots/short')
    c.call('bot_patch', 'admin', 'PUT', path, {'description': 'new', 'display_name': 'New'})
    c.call('bot_patch_same', 'admin', 'PUT', path, {'description': 'new'})
    c.call('bot_patch_empty', 'admin', 'PUT', path, {})
    c.call('bot_patch_name', 'admin', 'PUT', path, {'username': c.name('botnew')})
    c.call('bot_patch_name_taken', 'admin', 'PUT', path, {'username': c.alice.name})
    c.call('bot_patch_as_user', c.bob, 'PUT', path, {'description': 'x'})
    c.call('bot_patch_then_user', 'admin', 'GET', '/users/' + bot)
    c.call('bot_disable', 'admin', 'POST', path + '/disable')
    c.call('bot_disable_again', 'admin', 'POST', path + '/disable')
    c.call('bot_disabled_user', 'admin', 'GET', '/users/' + bot)
    c.call('bot_get_disabled', 'admin', 'GET', path)
    c.call('bot_get_disabled_included', 'admin', 'GET', path, query={'include_deleted': 'true'})
    c.call('bot_enable', 'admin', 'POST', path + '/enable')
    c.call('bot_enable_again', 'admin', 'POST', path + '/enable')
    c.call('bot_assign', 'admin', 'POST', path + '/assign/' + c.alice.id)
    c.call('bot_assign_same', 'admin', 'POST', path + '/assign/' + c.alice.id)
    c.call('bot_assign_unknown_user', 'admin', 'POST', path + '/assign/' + UNKNOWN_ID)
    c.call('bot_assign_deactivated_user', 'admin', 'POST', path + '/assign/' + c.gone.id)
    c.call('bot_assign_unknown_bot', 'admin', 'POST', '/bots/%s/assign/%s' % (UNKNOWN_ID, c.alice.id))
    c.call('bot_assign_as_user', c.bob, 'POST', path + '/assign/' + c.bob.id)
    c.call('bot_disable_as_owner', c.alice, 'POST', path + '/disable')
    c.call('bot_disable_unknown', 'admin', 'POST', '/bots/%s/disable' % UNKNOWN_ID)
    c.call('bot_assign_disabled_user_as_bot_owner', 'admin', 'POST', path + '/assign/' + bot)
    c.call('bot_assign_back', 'admin', 'POST', path + '/assign/' + c.admin_id)


def bot_lists(c):
    mine = {_bot(c, 'botlist'), _bot(c, 'botlist')}
    orphan = _bot(c, 'botorphan')
    c.quiet('admin', 'POST', '/bots/%s/assign/%s' % (orphan, c.other.id))
    c.deactivate(c.other)
    mine.add(orphan)

    def ours(body):
        return sorted((item for item in body if item.get('user_id') in mine), key=lambda item: item['username'])

    c.call('bots_list', 'admin', 'GET', '/bots', query={'per_page': 200}, edit=ours)
    c.call('bots_list_deleted', 'admin', 'GET', '/bots', query={'per_page': 200, 'include_deleted': 'true'}, edit=ours)
    c.call(
        'bots_list_orphaned',
        'admin',
        'GET',
        '/bots',
        query={'per_page': 200, 'only_orphaned': 'true', 'include_deleted': 'true'},
        edit=ours,
    )
    c.call('bots_list_page_far', 'admin', 'GET', '/bots', query={'page': 1000, 'per_page': 200})
    c.call('bots_list_as_user', c.bob, 'GET', '/bots')
    c.call('bots_list_anon', 'anon', 'GET', '/bots')
    c.call('bots_list_count_201', 'admin', 'GET', '/bots', query={'per_page': 201}, edit=ours)


def self_owned(c):
    """A bot made by conversion owns itself. Given to somebody else, it can be switched off."""
    user = c.user('selfbot')
    c.quiet('admin', 'POST', user.path + '/convert_to_bot')
    c.call('self_owned_bot', 'admin', 'GET', '/bots/' + user.id)
    c.call('self_owned_assign', 'admin', 'POST', '/bots/%s/assign/%s' % (user.id, c.admin_id))
    c.call('self_owned_then_inactive', 'admin', 'PUT', user.path + '/active', {'active': False})
    c.call('self_owned_then_bot', 'admin', 'GET', '/bots/' + user.id, query={'include_deleted': 'true'})
    c.call('self_owned_then_active', 'admin', 'PUT', user.path + '/active', {'active': True})
    c.call('self_owned_then_bot_active', 'admin', 'GET', '/bots/' + user.id)


# ---- teams -----------------------------------------------------------------
def team_members(c):
    team = c.team['id']
    members = '/teams/%s/members' % team
    c.call('team_by_name', 'admin', 'GET', '/teams/name/' + c.team['name'])
    c.call('team_by_name_unknown', 'admin', 'GET', '/teams/name/no-such-team-here')
    c.call('team_by_name_upper', 'admin', 'GET', '/teams/name/' + c.team['name'].upper())
    c.call('team_of_nobody', 'admin', 'GET', c.bob.path + '/teams')
    c.call('team_add', 'admin', 'POST', members, {'team_id': team, 'user_id': c.bob.id})
    c.call('team_add_again', 'admin', 'POST', members, {'team_id': team, 'user_id': c.bob.id})
    c.call('team_add_unknown_user', 'admin', 'POST', members, {'team_id': team, 'user_id': UNKNOWN_ID})
    c.call('team_add_deactivated', 'admin', 'POST', members, {'team_id': team, 'user_id': c.gone.id})
    c.call(
        'team_add_unknown_team',
        'admin',
        'POST',
        '/teams/%s/members' % UNKNOWN_ID,
        {'team_id': UNKNOWN_ID, 'user_id': c.bob.id},
    )
    c.call('team_add_other_team_in_body', 'admin', 'POST', members, {'team_id': UNKNOWN_ID, 'user_id': c.bob.id})
    c.call('team_add_as_member', c.alice, 'POST', members, {'team_id': team, 'user_id': c.carl.id})
    c.call('team_member', 'admin', 'GET', members + '/' + c.bob.id)
    c.call('team_member_none', 'admin', 'GET', members + '/' + c.gone.id)
    c.call('team_member_list', 'admin', 'GET', members, query={'per_page': 200}, edit=lambda body: [len(body)])
    c.call('team_members_by_ids', 'admin', 'POST', members + '/ids', [c.bob.id, UNKNOWN_ID])
    c.call(
        'team_of_user',
        'admin',
        'GET',
        c.bob.path + '/teams',
        edit=lambda body: [pick('id', 'name', 'type', 'delete_at')(t) for t in body],
    )
    c.call('team_of_user_as_other', c.alice, 'GET', c.bob.path + '/teams')
    c.call('team_memberships_of_user', 'admin', 'GET', c.bob.path + '/teams/members')
    c.call(
        'team_batch',
        'admin',
        'POST',
        members + '/batch',
        [{'team_id': team, 'user_id': c.carl.id}, {'team_id': team, 'user_id': c.bob.id}],
        unordered=True,
    )
    c.call(
        'team_batch_graceful',
        'admin',
        'POST',
        members + '/batch',
        [{'team_id': team, 'user_id': c.gone.id}, {'team_id': team, 'user_id': c.bob.id}],
        query={'graceful': 'true'},
        unordered=True,
    )
    c.call('team_batch_empty', 'admin', 'POST', members + '/batch', [])
    c.call('team_batch_21', 'admin', 'POST', members + '/batch', [{'team_id': team, 'user_id': c.bob.id}] * 21)
    c.call('team_roles_admin', 'admin', 'PUT', '%s/%s/roles' % (members, c.bob.id), {'roles': 'team_user team_admin'})
    c.call('team_roles_admin_then', 'admin', 'GET', members + '/' + c.bob.id)
    c.call(
        'team_scheme_roles',
        'admin',
        'PUT',
        '%s/%s/schemeRoles' % (members, c.bob.id),
        {'scheme_user': True, 'scheme_admin': False},
    )
    c.call('team_scheme_roles_then', 'admin', 'GET', members + '/' + c.bob.id)
    c.call('team_remove', 'admin', 'DELETE', members + '/' + c.carl.id)
    c.call('team_remove_again', 'admin', 'DELETE', members + '/' + c.carl.id)
    c.call('team_removed_member', 'admin', 'GET', members + '/' + c.carl.id)
    c.call('team_stats', 'admin', 'GET', '/teams/%s/stats' % team)


def special_teams(c):
    closed = c.quiet('admin', 'POST', '/teams', {'name': c.name('closed'), 'display_name': 'C', 'type': 'I'})
    c.know(closed['id'], 'closed-team')
    c.quiet('admin', 'PUT', '/teams/%s/patch' % closed['id'], {'allowed_domains': 'corp.example'})
    c.call(
        'team_allowed_domain_refused',
        'admin',
        'POST',
        '/teams/%s/members' % closed['id'],
        {'team_id': closed['id'], 'user_id': c.bob.id},
    )
    c.quiet('admin', 'PUT', '/teams/%s/patch' % closed['id'], {'allowed_domains': ''})
    c.call(
        'team_invite_only_by_admin',
        'admin',
        'POST',
        '/teams/%s/members' % closed['id'],
        {'team_id': closed['id'], 'user_id': c.bob.id},
    )
    c.quiet('admin', 'DELETE', '/teams/%s' % closed['id'])
    c.call(
        'team_archived_add',
        'admin',
        'POST',
        '/teams/%s/members' % closed['id'],
        {'team_id': closed['id'], 'user_id': c.carl.id},
    )
    c.call('team_archived_by_name', 'admin', 'GET', '/teams/name/' + closed['name'])
    c.call(
        'team_archived_of_user',
        'admin',
        'GET',
        c.bob.path + '/teams',
        edit=lambda body: sorted(t['delete_at'] > 0 for t in body),
    )


# ---- channels --------------------------------------------------------------
quiet_member = pick('channel_id', 'user_id', 'roles', 'scheme_guest', 'scheme_user', 'scheme_admin', 'explicit_roles')


def channel_members(c):
    team, channel = c.team['id'], c.channel['id']
    members = '/channels/%s/members' % channel
    c.call(
        'channel_by_name',
        'admin',
        'GET',
        '/teams/%s/channels/name/%s' % (team, c.channel['name']),
        edit=pick('id', 'name', 'type', 'team_id', 'delete_at'),
    )
    c.call(
        'channel_by_name_of_team_name',
        'admin',
        'GET',
        '/teams/name/%s/channels/name/%s' % (c.team['name'], c.channel['name']),
        edit=pick('id', 'name', 'type', 'team_id', 'delete_at'),
    )
    c.call('channel_by_name_unknown', 'admin', 'GET', '/teams/%s/channels/name/nosuchchannel' % team)
    c.call('channel_add', 'admin', 'POST', members, {'user_id': c.bob.id})
    # The message that somebody was added counts as a mention, a moment later.
    c.call('channel_add_again', 'admin', 'POST', members, {'user_id': c.bob.id}, edit=quiet_member)
    c.call('channel_add_not_in_team', 'admin', 'POST', members, {'user_id': c.carl.id})
    c.call('channel_add_unknown_user', 'admin', 'POST', members, {'user_id': UNKNOWN_ID})
    c.call('channel_add_many', 'admin', 'POST', members, {'user_ids': [c.bob.id, c.alice.id]})
    c.call('channel_add_unknown_channel', 'admin', 'POST', '/channels/%s/members' % UNKNOWN_ID, {'user_id': c.bob.id})
    c.call('channel_add_as_user', c.bob, 'POST', members, {'user_id': c.carl.id})
    c.call('channel_member', 'admin', 'GET', members + '/' + c.bob.id)
    c.call('channel_member_none', 'admin', 'GET', members + '/' + c.carl.id)
    c.call('channel_members_by_ids', 'admin', 'POST', members + '/ids', [c.bob.id, UNKNOWN_ID])
    c.call(
        'channels_of_user',
        'admin',
        'GET',
        '%s/teams/%s/channels' % (c.bob.path, team),
        edit=lambda body: sorted(ch['name'].replace(c.tag, '') for ch in body if ch['type'] == 'O'),
    )
    c.call(
        'channel_roles_admin',
        'admin',
        'PUT',
        '%s/%s/roles' % (members, c.bob.id),
        {'roles': 'channel_user channel_admin'},
    )
    c.call(
        'channel_scheme_roles',
        'admin',
        'PUT',
        '%s/%s/schemeRoles' % (members, c.bob.id),
        {'scheme_user': True, 'scheme_admin': False},
    )
    c.call('channel_remove', 'admin', 'DELETE', members + '/' + c.bob.id)
    c.call('channel_remove_again', 'admin', 'DELETE', members + '/' + c.bob.id)
    town = c.quiet('admin', 'GET', '/teams/%s/channels/name/town-square' % team)
    c.know(town['id'], 'town-square')
    c.call('channel_remove_default', 'admin', 'DELETE', '/channels/%s/members/%s' % (town['id'], c.bob.id))
    c.call(
        'channel_member_default',
        'admin',
        'GET',
        '/channels/%s/members/%s' % (town['id'], c.bob.id),
        edit=pick('channel_id', 'user_id', 'roles', 'scheme_user', 'scheme_admin'),
    )
    private = c.quiet(
        'admin', 'POST', '/channels', {'team_id': team, 'name': c.name('priv'), 'display_name': 'P', 'type': 'P'}
    )
    c.know(private['id'], 'private')
    c.call('channel_private_add', 'admin', 'POST', '/channels/%s/members' % private['id'], {'user_id': c.bob.id})
    c.quiet('admin', 'DELETE', '/channels/' + private['id'])
    c.call('channel_archived_add', 'admin', 'POST', '/channels/%s/members' % private['id'], {'user_id': c.alice.id})


# ---- the server ------------------------------------------------------------
def server(c):
    keep = (
        'EnableUserAccessTokens',
        'EnableMultifactorAuthentication',
        'EnforceMultifactorAuthentication',
        'EnableLdap',
        'EnableSaml',
        'EnableSignUpWithGitLab',
        'EnableSignUpWithGoogle',
        'EnableSignUpWithOffice365',
        'EnableSignUpWithOpenId',
        'EnableGuestAccounts',
        'RequireEmailVerification',
        'PasswordMinimumLength',
        'EnableSignInWithEmail',
        'EnableSignInWithUsername',
        'SendEmailNotifications',
    )
    c.call('client_config_admin', 'admin', 'GET', '/config/client', query={'format': 'old'}, edit=pick(*keep))
    c.call('client_config_anon', 'anon', 'GET', '/config/client', query={'format': 'old'}, edit=pick(*keep))
    c.call(
        'client_license_admin',
        'admin',
        'GET',
        '/license/client',
        query={'format': 'old'},
        edit=pick(
            'IsLicensed', 'GuestAccounts', 'LDAP', 'SAML', 'OpenId', 'Users', 'SkuShortName', 'CustomTermsOfService'
        ),
    )
    c.call(
        'client_license_anon',
        'anon',
        'GET',
        '/license/client',
        query={'format': 'old'},
        edit=pick(
            'IsLicensed', 'GuestAccounts', 'LDAP', 'SAML', 'OpenId', 'Users', 'SkuShortName', 'CustomTermsOfService'
        ),
    )
    c.call('config_read_as_user', c.bob, 'GET', '/config')
    c.call(
        'roles_by_names',
        'admin',
        'POST',
        '/roles/names',
        ['system_user', 'no_such_role', 'system_guest'],
        edit=lambda body: sorted(r['name'] for r in body),
    )
    c.call(
        'role_by_name',
        'admin',
        'GET',
        '/roles/name/system_user_manager',
        edit=pick('name', 'built_in', 'scheme_managed', 'delete_at'),
    )
    c.call('role_by_name_unknown', 'admin', 'GET', '/roles/name/no_such_role')
    c.call(
        'role_by_name_as_user',
        c.bob,
        'GET',
        '/roles/name/system_user',
        edit=pick('name', 'built_in', 'scheme_managed', 'delete_at'),
    )
    c.call(
        'report_one',
        'admin',
        'GET',
        '/reports/users',
        query={'search_term': c.alice.name},
        edit=lambda body: [sorted(item) for item in body],
    )
    c.call(
        'report_sorted',
        'admin',
        'GET',
        '/reports/users',
        query={'page_size': 2, 'sort_column': 'Username', 'search_term': c.tag},
        edit=lambda body: [item.get('username') for item in body],
    )
    c.call(
        'report_after',
        'admin',
        'GET',
        '/reports/users',
        query={
            'page_size': 2,
            'sort_column': 'Username',
            'search_term': c.tag,
            'direction': 'next',
            'from_column_value': c.bob.name,
            'from_id': c.bob.id,
        },
        edit=lambda body: [item.get('username') for item in body],
    )
    c.call('report_sort_unknown', 'admin', 'GET', '/reports/users', query={'sort_column': 'Nonsense'})
    c.call('report_role', 'admin', 'GET', '/reports/users', query={'role_filter': 'system_guest', 'search_term': c.tag})
    c.call('cpa_fields', 'admin', 'GET', '/custom_profile_attributes/fields')


def over_the_socket(c):
    bot = _bot(c, 'botlocal')
    c.call('local_bot', 'local', 'GET', '/bots/' + bot)
    c.call('local_bot_disable', 'local', 'POST', '/bots/%s/disable' % bot)
    c.call('local_bot_enable', 'local', 'POST', '/bots/%s/enable' % bot)
    c.call('local_bot_assign', 'local', 'POST', '/bots/%s/assign/%s' % (bot, c.alice.id))
    c.call(
        'local_team_by_name',
        'local',
        'GET',
        '/teams/name/' + c.team['name'],
        edit=pick('id', 'name', 'type', 'delete_at'),
    )
    c.call(
        'local_team_add',
        'local',
        'POST',
        '/teams/%s/members' % c.team['id'],
        {'team_id': c.team['id'], 'user_id': c.carl.id},
    )
    c.call('local_team_remove', 'local', 'DELETE', '/teams/%s/members/%s' % (c.team['id'], c.carl.id))
    c.call('local_teams_of_user', 'local', 'GET', c.bob.path + '/teams')
    c.call('local_channel_add', 'local', 'POST', '/channels/%s/members' % c.channel['id'], {'user_id': c.bob.id})
    c.call(
        'local_report',
        'local',
        'GET',
        '/reports/users',
        query={'search_term': c.alice.name},
        edit=lambda body: [sorted(item) for item in body] if isinstance(body, list) else body,
    )
    c.call('local_limits', 'local', 'GET', '/limits/server')
    c.call(
        'local_roles',
        'local',
        'GET',
        '/roles/name/system_user',
        edit=lambda body: pick('name')(body) if 'name' in body else body,
    )


SECTIONS = [bots, bot_lists, self_owned, team_members, special_teams, channel_members, server, over_the_socket]
