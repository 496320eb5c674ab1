"""Settings: three places, one check, and no secret told."""

import re
import tempfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smart_smoker.cli.options import consumer_options, rules_of
from smart_smoker.cli.settings import Settings, is_loopback, load, masked
from smart_smoker.core.errors import InputError
from smart_smoker.core.limits import FoodDone, SmokerHigh, SmokerLow
from smart_smoker.core.probes import FOOD_A, FOOD_B, SMOKER
from smart_smoker.core.rules import FoodStall
from smart_smoker.rabbitmq.connection import place

EXAMPLE = Path(__file__).parent.parent.parent / ".env.toml.example"
NOWHERE = Path(__file__).parent / "no such folder"
MAIL = {"outgoing_email_host": "smtp.example.com", "outgoing_email_address": "me@example.com"}
WHOLE = {
    **MAIL,
    "panel_password": "oak",
    "urgent_notify_urls": "ntfy://wake-me",
    "ring_minutes": "6",
}
untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""

TAKEN = {
    "rabbitmq_url": ("amqp://a:b@one:5673/x", lambda s: s.rabbitmq_urls[0]),
    "rabbitmq_admin_url": ("https://one/#/queues", lambda s: s.admin_url),
    "outgoing_email_host": ("mail.example.com", lambda s: s.mail.host),
    "outgoing_email_port": ("2525", lambda s: str(s.mail.port)),
    "outgoing_email_address": ("smoker@example.com", lambda s: s.mail.sender),
    "outgoing_email_password": ("hickory & oak", lambda s: s.mail.password),
    "outgoing_email_security": ("ssl", lambda s: s.mail.security),
    "email_address_for_alerts": ("pitmaster@example.com", lambda s: s.mail.email_to),
    "sms_address_for_texts": ("5551234@txt.example.com", lambda s: s.mail.sms_to),
    "notify_urls": ("ntfy://smoker", lambda s: s.notify_urls[0]),
    "urgent_notify_urls": ("ntfy://ring", lambda s: s.urgent_notify_urls[0]),
    "ring_minutes": ("5", lambda s: f"{s.ring.every / 60:g}"),
    "ring_most": ("3", lambda s: str(s.ring.most)),
    "second_person_urls": ("ntfy://her", lambda s: s.second_person_urls[0]),
    "second_person_minutes": ("10", lambda s: f"{s.ring.second / 60:g}"),
    "panel_url": ("http://smoker.example:8000", lambda s: s.panel_url),
    "panel_password": ("hickory & oak", lambda s: s.panel_password),
    "panel_proxy": ("192.0.2.80", lambda s: s.panel_proxy),
    "mqtt_url": ("mqtt://pit:hickory@pi.local:1884", lambda s: s.mqtt_url),
    "units": ("C", lambda s: s.units),
}
"""Each setting, a value for it, and where it is found again."""

WRONG = {
    "rabbitmq_url": (["", "localhost", "http://one", "amqp://", "amqp://h:x", "amqp://a,"], "amqp"),
    "rabbitmq_admin_url": (["", "localhost:15672", "ftp://one", "http://"], "web address"),
    "outgoing_email_port": (["", "0", "-1", "65536", "587.0", "smtp", "٥٨٧"], "65535"),
    "outgoing_email_address": (["me", "me@", "a@b, c@d", "Me <me@b>", "a b@c"], "e-mail address"),
    "outgoing_email_security": (["", "tls", "STARTTLS", "none"], "starttls"),
    "email_address_for_alerts": (["me", "a@b,c@d"], "e-mail address"),
    "sms_address_for_texts": (["5551234"], "e-mail address"),
    "mqtt_url": (["pi.local", "http://one", "mqtt://", "mqtt://h:x", "mqtt://a@b/c@d"], "mqtt://"),
    "notify_urls": (["ntfy", "ntfy://a mailto"], "Apprise"),
    "urgent_notify_urls": (["ntfy", "ntfy://a mailto"], "Apprise"),
    "ring_minutes": (["-1", "often", "1441"], "minutes"),
    "ring_most": (["0", "1.5", "1001"], "whole number"),
    "second_person_urls": (["ntfy", "ntfy://a mailto"], "Apprise"),
    "second_person_minutes": (["-1", "soon"], "minutes"),
    "panel_url": (["smoker", "ftp://one", "http://"], "web address"),
    "panel_proxy": (["localhost", "127.0.0.1:80", "10.0.0.0/8", "*"], "IP address"),
    "units": (["K", "c", ""], "F or C"),
}
"""Values that are refused, and a word of what is expected instead."""

