"""Bodies that try a JSON reader (RFC 8259): what it must refuse, what it must read, and what is left to the reader.

Every piece stands alone, in an array, and as the value of a field, so that no reader gets by on the first byte.
"""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

DEEP = 100_000


class Body(NamedTuple):
    name: str
    content: bytes


_NO_NUMBERS = [
    "+1", "-", "--1", "-a", ".5", "1.", "-.5", "1.e1", "1e", "1e+", "1E-", "1ee2", "1e1.5", "01", "-01", "00", "0x1F",
    "0b1", "0o7", "1_000", "1 2", "1/2", "1a", "NaN", "-NaN", "nan", "Infinity", "-Infinity", "inf", "+Inf", "１",
    "1\u00a0", "0e", "0.", "-0.e1", "2.e+3", "9.e+", "1e1e1", "$1", "1%", "\u22121",
]  # fmt: skip
_NO_STRINGS = [
    b"'single'", b'"open', b'open"', b'"\\', b'"\\"', b'"\\x41"', b'"\\a"', b'"\\u12"', b'"\\u12G4"',
    b'"\\U00000041"', b'"\\u"', b'"\\u{41}"', b'"\t"', b'"\n"', b'"\r\n"', b'"\x00"', b'"\x1f"', b'"a\x00b"',
    b"`tick`", b'"a" "b"', b'"""', b'"\\\n"', b'"\\ "', b'"\\u 041"', b"\xe2\x80\x9cquoted\xe2\x80\x9d", b'"\\v"',
    b'"\\0"', b'"\\\'"',
]  # fmt: skip
_NO_UTF_8 = [
    b"\xff", b"\xfe", b"\x80", b"\xbf", b"\xc0\x80", b"\xc0\xaf", b"\xc1\xbf", b"\xe0\x80\xaf", b"\xe0\x9f\xbf",
    b"\xf0\x80\x80\xaf", b"\xf0\x8f\xbf\xbf", b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xed\xa0\x80",
    b"\xed\xbf\xbf", b"\xed\xa0\xbd\xed\xb8\x80", b"\xf4\x90\x80\x80", b"\xf7\xbf\xbf\xbf", b"\xc3", b"\xe2\x82",
    b"\xf0\x9f\x98", b"\xc3\x28", b"\xe2\x28\xa1", b"\xf0\x28\x8c\xbc", b"caf\xe9", b"\x81\x40",
]  # fmt: skip
_NO_STRUCTURES = [
    b"", b" ", b"\n\t", b"[", b"{", b"]", b"}", b"[[", b"{{", b"[}", b"{]", b"[1", b"[1,", b"[1,]", b"[,1]", b"[,]",
    b"[1,,2]", b"[1 2]", b"[1;2]", b"[1:2]", b"(1)", b"1,5", b"{,}", b'{"a"}', b'{"a":}', b'{"a":1,}',
    b'{"a":1,,"b":2}', b"{:1}", b"{1:1}", b"{a:1}", b"{'a':1}", b'{"a" 1}', b'{"a"=1}', b'{"a"::1}', b'{"a":1 "b":2}',
    b'{"a":1;"b":2}', b'{"a":1', b'{"a":', b'{"a"', b'{"a', b"{null:1}", b"{[]:1}", b'{"a":1}}', b"[]]", b"{} {}",
    b"[] x", b"{}\x00", b"\x00{}", b"{}//", b"// {}\n{}", b"/* */{}", b"{}/**/", b"{} # end", b"<a/>", b"a=1&b=2",
    b"---\na: 1\n", b"\x0c{}", b"\x0b[]", b"\xc2\xa0{}", b"\xe2\x80\x8b{}", b"tru", b"truE", b"True", b"TRUE",
    b"fals", b"nul", b"NULL", b"None", b"undefined", b"true false", b"nulll", b"...", b"[...]", b"*", b"@",
    b"\\u005b\\u005d", b"[\\n]", b"{\\}", b"-{}", b"![]", b"b'{}'", b"\x1e{}\n",
]  # fmt: skip
_NUMBERS = [
    "0", "-0", "1", "-1", "0.5", "-0.0", "1e5", "1E+5", "1e-5", "0e0", "0E+1", "123456789.125", "9007199254740993",
    "2147483648", "9223372036854775807", "-9223372036854775808",
]  # fmt: skip
_HUGE_NUMBERS = [
    "1e309", "-1e309", "1e99999", "1e-99999", "1e9999999999999999999999", "0.0000001e-400", "9" * 400,
    "-" + "9" * 400, "18446744073709551616", "-9223372036854775809", "0." + "1" * 5000, "1" + "0" * 5000,
    "123e-10000000", "0.4e00669999999999",
]  # fmt: skip
_STRINGS = [
    b'""', b'" "', b'"\\u0041"', b'"\\n\\t\\r\\b\\f\\/\\\\\\""', b'"\\ud83d\\ude00"', b'"\xf0\x9f\x98\x80"',
    b'"\xc3\xa9"', b'"\x7f"', b'"\xe2\x80\xa8\xe2\x80\xa9"', b'"\\u2028"', b'"\xef\xbf\xbf"', b'"\xf4\x8f\xbf\xbf"',
    b'"\\uFFFF"', b'"/"', b'"\xef\xbb\xbf"',
]  # fmt: skip
_HALF_CHARACTERS = [
    b'"\\ud800"', b'"\\udfff"', b'"\\ud800\\ud800"', b'"\\ud83dx"', b'"\\ude00\\ud83d"', b'"\\ud800\\n"',
    b'"\\u0000"', b'"a\\u0000b"',
]  # fmt: skip


