"""docs/library.md: its examples run, and it names every command and option."""

import argparse
import doctest

from ranking.__main__ import _parser
from tests.support.modules import ROOT

PAGE = ROOT / "docs" / "library.md"


def test_the_examples_give_what_they_say():
    failed, tried = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert tried > 10
    assert failed == 0


def test_every_command_and_option_is_described():
    text = PAGE.read_text()
    commands = next(action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction)).choices
    options = {option for parser in commands.values() for action in parser._actions for option in action.option_strings}
    assert [name for name in commands if f"`{name} FILE" not in text] == []
    assert [option for option in sorted(options - {"-h", "--help"}) if option not in text] == []
