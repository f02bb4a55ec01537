"""Vendoring of the look: `python -m kokeilu.web.vendor` fetches the pinned packages with npm and lays their files out.

The result is committed, so that nothing is fetched to install or to run. Versions are pinned here and nowhere else.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from kokeilu.problems import Problem

VENDOR = Path(__file__).parent / "static" / "web" / "vendor"
PRINT_FONTS = Path(__file__).parent / "fonts"  # for documents that are typeset; not served

AKSEL, HTMX, FONT = "@navikt/ds-css", "htmx.org", "@fontsource-variable/source-sans-3"
PRINT_FONT = "source-sans"  # the typesetter takes static TrueType, the pages take the variable font
VERSIONS = {AKSEL: "8.16.2", HTMX: "2.0.11", FONT: "5.3.0", PRINT_FONT: "3.52.0"}
LICENCES = {AKSEL: "MIT", HTMX: "0BSD", FONT: "OFL-1.1", PRINT_FONT: "OFL-1.1"}

# Aksel's parts that the components use. Its `global/fonts` would fetch from another host and is left out.
AKSEL_PARTS = [
    *(f"global/{part}" for part in ("reset", "tokens", "baseline", "print")),
    *(
        f"component/{part}"
        for part in (
            "typography", "theme", "loader", "button", "form", "alert", "chips", "expansioncard", "inlinemessage",
            "internalheader", "link", "list", "pagination", "panel", "progressbar", "readmore", "table", "tabs", "tag",
            "timeline",
        )
    ),
]  # fmt: skip
FONT_FILES = ["source-sans-3-latin-wght-normal.woff2", "source-sans-3-latin-ext-wght-normal.woff2"]
PRINT_FONT_FILES = ["SourceSans3-Regular.ttf", "SourceSans3-Semibold.ttf"]

MIT_OF_AKSEL = """\
MIT License

Copyright (c) Nav (Arbeids- og velferdsdirektoratet)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def fetch(folder: Path) -> Path:
    """Install the pinned packages into `folder` with npm; returns its `node_modules`. Raises Problem."""
    npm = shutil.which("npm")
    if npm is None:
        raise Problem("npm is not installed", mend="install Node.js, or keep the files as committed")
    wanted = [f"{name}@{version}" for name, version in VERSIONS.items()]
    done = subprocess.run(
        [npm, "install", "--ignore-scripts", "--no-save", "--no-audit", "--no-fund", *wanted],
        cwd=folder, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise Problem(f"npm could not fetch {', '.join(wanted)}: {done.stderr.strip()[-200:]}")
    return folder / "node_modules"


def lay_out(modules: Path, target: Path = VENDOR, fonts: Path = PRINT_FONTS) -> None:
    """Write the files that are used, with their licences and the README, in place of what `target` held; the fonts
    for print with their licence in place of what `fonts` held."""
    for folder in (target, fonts):
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    parts = [(modules / AKSEL / "dist" / f"{part}.css").read_text(encoding="utf-8").rstrip() for part in AKSEL_PARTS]
    (target / "aksel.css").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    (target / "aksel.LICENSE.txt").write_text(_licence(modules / AKSEL) or MIT_OF_AKSEL, encoding="utf-8")
    shutil.copyfile(modules / HTMX / "dist" / "htmx.min.js", target / "htmx.min.js")
    (target / "htmx.LICENSE.txt").write_text(_licence(modules / HTMX), encoding="utf-8")
    for name in FONT_FILES:
        shutil.copyfile(modules / FONT / "files" / name, target / name)
    (target / "source-sans-3.LICENSE.txt").write_text(_licence(modules / FONT), encoding="utf-8")
    for name in PRINT_FONT_FILES:
        shutil.copyfile(modules / PRINT_FONT / "TTF" / name, fonts / name)
    (fonts / "LICENSE.md").write_text(_licence(modules / PRINT_FONT), encoding="utf-8")
    (target / "README.md").write_text(_readme(), encoding="utf-8")


def _licence(package: Path) -> str:
    files = [path for path in sorted(package.iterdir()) if path.name.upper().startswith("LICENSE")]
    return files[0].read_text(encoding="utf-8") if files else ""


def _readme() -> str:
    rows = "\n".join(f"| `{name}` | {version} | {LICENCES[name]} |" for name, version in VERSIONS.items())
    parts = ", ".join(part.split("/")[1] for part in AKSEL_PARTS)
    return f"""\
# Vendored files

Written by `python -m kokeilu.web.vendor`, which holds the versions; never edited by hand.

| package | version | licence |
|---|---|---|
{rows}

- `aksel.css`: these parts of the design system's plain CSS, unchanged, one after the other: {parts}.
  Its fonts are left out, because they would be fetched from another host. The colours are changed in `../kokeilu.css`.
- `htmx.min.js`: the package's build, unchanged.
- `source-sans-3-*.woff2`: the variable font's upright style, Latin and extended Latin.
- `../../../fonts/SourceSans3-*.ttf`: the same typeface for documents that are typeset, regular and semibold.

Each licence lies beside its files.
"""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        lay_out(fetch(Path(temporary)))
    print(f"written: {VENDOR}")
