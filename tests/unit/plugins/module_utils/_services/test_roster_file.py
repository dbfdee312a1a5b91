# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roster files as other systems export them, and what is refused of them."""

from __future__ import annotations

import json
import os

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster import RosterService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import ENTRY_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_file import read_roster
from ansible_collections.mmops.mattermost.plugins.modules.mm_users import SUBJECT
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import FakeClient

SECRET = "Hush-hunter-2"


def write(directory, name, content):
    path = directory / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def read(path, columns=None, delimiter=None, defaults=None):
    """What the entries declare beside the defaults of options."""
    plain = declared(ENTRY_OPTIONS)
    roster = read_roster(path, columns or {}, ENTRY_OPTIONS, delimiter, defaults)
    return [{key: value for key, value in entry.options.items() if value != plain[key]} for entry in roster.entries]


ZOE = [{"username": "zoe", "email": "zoe@example.com", "first_name": "Zoë, Dr."}]


# -- tables ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        'username,email,first_name\nzoe,zoe@example.com,"Zoë, Dr."\n',
        "username;email;first_name\r\nzoe;zoe@example.com;Zoë, Dr.\r\n",
        "username\temail\tfirst_name\nzoe\tzoe@example.com\tZoë, Dr.\n",
        "username|email|first_name\nzoe|zoe@example.com|Zoë, Dr.\n",
        "sep=;\nusername;email;first_name\nzoe;zoe@example.com;Zoë, Dr.\n",
        '"sep=;"\r\nusername;email;first_name\r\nzoe;zoe@example.com;Zoë, Dr.\r\n',
        '#TYPE Selected.Microsoft.AD.ADUser\n"username";"email";"first_name"\n"zoe";"zoe@example.com";"Zoë, Dr."\n',
        "\n;;\n Username ; E-MAIL;First_Name \n;;\nzoe;zoe@example.com;Zoë, Dr.\n ; ;\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_separator_headings_and_encoding_are_found(tmp_path, text, encoding):
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    path = write(tmp_path, "people.csv", mark + text.encode(encoding))
    assert read(path, {"e-mail": "email"} if "E-MAIL" in text else {}) == ZOE


@pytest.mark.parametrize("delimiter", [";", "semicolon"])
def test_the_separator_may_be_given(tmp_path, delimiter):
    assert read(write(tmp_path, "a.csv", "username;nickname\nzoe;a,b\n"), delimiter=delimiter) == [
        {"username": "zoe", "nickname": "a,b"}
    ]


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n", "\0", "\ud800"])
def test_a_separator_that_is_none_is_refused(tmp_path, delimiter):
    with pytest.raises(InvalidInput, match="delimiter is not a valid separator"):
        read(write(tmp_path, "a.csv", "username\nzoe\n"), delimiter=delimiter)


def test_lines_are_counted_with_those_that_are_skipped(tmp_path):
    text = "sep=;\n\nusername;guest\nzoe;yes\n;\nada;perhaps\n"
    with pytest.raises(InvalidInput, match=r"a\.csv, line 6, column 2: guest must be true or false"):
        read(write(tmp_path, "a.csv", text))


def test_a_wrong_separator_is_suspected(tmp_path):
    with pytest.raises(InvalidInput, match=r"line 1: the headings are separated by semicolons\?"):
        read(write(tmp_path, "a.csv", "username;email\nzoe;z@example.com\n"), delimiter=",")


def test_an_empty_heading_is_refused_only_if_something_stands_below(tmp_path):
    assert read(write(tmp_path, "a.csv", "username,,\nzoe,,\n")) == [{"username": "zoe"}]
    with pytest.raises(InvalidInput, match="line 2, column 3: the column has no heading") as error:
        read(write(tmp_path, "a.csv", f"username,,\nzoe,,{SECRET}\n"))
    assert SECRET not in str(error.value)


@pytest.mark.parametrize("word", ["true", "T", "Yes", "y", "ON", "1", " true "])
def test_booleans_are_those_of_ansible(tmp_path, word):
    assert read(write(tmp_path, "a.csv", f"username,guest\nzoe,{word}\n"))[0]["guest"] is True
    assert read(write(tmp_path, "a.yml", f"- {{username: zoe, guest: {word}}}\n"))[0]["guest"] is True


