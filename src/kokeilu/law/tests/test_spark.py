"""The engine spark, where pyspark and Java are installed."""

from datetime import date

import pytest

from kokeilu.law.definition import shipped
from kokeilu.law.rules import decide
from kokeilu.law.tests import oracle

pytest.importorskip("pyspark", reason="the extra spark is not installed")

pytestmark = pytest.mark.filterwarnings("default")  # pyspark and what it imports warn as they like


def test_spark_decides_as_polars_does():
    facts = oracle.random_facts(5000, seed=3, missing_share=0.2)
    trial, on = shipped("kuntakokeilu"), date(2021, 3, 1)
    assert decide(trial, facts, on, "spark").equals(decide(trial, facts, on))