PLACES = ("the environment", ".env", ".env.toml")


def load_from(folder: Path, **places: dict[str, str]) -> Settings:
    """Load what stands in these places, given by their names without dots and spaces."""
    for name, values in places.items():
        if name != "environment":
            lines = [f"{key} = '{value}'\n" for key, value in values.items()]
            (folder / f".{name.replace('_', '.')}").write_text("".join(lines), encoding="utf-8")
    return load(folder, places.get("environment", {}))


def in_place(folder: Path, where: str, values: dict[str, str]) -> Settings:
    """Load settings that stand in one place, named there as it is the custom."""
    if where == ".env.toml":
        return load_from(folder, env_toml=values)
    values = {key.upper(): value for key, value in values.items()}
    return load_from(folder, **{"env" if where == ".env" else "environment": values})


# --- what is taken from where --------------------------------------------------------------------


def test_with_nothing_set_it_is_the_local_broker_and_nobody_is_told():
    assert load(NOWHERE, {}) == Settings(
        rabbitmq_urls=("amqp://guest:guest@localhost:5672/",),
        admin_url="http://localhost:15672/#/queues",
        mail=None,
        notify_urls=(),
    )


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("key", TAKEN)
def test_each_setting_is_taken_from_each_place(tmp_path, key, where):
    value, find = TAKEN[key]
    assert find(in_place(tmp_path, where, {**WHOLE, key: value})) == value


@pytest.mark.parametrize("key", ["outgoing_email_host", "rabbitmq_url", "notify_urls"])
def test_the_environment_wins_over_env_and_env_over_env_toml(tmp_path, key):
    urls = [f"amqp://{place}" if "url" in key else place for place in ("first", "second", "third")]
    find = TAKEN[key][1]
    places = {
        "environment": {key.upper(): urls[0]},
        "env": {key.upper(): urls[1]},
        "env_toml": {**MAIL, key: urls[2]},
    }
    assert find(load_from(tmp_path, **places)) == urls[0]
    assert find(load_from(tmp_path, **places | {"environment": {}})) == urls[1]
    assert find(load_from(tmp_path, **places | {"environment": {}, "env": {}})) == urls[2]


def test_places_complete_each_other(tmp_path):
    found = load_from(
        tmp_path,
        environment={"OUTGOING_EMAIL_PASSWORD": "oak"},
        env={"OUTGOING_EMAIL_PORT": "465"},
        env_toml=MAIL,
    )
    assert (found.mail.host, found.mail.port, found.mail.password) == (
        "smtp.example.com",
        465,
        "oak",
    )


def test_only_capitals_count_outside_env_toml_and_any_letters_in_it(tmp_path):
    assert load(tmp_path, {"notify_urls": "ntfy://x"}).notify_urls == ()
    assert load_from(tmp_path, env_toml={"NOTIFY_URLS": "ntfy://x"}).notify_urls == ("ntfy://x",)


@pytest.mark.parametrize(
    ("key", "find", "empty"),
    [
        ("outgoing_email_host", lambda s: s.mail, None),
        ("outgoing_email_password", lambda s: s.mail.password, ""),
        ("email_address_for_alerts", lambda s: s.mail.email_to, ""),
        ("sms_address_for_texts", lambda s: s.mail.sms_to, ""),
        ("notify_urls", lambda s: s.notify_urls, ()),
    ],
)
def test_an_empty_variable_counts_as_set(tmp_path, key, find, empty):
    below = {**MAIL, key: TAKEN[key][0]}
    assert find(load_from(tmp_path, environment={}, env_toml=below)) != empty
    assert find(load_from(tmp_path, environment={key.upper(): ""}, env_toml=below)) == empty


