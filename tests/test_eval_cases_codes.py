import pytest

from eval.cases.codes import CodeTextError, parse_codes

KNOWN = ("L3140", "L3150", "L3160", "L3170", "L3201")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("A4253", ("A4253",)),
        (" a4253 ; A4259", ("A4253", "A4259")),
        ("A4253, A4259/A4258|A4256", ("A4253", "A4259", "A4258", "A4256")),
        ("A4253 A4259\nA4253", ("A4253", "A4259")),
        ("A4253 or A4259 and A4258", ("A4253", "A4259", "A4258")),
        ("L3140-L3170", ("L3140", "L3150", "L3160", "L3170")),
        ("L3140 - 3160; L3201", ("L3140", "L3150", "L3160", "L3201")),
        ("L3150 \u2013 L3160", ("L3150", "L3160")),
        ("L3140 to L3150", ("L3140", "L3150")),
        (["A4253", "L3160-L3170"], ("A4253", "L3160", "L3170")),
        ("NONE", ()),
        ([], ()),
        ("99213; 0042T", ("99213", "0042T")),
        ("97161-GP", ("97161",)),
        ("97161GP", ("97161",)),
        ("A4253 KX", ("A4253",)),
        ("a4253-kx-rt; A4259 NU KX", ("A4253", "A4259")),
        ("97161-GP-59, A4253", ("97161", "A4253")),
    ],
)
def test_codes_are_read_as_people_write_them(text, codes):
    """Lists and ranges of any common punctuation give each code once, in the order written."""
    assert parse_codes(text, KNOWN) == codes


def test_a_range_without_a_release_is_every_number_in_it():
    """Without known codes a range is expanded to all its numbers."""
    assert parse_codes("L3140-L3143") == ("L3140", "L3141", "L3142", "L3143")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("walker", "the codes are not a code, a list of codes or a range"),
        ("L3170-L3140", "lower code first"),
        ("L3140-A4253", "one section"),
        ("L9000-L9001", "holds no code of this release"),
        ("N/A", "N/A is not a code; write NONE where no code fits"),
        ("#n/a", "#N/A is not a code; write NONE"),
        ("-", "- is not a code; write NONE"),
        ("A425", "A425 is not a code"),
        ("D0120", "D0120 is a CDT code of the American Dental Association"),
        ("A4253; D0120-22", "D0120 is a CDT code"),
        ("NONE; A4253", "NONE stands beside a code"),
        (["NONE", "A4253"], "NONE stands beside a code"),
        ("KX", "are not a code"),
        ("A4253; KX", "are not a code"),
        ([""], "no code is given"),
        (";", "no code is given"),
    ],
)
def test_what_is_no_code_is_refused(text, message):
    """A cell that cannot be understood is an error that says why."""
    with pytest.raises(CodeTextError, match=message):
        parse_codes(text, KNOWN)


def test_words_that_could_be_a_name_are_not_repeated():
    """A column of names taken for codes is refused without a name in the message."""
    with pytest.raises(CodeTextError) as refused:
        parse_codes("Smith, John")
    assert "SMITH" not in str(refused.value).upper()