def must_be_refused() -> list[Body]:
    bodies = [Body(f"structure {part!r}", part) for part in _NO_STRUCTURES]
    parts = [*(number.encode() for number in _NO_NUMBERS), *_NO_STRINGS, *(b'"%b"' % bad for bad in _NO_UTF_8)]
    for part, (place, template) in product(parts, _PLACES):
        bodies.append(Body(f"{part!r} {place}", template % part))
    bodies += [Body(f"outside of strings {bad!r}", bad + b"{}") for bad in _NO_UTF_8]
    bodies += [Body(f"as a name {bad!r}", b'{"%b":1}' % bad) for bad in _NO_UTF_8]
    return [*bodies, *_other_encodings(), *_deep_and_open()]


def must_be_read() -> list[Body]:
    parts = [*(number.encode() for number in _NUMBERS), *_STRINGS, b"true", b"false", b"null", b"[]", b"{}", b"[[[]]]"]
    bodies = [Body(f"{part!r} {place}", template % part) for part, (place, template) in product(parts, _PLACES)]
    return [*bodies, Body("blanks", b' \t\r\n{ \t"a" \n:\r1 , "b":[ ] }\n '), Body("no name", b'{"":0}')]


def may_be_either() -> list[Body]:
    parts = [*(number.encode() for number in _HUGE_NUMBERS), *_HALF_CHARACTERS]
    bodies = [Body(f"{part[:20]!r} {place}", template % part) for part, (place, template) in product(parts, _PLACES)]
    bodies += [Body(f"as a name {part!r}", b"{%b:1}" % part) for part in _HALF_CHARACTERS]
    nested = [
        Body(f"{depth} deep {name}", opened * depth + inner + closed * depth)
        for depth in (100, 1_000, DEEP)
        for name, opened, inner, closed in (("arrays", b"[", b"", b"]"), ("objects", b'{"a":', b"1", b"}"))
    ]
    twice = [Body("a name twice", b'{"title":"a","title":"b"}'), Body("a name thrice", b'{"a":1,"a":2,"a":3}')]
    return [*bodies, *nested, *twice]


_PLACES = [("alone", b"%b"), ("in an array", b"[%b]"), ("as a value", b'{"title":%b}')]


def _other_encodings() -> Iterator[Body]:
    text = '{"title":"é"}'
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "latin-1"):
        yield Body(encoding, text.encode(encoding))
    yield Body("byte order mark alone", b"\xef\xbb\xbf")
    yield Body("half a byte order mark", b"\xef\xbb{}")


def _deep_and_open() -> Iterator[Body]:
    for depth in (1, 500, DEEP):
        yield Body(f"{depth} open arrays", b"[" * depth)
        yield Body(f"{depth} open objects", b'{"a":' * depth)
        yield Body(f"{depth} open of both", b'[{"a":' * depth)
        yield Body(f"{depth} closed arrays", b"]" * depth)
