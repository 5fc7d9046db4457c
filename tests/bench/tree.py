"""The ceiling of the training of a tree: scikit-learn on the same file, from reading it to its scores.

    python3 tree.py bank-full.csv.gz

Prints the seconds of all of it and of the fitting alone. Exit code 3 where scikit-learn is not installed.
"""
import csv
import gzip
import sys
import time

try:
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.tree import DecisionTreeClassifier
except ImportError:
    sys.exit(3)


def value(text):
    try:
        return float(text)
    except ValueError:
        return text


def main(path):
    started = time.perf_counter()
    with gzip.open(path, "rt", newline="") as file:
        rows = [
            {name: value(text) for name, text in row.items() if name != "duration"}
            for row in csv.DictReader(file, delimiter=";")
        ]
    labels = [row.pop("y") == "yes" for row in rows]
    table = DictVectorizer(sparse=False).fit_transform(rows)
    tree = DecisionTreeClassifier(criterion="entropy", max_depth=5, min_samples_leaf=100)
    before = time.perf_counter()
    tree.fit(table, labels)
    fitted = time.perf_counter()
    tree.predict_proba(table)
    print(time.perf_counter() - started, fitted - before)


main(sys.argv[1])
