"""Documents that several parents hold are listed, and counted by licence, once."""

import pyarrow.parquet as pq

import corpora


def test_a_document_of_two_parents_counts_once(corpus):
    lower = corpora.transform(corpus, "lowercase")
    made = corpora.concat([corpus, lower], name="both")
    assert made.manifest.licences == corpus.manifest.licences == {"unknown": 6}
    assert pq.read_table(made.path / "documents.parquet") == pq.read_table(corpus.path / "documents.parquet")
    assert corpora.mix({"corpus": 0.5, lower.name: 0.5}, name="mixed").manifest.licences == {"unknown": 6}


def test_documents_of_one_name_and_other_content_are_two(corpus, texts):
    for path in texts.glob("*.txt"):
        path.write_text(path.read_text(encoding="utf-8").replace("hello", "goodbye"), encoding="utf-8")
    other = corpora.build(f"texts:folder={texts}", name="other", duplicates="keep")
    assert corpora.concat([corpus, other], name="both").manifest.licences == {"unknown": 12}