def test_texts_that_a_spreadsheet_would_take_for_formulas_are_marked(tmp_path):
    text = "username,nickname,position\nzoe,'=1+1,''-x\nada,'tis,=2\n"
    assert read(write(tmp_path, "a.csv", text)) == [
        {"username": "zoe", "nickname": "=1+1", "position": "'-x"},
        {"username": "ada", "nickname": "'tis", "position": "=2"},
    ]


# -- documents ---------------------------------------------------------------------------------------------------


def test_numbers_dates_and_words_of_yaml_stay_the_texts_that_they_are(tmp_path):
    text = """
        - username: no
          first_name: 007
          last_name: 2026-13-45
          nickname: 12:30
          position: 1e3
          props: {cost_center: 0815, on: yes, empty: !!str 1, big: %s}
          email: ~
          guest: off
    """ % ("9" * 5000)
    assert read(write(tmp_path, "a.yml", text)) == [
        {
            "username": "no",
            "first_name": "007",
            "last_name": "2026-13-45",
            "nickname": "12:30",
            "position": "1e3",
            "props": {"cost_center": "0815", "on": "yes", "empty": "1", "big": "9" * 5000},
            "guest": False,
        }
    ]


def test_numbers_of_json_stay_as_they_are_written(tmp_path):
    text = '[{"username": 17, "guest": 0, "props": {"n": 1.50, "big": %s}, "delete_at": 1700000000000}]' % ("9" * 5000)
    assert read(write(tmp_path, "a.json", text)) == [
        {"username": "17", "guest": False, "props": {"n": "1.50", "big": "9" * 5000}, "delete_at": 1700000000000}
    ]


USER = {
    "id": "a" * 26, "create_at": 1700000000000, "update_at": 1700000000001, "delete_at": 0, "username": "zoe", "auth_data": "",
    "auth_service": "", "email": "zoe@example.com", "nickname": "", "first_name": "Zoë", "last_name": "", "position": "",
    "roles": "system_admin system_user", "locale": "en", "disable_welcome_email": False, "is_bot": False, "sessions": [],
    "timezone": {"automaticTimezone": "", "manualTimezone": "", "useAutomaticTimezone": "true"}, "image": "iVBO", "new": 1,
    "terms_of_service": {"user_id": "a" * 26, "terms_of_service_id": "b" * 26},
}  # fmt: skip


@pytest.mark.parametrize("wrapped", [lambda users: users, lambda users: {"changed": False, "users": users, "missing": []}])
def test_users_as_the_api_shows_them_are_a_roster(tmp_path, wrapped):
    robot = {**USER, "username": "robot", "is_bot": True, "bot_description": "x"}
    path = write(tmp_path, "a.json", json.dumps(wrapped([USER, robot])))
    texts = {"nickname": "", "last_name": "", "position": "", "first_name": "Zoë", "locale": "en", "email": "zoe@example.com"}
    user = {**texts, "username": "zoe", "roles": ["system_admin", "system_user"], "timezone": USER["timezone"], "delete_at": 0}
    assert read(path) == [user, {**user, "username": "robot"}]


BULK = [
    {"type": "version", "version": 1},
    {"type": "team", "team": {"name": "eng", "display_name": "Eng", "type": "O"}},
    {
        "type": "user",
        "user": {
            "username": "zoe",
            "email": "zoe@example.com",
            "auth_service": "",
            "roles": "system_admin system_user",
            "use_markdown_preview": "true",
            "notify_props": {"desktop": "all", "mobile": "mention", "mobile_push_status": "away"},
            "teams": [{"name": "eng", "roles": "team_user"}],
            "delete_at": 0,
        },
    },
    {"type": "post", "post": {"message": "x"}},
    {"type": "user", "user": {"username": "ada", "auth_service": "ldap", "auth_data": "ada", "delete_at": 1700000000000}},
]


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json"])
def test_lines_of_a_bulk_export_are_a_roster(tmp_path, name):
    path = write(tmp_path, name, "\n".join(map(json.dumps, BULK)) + "\n\n")
    roster = read_roster(path, {}, ENTRY_OPTIONS)
    assert read(path) == [
        {
            "username": "zoe",
            "email": "zoe@example.com",
            "roles": ["system_admin", "system_user"],
            "notify_props": {"desktop": "all", "push": "mention", "push_status": "away"},
            "teams": [{"name": "eng", "role": "member"}],
            "delete_at": 0,
        },
        {"username": "ada", "auth_service": "ldap", "auth_data": "ada", "delete_at": 1700000000000},
    ]
    assert roster.warnings == ["src: a roster does not set use_markdown_preview, so these keys were left out"]
    assert str(roster.entries[1].where) == f"{name}, line 5"


