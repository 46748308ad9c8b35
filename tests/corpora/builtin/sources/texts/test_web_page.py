"""What is removed around the text of web pages, and what looks like it and stays."""

import pytest

FIRST = "The mill at Ostby stood still all winter, because the stream under it had frozen to the ground."
SECOND = "In April the miller came back with two sons and a wheel that he had built in the barn."
TEXT = f"<p>{FIRST}</p><p>{SECOND}</p>"
ROW = '<a href="/a">Mills</a> | <a href="/b">Streams</a> | <a href="/c">Barns</a>'


def paragraphs(tmp_path, read, body):
    (tmp_path / "a.html").write_text(f"<!DOCTYPE html><html><body>{body}</body></html>", encoding="utf-8")
    return read(tmp_path)[0].paragraphs


@pytest.mark.parametrize(
    "furniture",
    [
        '<nav><p>All our mills</p><a href="/">Mills</a></nav>',
        '<header><a href="/">The Mill Post</a><p>News of mills</p></header>',
        "<footer><p>Printed by the millers of Ostby and their friends, every Friday.</p></footer>",
        '<div role="navigation">Mills, streams</div>',
        '<div role="dialog"><p>We share what you read with 212 partners, unless you say no to it.</p></div>',
        '<div class="cookie-banner"><p>This page stores two small files on your computer.</p></div>',
        '<div id="cookieConsent">May we?</div>',
        "<aside><h2>Most read</h2><p>Flour</p></aside>",
        '<div class="share-buttons">Tell a friend</div>',
        '<div id="respond"><h3>Say something</h3><form><p>Name</p><input></form></div>',
        "<form><p>Your name, so that we know you</p><input></form>",
        '<div class="breadcrumbs">Mills, then Ostby</div>',
        f"<p>{ROW}</p>",
        '<ul><li><a href="/1">May 1903</a></li><li><a href="/2">June 1903</a></li></ul>',
        '<p><a href="/">Start</a> &gt; <a href="/m">Mills</a> &gt; Ostby</p>',
        "<article><footer><p>Written by Ida</p></footer></article>",
        "<p>© 1998 The Mill Post</p>",
        "<p>Share this:</p>",
        '<p><a href="#reply">Reply</a></p>',
    ],
)
def test_what_is_around_the_text_of_a_page_goes(tmp_path, read, furniture):
    assert paragraphs(tmp_path, read, f"{furniture}<div>{TEXT}</div>{furniture}") == (FIRST, SECOND)


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ('<p>Home</p>', "Home"),
        ("<p>“We use cookies as weights,” said the miller.</p>", "“We use cookies as weights,” said the miller."),
        ('<p><a href="/w">The wheel had forty buckets, and one leaked.</a></p>',
         "The wheel had forty buckets, and one leaked."),
        ('<ul><li><a href="/o">Ostby</a>, a village on the stream.</li></ul>', "Ostby, a village on the stream."),
        ('<article><aside class="note"><p>Wheels turn left.</p></aside></article>', "Wheels turn left."),
        ("<blockquote><footer>The miller</footer></blockquote>", "The miller"),
        ('<section class="notes"><footer class="footnote"><p>A small one.</p></footer></section>', "A small one."),
        ("<section><footer><p>For Ida</p></footer></section>", "For Ida"),
        ("<article><footer><p>The mill was sold in May to a baker, and not a soul has seen him.</p></footer></article>",
         "The mill was sold in May to a baker, and not a soul has seen him."),
        ("<header><h1>The mill</h1></header>", "The mill"),
        ("<article><header><p>By Ida Lund</p></header></article>", "By Ida Lund"),
    ],
)  # fmt: skip
def test_what_looks_like_furniture_and_is_text_stays(tmp_path, read, body, more):
    assert paragraphs(tmp_path, read, body + TEXT) == (more, FIRST, SECOND)


@pytest.mark.parametrize(
    "frame", ['<div class="sidebar menu">{}</div>', "<form><input>{}</form>", "<header>{}</header>"]
)
def test_an_element_with_most_of_the_text_stays_whatever_it_is_called(tmp_path, read, frame):
    assert paragraphs(tmp_path, read, f'<div class="has-sidebar">{frame.format(TEXT)}</div>') == (FIRST, SECOND)


def test_only_the_main_part_of_a_page_is_read_with_the_title_above_it(tmp_path, read):
    body = f"<div><h1>The mill</h1><p>A paper for millers.</p></div><p>Log in here.</p><main>{TEXT}</main>"
    assert paragraphs(tmp_path, read, body) == ("The mill", FIRST, SECOND)


def test_a_page_of_links_between_deeply_nested_elements_is_read_in_time(tmp_path, read):
    body = "<div class=menu>" * 1500 + TEXT + f"<p>{ROW}</p>" * 500 + "</div>" * 1500
    assert paragraphs(tmp_path, read, body) == (FIRST, SECOND)
