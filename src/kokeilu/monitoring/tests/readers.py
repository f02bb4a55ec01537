"""Readers of the formats, each by a tool that others read it with; what they give, cell by cell."""

import contextlib
import io
import itertools
import json
import re
import warnings
from html import unescape
from pathlib import Path

import openpyxl
import python_calamine
from django.test import Client

from kokeilu.monitoring import format_jsonstat, format_px, format_xlsx
from kokeilu.monitoring.published_table import STATUSES, PublishedTable

with warnings.catch_warnings():  # the libraries' own, at their import
    warnings.simplefilter("ignore")
    from csvw import CSVW
    from pandas_pcaxis.px_reader import PxParser
    from pyaxis import pyaxis
    from pyjstat import pyjstat

Cells = dict[tuple[str, ...], float | str]


def read_jsonstat(content: bytes) -> Cells:
    found = json.loads(content)
    signs = {sign: status for status, sign in format_jsonstat.SIGNS.items()}
    codes = itertools.product(*(found["dimension"][key]["category"]["index"] for key in found["id"]))
    cells = {}
    for at, (key, value) in enumerate(zip(codes, found["value"], strict=True)):
        status = signs[found["status"][str(at)]] if value is None else "published"
        if status is not None:
            cells[key] = status if value is None else value
    return cells


def figures_of_jsonstat(content: bytes) -> Cells:
    """The shown figures of a JSON-stat file as pyjstat reads them; it does not read the statuses."""
    with warnings.catch_warnings():  # of its own older functions, which it calls itself
        warnings.simplefilter("ignore")
        rows = pyjstat.Dataset.read(content.decode()).write("dataframe", naming="id")
    keys = [name for name in rows.columns if name != "value"]
    shown = rows[rows["value"].notna()]
    return {tuple(row[key] for key in keys): float(row["value"]) for row in shown.to_dict("records")}


def read_px(path: Path, one: PublishedTable, language: str) -> Cells:
    """The cells of a PX file by pyaxis; labels back to codes."""
    with contextlib.redirect_stdout(io.StringIO()):
        # No value is to be read as missing by pyaxis: the signs are the statuses.
        found = pyaxis.parse(str(path), "utf-8", lang=language, null_values=r"^never$", sd_values=r"^never$")["DATA"]
    signs = {f'"{sign}"': status for status, sign in format_px.SIGNS.items()}
    cells = {}
    for row in found.to_dict("records"):
        key = tuple(
            dimension.keys[dimension.labels(language).index(row[dimension.label[language]])]
            for dimension in one.dimensions
        )
        text = row["DATA"]
        if text not in signs:
            cells[key] = float(text)
        elif signs[text] is not None:
            cells[key] = signs[text]
    return cells


def read_px_again(content: bytes, one: PublishedTable) -> Cells:
    """The cells of a PX file in its first language by pandas-pcaxis, which reads every keyword by a grammar."""
    found = PxParser(encoding="utf-8").parse(content)
    signs = {sign: status for status, sign in format_px.SIGNS.items()}
    by_label = {one.label["fi"]: dict(zip(one.labels("fi"), one.keys, strict=True)) for one in one.dimensions}
    names = [*found.meta["stub"], *found.meta["heading"]]
    order = [names.index(dimension.label["fi"]) for dimension in one.dimensions]
    places = itertools.product(*(found.meta["values"][name] for name in names))
    cells: Cells = {}
    for labels, text in zip(places, itertools.chain(*found.data), strict=True):
        codes = [by_label[name][label] for name, label in zip(names, labels, strict=True)]
        value = signs[text] if isinstance(text, str) else text
        if value is not None:
            cells[tuple(codes[at] for at in order)] = value
    return cells


def sheets_of(content: bytes) -> dict[str, list[list[object]]]:
    """A workbook's sheets, row by row with their types, as calamine reads them."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def read_xlsx(content: bytes, language: str) -> Cells:
    rows = list(
        openpyxl.load_workbook(io.BytesIO(content))[format_xlsx.SHEETS[0][language]].iter_rows(values_only=True)
    )
    words = {text[language]: status for status, text in STATUSES.items()}
    keys = len(rows[0]) // 2 - 1  # labels, figure, status, codes
    return {row[-keys:]: words[row[keys + 1]] if row[keys] is None else row[keys] for row in rows[1:]}


def read_csv(path: Path) -> Cells:
    """The cells of a CSV as the reader of CSV on the Web gives them, by the types of its metadata."""
    cells = {}
    for row in CSVW(f"{path}-metadata.json").tables[0].iterdicts(str(path)):
        value, status = row.pop("value"), row.pop("status")
        codes = (f"{code:%Y-%m}" if hasattr(code, "strftime") else code for code in row.values())
        cells[tuple(codes)] = status if value is None else float(value)
    return cells


def valid(path: Path) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("always")  # what the validator objects to it collects as warnings, or raises
        try:
            return bool(CSVW(f"{path}-metadata.json", validate=True).is_valid)
        except ValueError:
            return False


def _behind(page: str, caption: str) -> str:
    """The page from the table with this caption (a pattern) on."""
    found = re.search(rf"<caption[^>]*>{caption}", page)
    assert found, caption
    return page[found.start() :]


def cells_of(page: str, caption: str) -> list[str]:
    """The cells of a page's table in their order, without row heads and empty cells."""
    table = _behind(page, caption).partition("</table>")[0]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", table, re.DOTALL)
    return [text for cell in cells if (text := unescape(re.sub("<[^>]+>", "", cell)).strip())]


def files_of(client: Client, page: str, caption: str, folder: Path) -> Cells:
    """What the CSV file beside a page's table holds, as a reader of CSV on the Web finds it; it must be valid.

    Of each kind there is a file, and each can be fetched.
    """
    found = re.findall(r'<a href="([^"]+)" download hx-boost="false">', _behind(page, caption))[:5]
    kinds = [re.search(r"/(\w+)(\?|$)", link) for link in found]
    assert [kind and kind[1] for kind in kinds] == ["csv", "csvw", "jsonstat", "px", "xlsx"]
    paths = []
    for link in map(unescape, found):
        response = client.get(link)
        assert response.status_code == 200
        name = re.search(r'filename="([^"]+)"', response["Content-Disposition"])
        assert name
        paths.append(folder / name[1])
        paths[-1].write_bytes(response.content)
    assert valid(paths[0])
    return read_csv(paths[0])
