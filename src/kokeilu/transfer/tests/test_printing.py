"""Letters as files: whole, private, without anybody whose address is protected, and gone on with after a kill."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from django.db import connection

from kokeilu.access.models import ChangeLog
from kokeilu.problems import Problem
from kokeilu.register import statements
from kokeilu.register.models import Contact, Details
from kokeilu.transfer import letters_folder, outbox, outbox_printing
from kokeilu.transfer.letters_folder import INDEX, MANIFEST
from kokeilu.transfer.models import Run
from kokeilu.transfer.outbox_models import Delivery
from kokeilu.transfer.tests.outbox import moved, states

pytestmark = pytest.mark.django_db(transaction=True)


def pdfs(folder: Path) -> dict[str, Path]:
    """The letters of a folder by the person's id."""
    return {path.stem: path for path in folder.rglob("*.pdf")}


def render(run: Run, folder: Path) -> outbox_printing.Printed:
    return outbox_printing.render(run, folder, processes=1)


def test_a_file_for_each_person_and_an_index(tmp_path: Path) -> None:
    run, (finnish, swedish, both, protected, nowhere) = moved(
        {"family_name": "Åström"}, {"service_language": "sv"}, {"service_language": None},
        {"family_name": "Salainen", "street_address": "Piilotie 1", "protected": True}, {"street_address": None},
    )  # fmt: skip
    folder = tmp_path / "letters"
    printed = render(run, folder)
    assert (printed.rendered.written, printed.by_hand, printed.no_address) == (3, 2, 1)
    assert printed.without_letterhead == ("helsinki",)
    files = pdfs(folder)
    assert set(files) == {str(each.pk) for each in (finnish, swedish, both)}
    languages = {}
    for person, path in files.items():
        assert path.parent.name == person[:2]
        with pikepdf.open(path) as pdf:
            languages[person] = str(pdf.Root.Lang)
    assert languages == {str(finnish.pk): "fi-FI", str(swedish.pk): "sv-FI", str(both.pk): "fi-FI"}
    with (folder / INDEX).open(encoding="utf-8", newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file, delimiter=";")}
    assert set(rows) == {str(path.relative_to(folder)) for path in files.values()}
    assert rows[f"{str(finnish.pk)[:2]}/{finnish.pk}.pdf"] == {
        "file": f"{str(finnish.pk)[:2]}/{finnish.pk}.pdf", "language": "fi", "name": "Maija Åström",
        "street_address": "Katu 1", "postal_code": "00100", "city": "Helsinki",
    }  # fmt: skip
    assert states(run, "letter") == {
        finnish.pk: ("sending", None), swedish.pk: ("sending", None), both.pk: ("sending", None),
        protected.pk: ("withheld", "protected"), nowhere.pk: ("withheld", "no_address"),
    }  # fmt: skip
    assert ChangeLog.objects.get(action="transfer.render_letters").new == {"letters": 3}


def test_nothing_of_a_protected_person_is_in_any_file(tmp_path: Path) -> None:
    run, (protected, unclear, _usual) = moved(
        {"family_name": "Salainen", "street_address": "Piilotie 1", "protected": True},
        {"family_name": "Epäselvä", "street_address": "Kätkötie 2", "protected": None}, {},
    )  # fmt: skip
    render(run, tmp_path)
    for path in [each for each in tmp_path.rglob("*") if each.is_file()]:
        content = path.read_bytes() if path.suffix != ".pdf" else b"".join(_streams(path))
        for secret in ("Salainen", "Piilotie", "Epäselvä", "Kätkötie", str(protected.pk), str(unclear.pk)):
            assert secret.encode() not in content
            assert secret not in path.name


def _streams(path: Path) -> list[bytes]:
    with pikepdf.open(path) as pdf:
        return [each.read_bytes() for each in pdf.objects if isinstance(each, pikepdf.Stream)] + [
            str(pdf.docinfo).encode()
        ]


def test_an_address_that_came_since_is_written_to(tmp_path: Path) -> None:
    run, (person,) = moved({"street_address": None})
    with pytest.raises(Problem, match="no letter of this run waits"):
        render(run, tmp_path)
    assert states(run, "letter") == {person.pk: ("withheld", "no_address")}
    Contact.objects.filter(person=person).update(street_address="Uusi katu 2")
    assert render(run, tmp_path).rendered.written == 1
    assert states(run, "letter") == {person.pk: ("sending", None)}


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    run, _people = moved({})
    folder = tmp_path / "letters"
    render(run, folder)
    for path in [folder, *folder.rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_run_again_nothing_is_written_anew(tmp_path: Path) -> None:
    run, _people = moved({}, {"street_address": None})
    render(run, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in pdfs(tmp_path).values()}
    again = render(run, tmp_path)
    assert (again.rendered.written, again.rendered.kept) == (0, 1)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_begun_again_on_a_later_day_it_keeps_its_date(tmp_path: Path, settings: object) -> None:
    run, _people = moved({}, {})
    render(run, tmp_path)
    _first, second = pdfs(tmp_path).values()
    kept = second.read_bytes()
    second.unlink()
    (tmp_path / INDEX).unlink()
    settings.KOKEILU_TODAY = settings.KOKEILU_TODAY.replace(month=4, day=2)
    printed = render(run, tmp_path)
    assert (printed.rendered.written, printed.rendered.kept) == (1, 1)
    assert second.read_bytes() == kept


def test_another_folder_s_content_is_left_alone(tmp_path: Path) -> None:
    run, _people = moved({})
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Problem, match="not empty"):
        render(run, tmp_path)
    (tmp_path / "mine.txt").unlink()
    (tmp_path / MANIFEST).write_text(json.dumps({"format": "another"}))
    with pytest.raises(Problem, match="not a list of letters"):
        render(run, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [MANIFEST]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda run: Contact.objects.update(street_address="Uusi katu 2"), "have changed since"),
        (lambda run: Details.objects.update(family_name="Uusi"), "have changed since"),
        (
            lambda run: outbox.set_letterhead(run.messages.first().organisation, {"phone": "1"}, actor=None),
            "have changed since",
        ),
    ],
)
def test_a_folder_never_mixes_what_was_known_then_and_now(tmp_path: Path, change: Callable, told: str) -> None:
    run, _people = moved({}, {})
    render(run, tmp_path)
    (tmp_path / INDEX).unlink()
    change(run)
    with pytest.raises(Problem, match=told):
        render(run, tmp_path)