def test_several_brokers_are_separated_by_commas_and_the_admin_page_is_at_the_first():
    found = load(NOWHERE, {"RABBITMQ_URL": "amqps://[::1]:5671/x , amqp://two"})
    assert found.rabbitmq_urls == ("amqps://[::1]:5671/x", "amqp://two")
    assert found.admin_url == "http://[::1]:15672/#/queues"


@pytest.mark.parametrize("named", ["cacertfile=", "cacertfile=gone.pem", "cacertfile={}", "x=1"])
def test_an_authority_that_is_no_certificate_is_named_at_the_start(tmp_path, named):
    (tmp_path / "ca.pem").write_text("no certificate\n")
    url = "amqps://one/?" + named.format(tmp_path / "ca.pem")
    with pytest.raises(InputError, match="a file of certificates"):
        load(NOWHERE, {"RABBITMQ_URL": url})


def test_push_urls_are_separated_by_spaces_in_the_environment_and_a_list_in_env_toml(tmp_path):
    urls = ("ntfy://a", "pover://b@c")
    assert load(NOWHERE, {"URGENT_NOTIFY_URLS": "ntfy://a pover://b@c"}).urgent_notify_urls == urls
    assert load(NOWHERE, {"NOTIFY_URLS": " ntfy://a   pover://b@c\n"}).notify_urls == urls
    (tmp_path / ".env.toml").write_text('notify_urls = ["ntfy://a", "pover://b@c"]')
    assert load(tmp_path, {}).notify_urls == urls


def test_a_port_can_be_a_number_in_env_toml(tmp_path):
    (tmp_path / ".env.toml").write_text(
        'outgoing_email_host = "h"\noutgoing_email_address = "a@b"\noutgoing_email_port = 465'
    )
    assert load(tmp_path, {}).mail.port == 465


@pytest.mark.parametrize(
    ("given", "port", "security"),
    [
        ({}, 587, "starttls"),
        ({"port": "465"}, 465, "ssl"),
        ({"port": "2525"}, 2525, "starttls"),
        ({"security": "ssl"}, 465, "ssl"),
        ({"security": "starttls"}, 587, "starttls"),
        ({"port": "465", "security": "starttls"}, 465, "starttls"),
        ({"port": "25", "security": "none", "host": "localhost"}, 25, "none"),
    ],
)
def test_port_465_means_tls_and_any_other_starttls_unless_it_is_said(given, port, security):
    more = {f"outgoing_email_{key}": value for key, value in given.items()}
    mail = in_place(NOWHERE, "the environment", {**MAIL, **more}).mail
    assert (mail.port, mail.security) == (port, security)


def test_alerts_go_to_the_sender_unless_it_is_said():
    assert in_place(NOWHERE, "the environment", MAIL).mail.email_to == "me@example.com"


def test_a_value_in_env_is_not_interpreted(tmp_path):
    (tmp_path / ".env").write_text("OUTGOING_EMAIL_PASSWORD=o$HOME${HOME}#k\nNOTIFY_URLS\n")
    found = load_from(tmp_path, env_toml=MAIL)
    assert found.mail.password == "o$HOME${HOME}#k"
    assert found.notify_urls == ()


@pytest.mark.parametrize("name", [".env", ".env.toml"])
def test_a_file_written_on_windows_is_read_like_any_other(tmp_path, name):
    key = "notify_urls" if name == ".env.toml" else "NOTIFY_URLS"
    (tmp_path / name).write_bytes(f'\ufeff{key} = "ntfy://a"\r\n# Räucherofen\r\n'.encode())
    assert load(tmp_path, {}).notify_urls == ("ntfy://a",)


