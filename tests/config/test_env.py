"""A bad value in the environment stops the start with a sentence."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


@pytest.mark.parametrize(
    ("given", "meant"), [("1", True), ("Yes", True), ("off", False), ("0", False)]
)
def test_a_flag_is_read(monkeypatch: pytest.MonkeyPatch, given: str, meant: bool) -> None:
    monkeypatch.setenv("SOME_FLAG", given)
    assert env.flag("SOME_FLAG") is meant


def test_an_empty_flag_means_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_FLAG", " ")
    assert env.flag("SOME_FLAG", default=True) is True


def test_a_flag_that_is_neither_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_FLAG", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="SOME_FLAG"):
        env.flag("SOME_FLAG")


@pytest.mark.parametrize("given", ["eighty", "-1", "0", "65536", "8e3", "٨٠"])
def test_a_number_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("SOME_PORT", given)
    with pytest.raises(ImproperlyConfigured, match="SOME_PORT"):
        env.integer("SOME_PORT", 8000, low=1, high=65535)


def test_a_word_outside_the_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_FORMAT", "xml")
    with pytest.raises(ImproperlyConfigured, match="console, json"):
        env.choice("SOME_FORMAT", "console", ("console", "json"))


def test_words_are_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_HOSTS", "a.example, ,b.example,")
    assert env.words("SOME_HOSTS") == ["a.example", "b.example"]


def test_a_folder_becomes_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOME_DIR", "a b/c")
    assert env.folder("SOME_DIR", Path("/")) == tmp_path / "a b" / "c"


def test_a_database_address_is_taken_apart() -> None:
    found = env.database("postgresql://me:se%40cret@db.example:5433/cases?sslmode=require")
    assert found == {
        "NAME": "cases",
        "USER": "me",
        "PASSWORD": "se@cret",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


@pytest.mark.parametrize(
    "url", ["mysql://h/d", "postgresql://host/", "postgresql://h:many/d", "cases"]
)
def test_a_database_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        env.database(url)


def test_a_socket_becomes_an_address_that_celery_reads() -> None:
    assert env.broker("unix:///run/valkey.sock") == "redis+socket:///run/valkey.sock"
    assert env.broker("redis://h:6379/1") == "redis://h:6379/1"


def test_a_broker_of_another_kind_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL"):
        env.broker("amqp://h")


@pytest.mark.parametrize("given", ["", "http://gateway", "https://gateway.example:8443/sms?a=b"])
def test_a_web_address_is_read(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("SOME_URL", given)
    assert env.web_address("SOME_URL") == given


@pytest.mark.parametrize(
    "given", ["gateway", "ftp://gateway", "http://", "https://gateway:many/", "http://a:b@gateway"]
)
def test_a_web_address_of_another_kind_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("SOME_URL", given)
    with pytest.raises(ImproperlyConfigured, match="SOME_URL"):
        env.web_address("SOME_URL")
