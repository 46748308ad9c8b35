"""Tests of masks for personal data."""

import sys

import pytest

from corpora import OptionError, generator, registry

RNG = generator(0, "test")


def masked(text, short="mask-pii"):
    return registry.make("transforms", short).rewrite(text, RNG)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to ann.lee+news@mail.example.co.uk, please.", "Write to [EMAIL], please."),
        ("<jürgen@müller.de>; o'neil@example.org.", "<[EMAIL]>; [EMAIL]."),
        ("From 192.168.0.1 or 2001:db8::8a2e:370:7334.", "From [IP] or [IP]."),
        ("Localhost is ::1 and 127.0.0.1:8080.", "Localhost is ::1 and [IP]:8080."),
        ("Pay to DE89 3704 0044 0532 0130 00 today.", "Pay to [IBAN] today."),
        ("Pay to GB82WEST12345698765432.", "Pay to [IBAN]."),
        ("BE68 5390 0754 7034, ch93-0076-2011-6238-5295-7", "[IBAN], [IBAN]"),
        ("IBAN AT61 1904 3002 3457 3201 BIC RZTIAT22", "IBAN [IBAN] BIC RZTIAT22"),
        ("Mapped: ::ffff:192.168.1.1.", "Mapped: [IP]."),
        ("메일은 ann@example.com으로, 连络ann@xn--fsqu00a.xn--0zwm56d谢谢", "메일은 [EMAIL]으로, 连络[EMAIL]谢谢"),
        ("用户@例子.广告, ...ann@example.org", "[EMAIL], ...[EMAIL]"),
        ("写信给ann@example.com,或 192.168.0.1。", "写信给[EMAIL],或 [IP]。"),
        ("Ann﹫example.org or ann@example.org", "[EMAIL] or [EMAIL]"),
        ("Call +44 20 7946 0958 or +1 (202) 456-1111.", "Call [PHONE] or [PHONE]."),
    ],
)
def test_personal_data_is_masked(text, expected):
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "He met @ann at 12:30:45 on 2024-01-02.",
        "The score was 3:2, in 1.2.3 of the manual; 300.1.2.3 is not one.",
        "Pay to DE89 3704 0044 0532 0130 01.",
        "ISBN 978-3-16-148410-0, page 12; C::D is a name.",
        "In 1914 there were 1,234,567 of them.",
        "a@b and @@ and user@localhost",
        "face::cafe and dead::beef are names in code",
    ],
)
def test_what_only_looks_like_it_stays(text):
    assert masked(text) == text


@pytest.mark.parametrize(
    "iban",
    [
        "BE 68 5390 0754 7034",
        "FR 14 20041 01005 0500013M026 06",
        "DE89 370 400 44 0532 0130 00",
        "DE89.3704.0044.0532.0130.00",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
        "mt84malt011000012345mtlcast001s",
        "LC55 HEMM 0001 0001 0012 0012 0002 3015",
        "NO\u202f93\u202f86011117947",
        "DE89370400440532013000",
    ],
)
def test_an_iban_may_be_grouped_in_any_way(iban):
    assert masked(f"Room no 12 or pay to {iban} now") == "Room no 12 or pay to [IBAN] now"
    assert masked(f"账号{iban}。") == "账号[IBAN]。"


def test_small_words_that_make_up_an_iban_stay():
    assert masked("gb82 west12 345 698 765 432") == "gb82 west12 345 698 765 432"
    assert masked("gb82west12345698765432 7") == "[IBAN] 7"


@pytest.mark.parametrize(
    ("region", "text"),
    [
        ("US", "The largest is 2147483647, and 2024561111 is not."),
        ("US", "It is called 2024561111, a so-called recall 2024561111."),
        ("US", "The asteroid (309239) 2007 RW10; energies 281729–1730."),
        ("US", "OCLC 202-456-1111 and PMID: 202 456 1111"),
        ("DE", "In 1642, 164.3 million (1640–1652); phone it in 1688."),
        ("IT", "From 0.64-0.88, 847.000, 070–806, 07.02.1922 and 01000001."),
        ("IN", "Circa 1800-1600 BC, ZIP 96910–96932, 133.3223684, 1.602 176 634"),
        ("", "It is x+12024561111."),
    ],
)
def test_numbers_that_only_could_be_phones_stay(region, text):
    assert masked(text, f"mask-pii:region={region}" if region else "mask-pii") == text


@pytest.mark.parametrize(
    ("region", "text", "expected"),
    [
        ("US", "Tel.: 2024561111 or call me at 2024561112", "Tel.: [PHONE] or call me at [PHONE]"),
        ("US", "202-456-1111, 202.456.1111, 1-202-456-1111", "[PHONE], [PHONE], [PHONE]"),
        ("DE", "089 / 123 45 67, Telefon 08912345678, 0171/1234567", "[PHONE], Telefon [PHONE], [PHONE]"),
        ("FR", "Appelez le 0142345678; 01.42.34.56.78", "Appelez le [PHONE]; [PHONE]"),
        ("JP", "電話0312345678 または 03-1234-5678", "電話[PHONE] または [PHONE]"),
    ],
)
def test_groups_or_a_word_make_a_number_a_phone(region, text, expected):
    assert masked(text, f"mask-pii:region={region}") == expected


def test_a_region_finds_its_national_numbers():
    assert masked("Ring (202) 456-1111.") == "Ring (202) 456-1111."
    assert masked("Ring (202) 456-1111.", "mask-pii:region=US") == "Ring [PHONE]."


def test_an_isbn_is_not_a_phone_number():
    assert masked("ISBN 0-306-40615-2", "mask-pii:region=DE") == "ISBN 0-306-40615-2"


def test_only_the_chosen_kinds_are_masked():
    assert masked("a.b@example.org at 10.0.0.1", "mask-pii:kinds=ip") == "a.b@example.org at [IP]"


@pytest.mark.parametrize("part", ["a.", "1.", "A1", ":", "AT61 1904 3002 3457 320", "tel 1 ", "@"])
def test_hostile_text_takes_no_time(part):
    assert masked(part * 20_000 + "@")


def test_bad_options_are_one_line(monkeypatch):
    with pytest.raises(OptionError, match="unknown region 'Germany'"):
        registry.make("transforms", "mask-pii:region=Germany")
    with pytest.raises(OptionError, match="kinds is 'name'; it must be some of email, iban, ip, phone"):
        registry.make("transforms", "mask-pii:kinds=ip+name")
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    with pytest.raises(OptionError, match=r"pip install 'transferset\[pii\]'"):
        registry.make("transforms", "mask-pii")


@pytest.mark.slow
def test_the_command_masks_a_dataset(run, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("Mail ann@example.org or ring (202) 456-1111 now.\n", encoding="utf-8")
    run("build", "texts", "--folder", tmp_path / "in", "--name", "mine")
    run("transform", "mask-pii", "mine", "--region", "US", "--kinds", "email", "--kinds", "phone")
    assert "Mail [EMAIL] or ring [PHONE] now." in run("head", "mine-mask-pii").out