def test_the_example_is_valid_and_explains_each_key_of_env_toml(tmp_path):
    text = EXAMPLE.read_text(encoding="utf-8")
    (tmp_path / ".env.toml").write_text(text, encoding="utf-8")
    assert load(tmp_path, {}).mail.host == "smtp.example.com"
    explained = re.findall(r"^# .*\n([a-z_]+) = ", text, re.MULTILINE)
    assert sorted(explained) == sorted(key for key in TAKEN if not key.startswith("rabbitmq"))


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize(("key", "value"), [(k, v) for k, (vs, _) in WRONG.items() for v in vs])
def test_an_error_names_the_key_where_it_stands_and_what_is_expected(tmp_path, key, value, where):
    with pytest.raises(InputError) as error:
        in_place(tmp_path, where, {**MAIL, key: value})
    words = str(error.value)
    assert (key if where == ".env.toml" else key.upper()) in words
    assert re.match(rf"{re.escape(where)}: ", words)
    assert WRONG[key][1] in words
    assert "\n" not in words
    assert error.value.exit_code == 2


@pytest.mark.parametrize("key", [key for key in TAKEN if not key.endswith(("_urls", "_minutes"))])
@pytest.mark.parametrize("value", ["[]", "{}", "true", "1979-05-27", "0.5", '"a\\nb"'])
def test_a_value_of_another_kind_in_env_toml_is_refused(tmp_path, key, value):
    (tmp_path / ".env.toml").write_text(f"{key} = {value}")
    with pytest.raises(InputError, match=f"^.env.toml: {key} .*expected"):
        load(tmp_path, {})


@pytest.mark.parametrize("value", ["5", "{}", "true", "[5]", '["ntfy://a", "b"]', '[["ntfy://a"]]'])
def test_push_urls_are_nothing_but_a_list_of_urls(tmp_path, value):
    (tmp_path / ".env.toml").write_text(f"notify_urls = {value}")
    with pytest.raises(InputError, match="^.env.toml: notify_urls .*expected"):
        load(tmp_path, {})


def test_a_misspelt_key_is_named_with_the_right_one(tmp_path):
    with pytest.raises(InputError, match=r"^\.env\.toml: .*sms_adress.*sms_address_for_texts\?"):
        load_from(tmp_path, env_toml={"sms_adress_for_texts": "a@b"})


def test_a_misspelt_key_in_env_is_warned_of_and_others_keys_are_not(tmp_path, caplog):
    (tmp_path / ".env").write_text("OUTGOING_EMAIL_HOTS=a\nrabbitmq_url=b\nPATH_OF_MINE=c\n")
    load(tmp_path, {})
    assert [" ".join(record.args) for record in caplog.records if "no setting" in record.msg] == [
        "OUTGOING_EMAIL_HOTS OUTGOING_EMAIL_HOST",
        "rabbitmq_url RABBITMQ_URL",
    ]


@pytest.mark.parametrize(
    ("missing", "given"),
    [
        ("outgoing_email_host", {"outgoing_email_address": "a@b"}),
        ("outgoing_email_host", {"sms_address_for_texts": "a@b"}),
        ("outgoing_email_address", {"outgoing_email_host": "smtp.example.com"}),
    ],
)
def test_what_mail_cannot_do_without_is_named(missing, given):
    with pytest.raises(InputError, match=f"{missing} is missing"):
        in_place(NOWHERE, "the environment", given)


@pytest.mark.parametrize(
    "content",
    [b"outgoing_email_host = smtp", b"=", b"a = 1\na = 2", b"<html>", b'a = "b'],
    ids=str,
)
def test_a_file_that_is_no_toml_is_named(tmp_path, content):
    (tmp_path / ".env.toml").write_bytes(content)
    with pytest.raises(InputError, match=r"^\.env\.toml "):
        load(tmp_path, {})


