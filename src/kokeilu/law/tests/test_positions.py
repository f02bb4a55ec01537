"""Lines of TOML values."""

from hypothesis import given
from hypothesis import strategies as st

from kokeilu.law.positions import read

TEXT = '''\
# a comment = 1
plain = 1

"quoted key" = 2
dotted.inner."x.y" = 3
long = """
[[not.a.table]]
key = 1
"""
list = [
  1, # [2]
  2,
]
[table]
a = { b = 1, c = [ { d = 2 } ] }
[[array]]
x = 1
[array.sub]
y = 1
[[array]]
x = 2
[[array.sub2]]
z = 1
[[array.sub2]]
z = 2
'''


def test_every_value_has_its_line(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(TEXT)
    document, content = read(path)
    assert content == TEXT.encode()
    wanted = {
        ("plain",): 2,
        ("quoted key",): 4,
        ("dotted", "inner", "x.y"): 5,
        ("long",): 6,
        ("list",): 10,
        ("list", 1): 10,
        ("table",): 14,
        ("table", "a", "c", 0, "d"): 15,
        ("array", 0): 16,
        ("array", 0, "x"): 17,
        ("array", 0, "sub"): 18,
        ("array", 0, "sub", "y"): 19,
        ("array", 1): 20,
        ("array", 1, "x"): 21,
        ("array", 1, "sub2", 0, "z"): 23,
        ("array", 1, "sub2", 1): 24,
        ("array", 1, "sub2", 1, "z"): 25,
    }
    assert {path: document.line(path) for path in wanted} == wanted


def test_what_has_no_line_takes_that_of_the_table_around_it(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(TEXT)
    document, _ = read(path)
    assert document.line(("array", 1, "missing", "deeper")) == 20
    assert document.line(("missing",)) == 1


@given(st.lists(st.sampled_from(["", "# c", "a{n} = 1", 'a{n} = """\n\n= [\n"""', "[t{n}]", "a{n} = [\n1,\n]"])))
def test_lines_hold_for_any_order_of_statements(tmp_path_factory, statements):
    path = tmp_path_factory.mktemp("toml") / "x.toml"
    texts = [statement.replace("{n}", str(n)) for n, statement in enumerate(statements)]
    path.write_text("\n".join(texts))
    document, _ = read(path)
    line, table = 1, ()
    for n, text in enumerate(texts):
        if text.startswith("["):
            table = (f"t{n}",)
            assert document.line(table) == line
        elif text.startswith("a"):
            assert document.line((*table, f"a{n}")) == line
        line += text.count("\n") + 1