def test_lines_of_json_are_a_roster(tmp_path):
    assert read(write(tmp_path, "a.jsonl", '{"username": "zoe"}\n\n{"username": "ada", "guest": true}')) == [
        {"username": "zoe"},
        {"username": "ada", "guest": True},
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"username": "zoe"}\n{"username": }\n', "line 2, column 14: Expecting value"),
        ('{"username": "zoe"}\n{"username": "ada", "gust": 1}\n', "line 2, column 29: the option 'gust' is unknown"),
        ('{"type": "user", "user": {"username": "ada", "guest": "x"}}\n', "line 1, column 55: guest must be"),
        ('{"type": "user"}\n', "line 1: a line of the type user needs a map under user"),
        ('{"type": "version", "version": 1}\n', "holds no users"),
        ('["zoe"]\n', "line 1: an entry must be a map"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, text, says):
    with pytest.raises(InvalidInput, match=says):
        read(write(tmp_path, "a.jsonl", text))


# -- columns -----------------------------------------------------------------------------------------------------


def test_a_full_name_is_split_and_a_user_name_made_from_the_address(tmp_path):
    path = write(
        tmp_path,
        "a.csv",
        "Employee Name;Employee ID;Email ID;Designation\nMia Anna Kranz;E-17;Mia.Kranz+x@example.com;Engineer\n",
    )
    columns = {
        "Employee Name": {"split": ["first_name", "last_name"]},
        "Employee ID": None,
        "Email ID": "email",
        "Designation": "position",
        "username_from": "email",
        "locale": {"constant": "de"},
    }
    mia = {"email": "Mia.Kranz+x@example.com", "position": "Engineer", "username": "mia.kranz-x", "locale": "de"}
    assert read(path, columns) == [{**mia, "first_name": "Mia Anna", "last_name": "Kranz"}]
    columns["Employee Name"]["at"] = "first"
    assert read(path, columns) == [{**mia, "first_name": "Mia", "last_name": "Anna Kranz"}]


def test_a_name_with_a_comma_is_split_the_other_way_round(tmp_path):
    path = write(tmp_path, "a.csv", 'Name;UPN\n"Kranz, Mia";mia@example.com\nOona;oona@example.com\n')
    columns = {"Name": {"split": ["last_name", "first_name"], "separator": ","}, "username_from": "upn"}
    assert read(path, columns) == [
        {"username": "mia", "first_name": "Mia", "last_name": "Kranz"},
        {"username": "oona", "first_name": "", "last_name": "Oona"},
    ]