@pytest.mark.parametrize("name", [".env", ".env.toml"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name):
    (tmp_path / name).write_bytes('notify_urls = "ntfy://a"'.encode("utf-16"))
    with pytest.raises(InputError, match=rf"^{re.escape(name)} cannot be read"):
        load(tmp_path, {})
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    with pytest.raises(InputError, match=rf"^{re.escape(name)} cannot be read"):
        load(tmp_path, {})


# --- secrets -------------------------------------------------------------------------------------

SECRET = "Hick0ry"
SIGNS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PASSWORDS = st.builds("{}{}{}".format, SIGNS, st.just(SECRET), SIGNS)


def assert_untold(folder: Path, environment: dict[str, str]):
    try:
        found = load(folder, environment)
    except InputError as error:
        told = [str(error), repr(error), repr(error.value)]
    else:
        told = [repr(found), str(found), *map(place, found.rabbitmq_urls)]
    assert SECRET.lower() not in " ".join(told).lower()


@pytest.mark.parametrize(
    "form",
    [
        {"RABBITMQ_URL": "amqp://guest:{}@localhost:5672/"},
        {"RABBITMQ_URL": "amqp://one,amqp://guest:{}@"},
        {"RABBITMQ_ADMIN_URL": "https://guest:{}@localhost/"},
        {"RABBITMQ_ADMIN_URL": "guest:{}@localhost/"},
        {"NOTIFY_URLS": "pover://{}"},
        {"NOTIFY_URLS": "ntfy {}"},
        {"MQTT_URL": "mqtt://pit:{}@pi.local"},
        {"MQTT_URL": "tcp://pit:{}@pi.local"},
        {"OUTGOING_EMAIL_PASSWORD": "{}", "OUTGOING_EMAIL_PORT": "0"},
        {"OUTGOING_EMAIL_PASSWORD": "{}", **{key.upper(): MAIL[key] for key in MAIL}},
    ],
    ids=str,
)
@untimed
@given(password=PASSWORDS)
def test_no_secret_is_told_by_an_error_or_a_repr(form, password):
    for written in (password, quote(password, safe="")):
        assert_untold(NOWHERE, {name: value.format(written) for name, value in form.items()})


@untimed
@given(PASSWORDS, st.sampled_from(['"{}"', "'{}'", '"{}', "{}", '["{}", 5]', '"""{}""""""', "x{}"]))
def test_no_secret_is_told_by_an_error_in_env_toml(password, form):
    with tempfile.TemporaryDirectory() as folder:
        value = form.format(password)
        for key in ("outgoing_email_password", "rabbitmq_url", "notify_urls"):
            (Path(folder) / ".env.toml").write_bytes(f"{key} = {value}".encode())
            assert_untold(Path(folder), {})


@untimed
@given(PASSWORDS)
def test_a_masked_url_is_without_its_password(password):
    url = "amqp://guest:{}@localhost:5672/x"
    assert masked(url.format(quote(password, safe=""))) == url.format("***")


@pytest.mark.parametrize("url", ["amqp://localhost", "amqps://guest@[::1]:5671/x"])
def test_a_url_without_a_password_is_masked_as_it_is(url):
    assert masked(url) == url


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("amqp://guest:guest@pi.local", "pi.local:5672"),
        ("amqps://pi.local/", "pi.local:5671"),
        ("amqp://guest:guest@127.0.0.1:5673/x", "127.0.0.1:5673"),
    ],
)
def test_a_broker_is_named_by_host_and_port(url, where):
    assert place(url) == where


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_unencrypted_mail_can_go_to_this_machine(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "smtp.example.com", "192.168.1.2", "localhost.example.com"])
def test_unencrypted_mail_can_go_to_no_other_machine(host):
    assert not is_loopback(host)


# --- limits --------------------------------------------------------------------------------------


def rules(monkeypatch, *arguments, probe=SMOKER, **limits):
    monkeypatch.setattr("sys.argv", ["consumer", *arguments])
    options = consumer_options("…", probe, 60, 5)
    environment = {probe.setting(name).upper(): str(value) for name, value in limits.items()}
    found = rules_of(options, probe, load(NOWHERE, environment))
    assert found[len(found) - len(probe.also) :] == [*probe.also]
    return found[: len(found) - len(probe.also)]


