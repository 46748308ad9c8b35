"""A document whose rows are in several places, as after `concat` and `mix`, is selected as one."""

import itertools
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import corpora


def documents(dataset):
    """The id of each run of rows of one document, in order."""
    ids = [each for batch in dataset.batches() for each in batch["document"].to_pylist()]
    return [each for each, _ in itertools.groupby(ids)]


@pytest.fixture
def twice(corpus):
    """A sample of six documents, and behind it all of their rows."""
    return corpora.concat([corpora.transform(corpus, "sample", rate=0.6, name="sampled"), corpus], name="twice")


@pytest.mark.parametrize("seed", range(4))
def test_the_parts_of_a_split_never_share_a_document_that_two_datasets_had(twice, seed):
    train, held_out = corpora.split(twice, held_out=0.4, seed=seed)
    assert not set(documents(train)) & set(documents(held_out))
    assert train.rows + held_out.rows == twice.rows and len(set(documents(held_out))) == 3


def test_a_split_that_would_take_the_only_document_twice_leaves_nothing(corpus, tmp_path, home):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.txt").write_text("One sentence. Another one.", encoding="utf-8")
    one = corpora.build(f"texts:folder={tmp_path / 'one'}", name="one")
    both = corpora.concat([one, one], name="both")
    with pytest.raises(corpora.OptionError, match="both@.* has 1 different document; --held-out 0.4 would take all"):
        corpora.split(both, held_out=0.4)
    assert not list((home / ".staging").glob("*/*")) and not (home / "both-train").exists()


@pytest.mark.parametrize("amount", [{"rate": 0.5}, {"rows": 200}])
def test_whole_documents_are_taken_with_all_of_their_rows(twice, amount):
    made = corpora.transform(twice, "sample", by="document", **amount)
    taken = Counter(each for batch in made.batches() for each in batch["document"].to_pylist())
    there = Counter(each for batch in twice.batches() for each in batch["document"].to_pylist())
    assert taken and taken == {each: there[each] for each in taken}
    assert made.rows <= amount.get("rows", made.rows) and (len(taken) == 3 or "rows" in amount)


def test_the_score_of_a_document_is_the_mean_of_all_of_its_rows(home, tmp_path):
    parts = []
    for part, (ids, scores) in enumerate([("xxyz", [0.0, 0.0, 5.0, 4.0]), ("xy", [12.0, 3.5])]):
        (tmp_path / str(part)).mkdir()
        rows = {"text": list("abcd")[: len(ids)], "document": list(ids), "score": scores}
        pq.write_table(pa.table(rows), tmp_path / str(part) / "rows.parquet")
        parts.append(f"parquet:{tmp_path / str(part)},scores=score")
    both = corpora.concat(parts, name="both")
    made = corpora.transform(both, "by-score:column=score,first=high", rate=0.3, by="document", name="best")
    assert documents(made) == ["y"] and made.rows == 2  # the means are x 4.0, y 4.25, z 4.0


def test_a_contaminated_document_goes_wherever_its_rows_are(corpus, twice, tmp_path):
    evaluation = tmp_path / "evaluation.txt"
    evaluation.write_text("Document 2 says hello number 7.", encoding="utf-8")
    made = corpora.without(twice, of=[str(evaluation)], ngram=6, by="document")
    gone = set(documents(twice)) - set(documents(made))
    assert len(gone) == 1 and len(documents(made)) == 10