def test_values_are_translated(tmp_path):
    text = '"sAMAccountName","Enabled","Admin","Note"\n"zoe","True","yes","a"\n"ada","FALSE","","b"\n'
    columns = {
        "sAMAccountName": "username",
        "Enabled": {"to": "state", "values": {"True": "present", "False": "inactive"}},
        "Admin": {"to": "roles", "values": {"yes": ["system_user", "system_admin"], "": "system_user"}},
        "Note": {"to": "guest", "values": {"b": True}, "otherwise": None},
    }
    expected = [
        {"username": "zoe", "roles": ["system_user", "system_admin"]},
        {"username": "ada", "state": "inactive", "roles": ["system_user"], "guest": True},
    ]
    assert read(write(tmp_path, "a.csv", text), columns) == expected
    document = json.dumps(
        [
            {"sAMAccountName": "zoe", "Enabled": True, "Admin": "yes", "Note": 1},
            {"sAMAccountName": "ada", "Enabled": False, "Admin": None, "Note": "b"},
        ]
    )
    assert read(write(tmp_path, "a.json", document), columns) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", f"Login,Enabled\nzoe,True\nada,{SECRET}\n"),
        ("a.json", f'[{{"Login": "zoe", "Enabled": true}},\n {{"Login": "ada", "Enabled": "{SECRET}"}}]'),
        ("a.yml", f"- Login: zoe\n  Enabled: true\n- Login: ada\n  Enabled: {SECRET}\n"),
    ],
)
def test_a_value_without_a_translation_is_named_by_its_place(tmp_path, name, text):
    columns = {"Login": "username", "Enabled": {"to": "state", "values": {"true": "present"}}}
    place = {"a.csv": "line 3, column 2", "a.json": "line 2, column 30", "a.yml": "line 4, column 12"}[name]
    with pytest.raises(InvalidInput, match=f"src: {name}, {place}: this value is not among values in columns") as error:
        read(write(tmp_path, name, text), columns)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (7, "columns: Login: a rule must be"),
        ("usernam", "columns: Login: 'usernam' is not an option"),
        ({}, "columns: Login: a rule needs to, split or constant"),
        ({"to": ["x"]}, "columns: Login: this is not an option"),
        ({"to": "username", "vales": {}}, "columns: Login: vales is unknown beside to"),
        ({"to": "username", "values": []}, "columns: Login: values must be a map"),
        ({"to": "username", "values": {}}, "columns: Login: values must be a map"),
        ({"values": {"a": "b"}}, "columns: Login: this is not an option"),
        ({"split": "first_name"}, "columns: Login: split must list two options"),
        ({"split": ["first_name", "roles"]}, "columns: Login: roles does not hold a text"),
        ({"split": ["first_name", "last_name"], "separator": ""}, "columns: Login: separator must"),
        ({"split": ["first_name", "last_name"], "at": "end"}, "columns: Login: at must be first or last"),
        ({"constant": "de"}, "columns: Login: 'Login' is not an option"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(tmp_path, rule, says):
    with pytest.raises(InvalidInput, match=says):
        read(write(tmp_path, "a.csv", "Login\nzoe\n"), {"Login": rule})


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.csv", "Login,email\nzoe,z@example.com\n"), ("a.json", '[{"Login": "zoe", "email": "z@example.com"}]')],
)
def test_a_rule_for_a_heading_that_is_not_there_is_warned_of(tmp_path, name, text):
    path = write(tmp_path, name, text)
    roster = read_roster(path, {"Login": "username", "Mial": "nickname", "Badge": None}, ENTRY_OPTIONS)
    what, *others = ("heading", f"columns: {name} has no heading 'Badge'") if name == "a.csv" else ("key",)
    assert roster.warnings == [f"columns: {name} has no {what} 'Mial'", *others]
    with pytest.raises(InvalidInput, match="columns: username_from names 'Mial'"):
        read(path, {"Login": "nickname", "username_from": "Mial"})


def test_an_option_has_one_source(tmp_path):
    with pytest.raises(InvalidInput, match="line 1, column 2: email is also in column 1"):
        read(write(tmp_path, "a.csv", "Mail,EMAIL\na@b,a@b\n"), {"mail": "email"})
    with pytest.raises(InvalidInput, match="line 1, column 2: locale has a constant in columns as well"):
        read(write(tmp_path, "a.csv", "username,locale\nzoe,en\n"), {"locale": {"constant": "de"}})
    with pytest.raises(InvalidInput, match="line 1, column 28: email is also given as Mail"):
        read(write(tmp_path, "a.json", '[{"Mail": "a@b", "email": "a@b"}]'.replace("a@b", "a@bb")), {"Mail": "email"})


# -- defaults ----------------------------------------------------------------------------------------------------


def test_defaults_hold_where_an_entry_says_nothing(tmp_path):
    defaults = {"locale": "de", "notify_props": {"email": "false", "desktop": "all"}}
    text = 'username,locale,notify_props\nzoe,,\nada,en,"{""desktop"": ""none""}"\n'
    assert read(write(tmp_path, "a.csv", text), defaults=defaults) == [
        {"username": "zoe", **defaults},
        {"username": "ada", "locale": "en", "notify_props": {"email": "false", "desktop": "none"}},
    ]


# -- what is refused ---------------------------------------------------------------------------------------------