def test_a_letter_that_cannot_be_typeset_does_not_stop_the_others(tmp_path: Path) -> None:
    run, (strange, usual) = moved({"family_name": "\U00012000"}, {})
    printed = render(run, tmp_path)
    assert printed.rendered.unprintable == (str(strange.pk),)
    assert set(pdfs(tmp_path)) == {str(usual.pk)}
    assert states(run, "letter") == {strange.pk: ("withheld", "typesetting"), usual.pk: ("sending", None)}
    assert render(run, tmp_path).rendered.kept == 1  # and the folder can be gone on with


def test_posted_letters_are_sent_and_not_written_again(tmp_path: Path) -> None:
    run, (_person,) = moved({})
    with pytest.raises(Problem, match="no letters in this folder"):
        outbox_printing.posted(tmp_path)
    render(run, tmp_path)
    assert outbox_printing.posted(tmp_path) == 1
    assert outbox_printing.posted(tmp_path) == 0
    assert set(states(run, "letter").values()) == {("sent", None)}
    assert Delivery.objects.get().sent_at is not None
    with pytest.raises(Problem, match="no letter of this run waits"):
        render(run, tmp_path / "another")
    (tmp_path / INDEX).unlink()
    with pytest.raises(Problem, match="not finished"):
        outbox_printing.posted(tmp_path)


def test_who_gained_protection_meanwhile_is_taken_out_before_posting(tmp_path: Path) -> None:
    run, (person, other) = moved({}, {})
    render(run, tmp_path)
    Details.objects.filter(person=person).update(protected=True)
    with pytest.raises(Problem, match="1 letters must not be posted any more"):
        outbox_printing.posted(tmp_path)
    assert set(pdfs(tmp_path)) == {str(other.pk)}
    assert str(person.pk) not in (tmp_path / INDEX).read_text()
    assert outbox_printing.posted(tmp_path) == 1
    assert states(run, "letter") == {person.pk: ("withheld", "protected"), other.pk: ("sent", None)}


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        letters_folder._write(tmp_path / "letter.pdf", b"content")
    assert list(tmp_path.iterdir()) == []


KILLED = """
import sys
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from pathlib import Path
from kokeilu.transfer import letters_folder, outbox_printing
from kokeilu.transfer.models import Run
letters_folder.AT_ONCE = 1

if __name__ == "__main__":
    show = lambda done, total: print(done, flush=True)
    outbox_printing.render(Run.objects.get(), Path(sys.argv[2]), processes=1, progress=show)
"""


def test_killed_it_goes_on_where_it_was_and_leaves_no_process(tmp_path: Path) -> None:
    run, _people = moved(*[{}] * 40)
    script, folder = tmp_path / "killed.py", tmp_path / "letters"
    script.write_text(KILLED)
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "kokeilu.settings"}
    command = [sys.executable, str(script), connection.settings_dict["NAME"], str(folder)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= 3:
                break
        children = _children(process.pid)
        process.send_signal(signal.SIGKILL)
    assert children
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{child}").exists() and not _zombie(child) for child in children):
        assert time.monotonic() < deadline, "a process of the typesetter outlived its parent"
        time.sleep(0.05)
    written = pdfs(folder)
    assert 3 <= len(written) < 40
    assert not (folder / INDEX).exists()
    assert set(states(run, "letter").values()) == {("waiting", None)}
    for path in written.values():
        pikepdf.open(path).close()
    before = {path: path.read_bytes() for path in written.values()}
    printed = render(run, folder)
    assert (printed.rendered.kept, printed.rendered.written) == (len(written), 40 - len(written))
    assert {path: path.read_bytes() for path in before} == before
    assert len(pdfs(folder)) == 40
    assert not list(folder.rglob("*.part"))


def _children(parent: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(path.parent.name))
    return found


def _zombie(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.django_db
def test_the_letter_of_a_merged_record_is_held_until_the_records_are_told_apart(tmp_path: Path) -> None:
    run, (kept, merged) = moved({}, {"family_name": "Toinen"})
    union = statements.merge(kept.pk, merged.pk, "one person", actor=None).statement
    assert render(run, tmp_path / "merged").rendered.written == 1
    assert states(run, "letter") == {kept.pk: ("sending", None), merged.pk: ("withheld", "protection_unknown")}
    assert [each.stem for each in (tmp_path / "merged").glob("*/*.pdf")] == [str(kept.pk)]
    statements.revoke(union, "two people after all", actor=None)
    assert outbox.recheck(run) == 0
    assert states(run, "letter") == {kept.pk: ("sending", None), merged.pk: ("waiting", None)}
    assert render(run, tmp_path / "apart").rendered.written == 2
