"""Messages and the declarations that name them: nothing is missing, nothing is left over."""

import pytest

from energy_workbench.domain.fields import messages, meter_fields, schedule_fields
from energy_workbench.runtime.settings import declared


def named() -> set[str]:
    """Ids that the declarations name."""
    settings = {name for each in declared().values() for name in (each.label, each.help)}
    return settings | {name for each in (*meter_fields.FIELDS, *schedule_fields.FIELDS) for name, _ in each.messages()}


def test_every_id_that_is_named_has_words_and_no_words_are_left_over():
    assert named() == set(messages.ENGLISH)


def test_words_stand_on_one_line_without_a_full_stop():
    for name, words in messages.ENGLISH.items():
        assert words == words.strip(), name
        assert words, name
        assert "\n" not in words, name
        assert not words.endswith("."), name


def test_an_unknown_id_is_an_error():
    with pytest.raises(KeyError):
        messages.text("setting.nothing.label")
