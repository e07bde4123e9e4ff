from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ui.config import settings
from ui.config.settings import Settings
from ui.config.usage import Habit, Usage

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def test_settings_come_back_from_their_file(tmp_path: Path) -> None:
    file = tmp_path / "new" / "settings.json"
    chosen = Settings(theme="light", scale=150, keys={"file.save": ("Ctrl+S", "F2")}).with_recent(
        Path("/a/b.json")
    )
    settings.save(chosen, file)
    assert settings.load(file) == chosen
    assert list(file.parent.iterdir()) == [file]


def test_a_missing_or_broken_file_gives_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    assert settings.load(file) == Settings()
    file.write_text("[1, {")
    assert settings.load(file) == Settings()


@given(st.dictionaries(st.sampled_from([*Settings().to_json(), "other"]), json_values))
def test_wrong_values_take_their_defaults(data: dict[str, object]) -> None:
    read = Settings.from_json(data)
    for name, allowed in settings.CHOICES.items():
        assert getattr(read, name) in allowed


def test_recent_files_are_newest_first_and_once() -> None:
    chosen = Settings()
    for number in range(30):
        chosen = chosen.with_recent(Path(f"/{number}.json"))
    chosen = chosen.with_recent(Path("/20.json"))
    assert chosen.recent[:2] == (str(Path("/20.json")), str(Path("/29.json")))
    assert len(chosen.recent) == len(set(chosen.recent)) == settings.RECENT


def test_use_is_counted_and_kept(tmp_path: Path) -> None:
    usage = Usage(tmp_path / "usage.json")
    usage.used("KSampler", 1.0)
    usage.used("KSampler", 2.0)
    usage.save()
    assert Usage(tmp_path / "usage.json").habits == {"KSampler": Habit(2, 2.0)}
