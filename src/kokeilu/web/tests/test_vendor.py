"""What is vendored is what the program says: versions, licences, nothing from another host."""

import re

import pytest

from kokeilu.problems import Problem
from kokeilu.web import vendor


def test_the_readme_states_versions_and_licences():
    text = (vendor.VENDOR / "README.md").read_text(encoding="utf-8")
    assert text == vendor._readme()
    for name, version in vendor.VERSIONS.items():
        assert f"| `{name}` | {version} | {vendor.LICENCES[name]} |" in text


def test_each_package_keeps_its_licence():
    licences = {"aksel": "Permission is hereby granted", "htmx": "Permission to use", "source-sans-3": "SIL OPEN FONT"}
    for name, words in licences.items():
        assert words in (vendor.VENDOR / f"{name}.LICENSE.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT" in (vendor.PRINT_FONTS / "LICENSE.md").read_text(encoding="utf-8")


def test_the_style_fetches_nothing_and_has_no_fonts_of_others():
    style = (vendor.VENDOR / "aksel.css").read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import|@font-face|https?:", style)


def test_files_are_laid_out_from_the_packages(tmp_path):
    modules, target, fonts = tmp_path / "node_modules", tmp_path / "vendor", tmp_path / "fonts"
    for part in vendor.AKSEL_PARTS:
        path = modules / vendor.AKSEL / "dist" / f"{part}.css"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"/* {part} */\n")
    for package in (vendor.HTMX, vendor.FONT, vendor.PRINT_FONT):
        (modules / package / "dist").mkdir(parents=True)
        (modules / package / "files").mkdir()
        (modules / package / "LICENSE").write_text("licence")
    (modules / vendor.HTMX / "dist" / "htmx.min.js").write_text("htmx")
    for name in vendor.FONT_FILES:
        (modules / vendor.FONT / "files" / name).write_text("font")
    (modules / vendor.PRINT_FONT / "TTF").mkdir()
    for name in vendor.PRINT_FONT_FILES:
        (modules / vendor.PRINT_FONT / "TTF" / name).write_text("font")
    target.mkdir()
    (target / "left-over.css").write_text("old")
    vendor.lay_out(modules, target, fonts)
    assert sorted(path.name for path in fonts.iterdir()) == sorted(path.name for path in vendor.PRINT_FONTS.iterdir())
    assert sorted(path.name for path in target.iterdir()) == sorted(path.name for path in vendor.VENDOR.iterdir())
    style = (target / "aksel.css").read_text()
    assert style.index("global/reset") < style.index("global/tokens") < style.index("component/typography")
    assert (target / "aksel.LICENSE.txt").read_text() == vendor.MIT_OF_AKSEL


def test_without_npm_one_line_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(vendor.shutil, "which", lambda name: None)
    with pytest.raises(Problem, match="npm is not installed"):
        vendor.fetch(tmp_path)