def test_a_probe_that_has_a_limit_beside_its_target_can_warn_of_the_target(monkeypatch):
    probe = replace(FOOD_A, limits=(FoodDone, SmokerHigh))
    own, *beside = rules(monkeypatch, "--high", "250", probe=probe, done=203, warn_minutes=30)
    assert beside == [FoodDone(203, warn_minutes=30), SmokerHigh(250)]


def test_limits_come_from_the_settings_and_an_option_counts_more(monkeypatch):
    assert rules(monkeypatch) == [SMOKER.rule]
    assert rules(monkeypatch, low=200) == [SMOKER.rule, SmokerLow(200)]
    assert rules(monkeypatch, "--low", "210", low=200, high=300)[1:] == [
        SmokerLow(210),
        SmokerHigh(300),
    ]
    done = rules(monkeypatch, "--done", "203", probe=FOOD_A)
    assert done == [FOOD_A.rule, FoodDone(203)]


def test_lid_minutes_hold_the_smokers_drop_back(monkeypatch):
    assert rules(monkeypatch, "--lid-minutes", "3")[0].lid_minutes == 3
    assert rules(monkeypatch, lid_minutes=2)[0].lid_minutes == 2


def test_minutes_of_warning_go_with_a_target_and_without_one_are_refused(monkeypatch):
    warned = rules(monkeypatch, "--done", "203", "--warn-minutes", "30", probe=FOOD_A)
    assert warned == [FOOD_A.rule, FoodDone(203, warn_minutes=30)]
    assert rules(monkeypatch, probe=FOOD_A, done=203, warn_minutes=20)[1].warn_minutes == 20
    assert rules(monkeypatch, "--warn-minutes", "0", probe=FOOD_A, warn_minutes=20) == [FOOD_A.rule]
    with pytest.raises(InputError, match="food A has no target .* give --done, or food_a_done"):
        rules(monkeypatch, "--warn-minutes", "30", probe=FOOD_A)


def test_limits_that_contradict_each_other_are_refused(monkeypatch):
    with pytest.raises(InputError, match="smoker_low, 300 °F, is not below smoker_high, 200 °F"):
        rules(monkeypatch, "--low", "300", high=200)
    for most in ("140", "60C", "-60"):
        with pytest.raises(InputError, match="food_a_stall_from, .* is not below food_a_stall_to"):
            rules(monkeypatch, "--stall-from", "140", probe=FOOD_A, stall_to=most)


def test_a_stall_has_bounds_where_they_are_set_and_an_option_counts_more(monkeypatch):
    assert rules(monkeypatch, "--stall-from", "60C", probe=FOOD_A) == [
        FoodStall(1, 20, stall_from=140)
    ]
    both = rules(monkeypatch, "--stall-to", "170", probe=FOOD_A, stall_from="140", stall_to=180)
    assert both == [FoodStall(1, 20, stall_from=140, stall_to=170)]
    assert rules(monkeypatch, probe=FOOD_B, stall_to=0) == [FoodStall(1, 20, stall_to=0)]


def test_a_limit_of_a_probe_that_has_no_such_rule_is_no_setting(tmp_path):
    (tmp_path / ".env.toml").write_text("food_a_low = 203")
    with pytest.raises(InputError, match="there is no setting food_a_low"):
        load(tmp_path, {})


@pytest.mark.parametrize("value", ["warm", "nan", "2000", ""])
def test_a_limit_is_a_temperature_that_a_probe_can_measure(value):
    with pytest.raises(InputError, match="SMOKER_LOW .* °F from -60 to 1,000"):
        load(NOWHERE, {"SMOKER_LOW": value})


def test_a_limit_stands_in_env_toml_as_a_number(tmp_path):
    (tmp_path / ".env.toml").write_text("food_a_done = 203")
    assert load(tmp_path, {}).limits == {"food_a_done": 203}