DEEP = "[" * 100_000


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.csv", "username,email\n", "a.csv holds no users"),
        ("a.csv", "username,email\n,\n  ,  \n", "a.csv holds no users"),
        ("a.csv", "sep=;\n", "a.csv, line 2: none of the 0 headings is known|holds no users"),
        ("a.csv", f'username,props\nzoe,"{DEEP}"\n', "line 2, column 2: props must be a map"),
        ("a.csv", 'username,props\nzoe,"{""a"": NaN}"\n', "line 2, column 2: props must be a map"),
        ("a.csv", "username\nz\0e\n", "line 2, column 2: there is a NUL character"),
        ("a.csv", f"zoe,zoe@example.com,{SECRET}\n", "line 1: none of the 3 headings is known"),
        ("a.csv", f"username,email,state\nzoe,{SECRET},present\n", "line 2, column 2: email: this value is"),
        ("a.csv", f"username,state\nzoe,{SECRET}\n", "line 2, column 2: state must be one of"),
        ("a.csv", f"username,expires_on\nzoe,{SECRET}\n", "line 2, column 2: expires_on is not a valid date"),
        ("a.csv", f"username,delete_at\nzoe,{SECRET}\n", "line 2, column 2: delete_at must be a whole number"),
        ("a.csv", "username,delete_at\nzoe,%s\n" % ("9" * 5000), "line 2, column 2: delete_at must be a whole number"),
        ("a.csv", "username\nzoe\n".encode("utf-16-le"), "line 1, column 2: there is a NUL character, as in UTF-16"),
        ("a.yml", '- username: "z\\0e"\n', "line 1, column 3: a text holds a character that cannot be sent"),
        ("a.json", DEEP, "a.json: it is nested too deep"),
        ("a.json", '[{"username": "zoe", "props": {"a": NaN}}]', "line 1, column 2: NaN is not a JSON value"),
        ("a.json", '{"users":\n [{}, {"props": {"a": NaN}}]}', "line 2, column 7: NaN is not a JSON value"),
        ("a.json", '[{"username": "zoe", "props": {"a": -Infinity}}]', "Infinity is not a JSON value"),
        ("a.json", '[{"username": "z", "roles": "a", "roles": "b"}]', "line 1, column 2: the key 'roles' is there twice"),
        ("a.json", '[{"username": "z\\ud800"}]', "line 1, column 2: a text holds a character that cannot be sent"),
        ("a.json", '[{"username": "zoe", "\\ud800": "x"}]', "line 1, column 2: a text holds a character that cannot be sent"),
        ("a.json", '[{"username": "z\\u0000"}]', "a text holds a character that cannot be sent"),
        ("a.json", '[{"username": "zoe", "password": {"a": 1}}]', "line 1, column 34: password must be a text"),
        ("a.json", '[{"username": "zoe", "first_name": ["a"]}]', "first_name must be a text"),
        ("a.json", '[{"username": true}]', "username must be a text"),
        ("a.json", '[{"username": "zoe", "roles": [null]}]', "roles must be a list of texts"),
        ("a.json", '[{"username": "zoe", "terms_of_service": {}}]', "terms_of_service: id is missing"),
        ("a.json", '[{"username": "zoe", "timezone": ["x"]}]', "timezone must be"),
        ("a.yml", "users: null\n", "holds no list of users"),
        ("a.yml", "- username: !!int abc\n  colour: 1\n", "line 2, column 11: the option 'colour' is unknown"),
        ("a.yml", f"- username: zoe\n  password: !{SECRET}\n", "line 2, column 13: a value that begins with an exclam"),
        ("a.yml", f"- username: zoe\n  password: *{SECRET}\n", "line 2, column 13: found undefined alias"),
        ("a.yml", "- username: zoe\n  timezone: {1: x}\n", "line 2, column 13: timezone: there is no key 1"),
        ("a.yml", "- username: zoe\n  roles: a\n  roles: system_admin\n", "line 3, column 3: this key is there twice"),
        ("a.yml", "- username: zoe\n  ~: a\n", "line 2, column 3: a key must be a text"),
        ("a.yml", "- username: zoe\n  [a, b]: a\n", "line 2, column 3: a key must be a text"),
        ("a.yml", DEEP, "a.yml"),
        ("a.yml", "- username: z\x07e\n", "a.yml is not valid YAML|a.yml, line"),
        ("a.yml", "- &a [*a]\n", "an entry must be a map"),
    ],
)  # fmt: skip
def test_mistakes_are_refused_with_their_place_and_without_their_value(tmp_path, name, text, says):
    client = FakeClient()
    declaration = declared(SUBJECT.options, src=write(tmp_path, name, text), missing_password="random")
    with pytest.raises(InvalidInput, match=says) as error:
        RosterService().plan(client, declaration)
    assert str(error.value).startswith("src: ")
    assert SECRET not in str(error.value)
    assert client.sent == []


def test_only_a_regular_file_is_read(tmp_path):
    pipe = tmp_path / "people.csv"
    os.mkfifo(pipe)
    with pytest.raises(InvalidInput, match=r"src: .* cannot be read: it is not a regular file"):
        read(str(pipe))


def test_delimiter_is_for_tables(tmp_path):
    with pytest.raises(InvalidInput, match="delimiter counts only for a CSV file"):
        read(write(tmp_path, "a.json", "[]"), delimiter=";")
